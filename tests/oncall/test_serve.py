"""``oncall serve``, for real: a port, two programs, one signal.

On SQLite it runs embedded, as it does by default; with ``--postgres`` it runs grown, on PostgreSQL and Redis.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection

from tests.servers import free_port, living_in_group

pytestmark = pytest.mark.grown

ROOT = Path(__file__).parents[2]


@dataclass
class Served:
    """A running ``oncall serve``."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            return json.loads(answer.read())

    def pids(self, program: str) -> list[int]:
        """Return the process ids under which ``program`` was started, in order."""
        lines = [line for line in self.log.read_text().splitlines() if f"message=started program={program} " in line]
        return [int(line.rpartition("pid=")[2]) for line in lines]


def eventually(look: Callable[[], Any], *, within: float) -> Any:
    """Return the first truthy answer of ``look``; a refused connection counts as none."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            if answer := look():
                return answer
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.1)
    raise TimeoutError("it did not happen")


def serve_until_it_ends(*options: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "serve", *options],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """What an operator would set: embedded nothing but a folder, grown a database and a broker as well."""
    own = {"PATH": os.environ["PATH"], "ONCALL_DATA_DIR": str(tmp_path_factory.mktemp("served"))}
    if connection.vendor == "sqlite":
        yield own
        return
    redis_url = request.getfixturevalue("redis_url")
    server = connection.settings_dict
    blocker = request.getfixturevalue("django_db_blocker")
    with blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE served")
    user = quote(server["USER"]) + (f":{quote(server['PASSWORD'])}" if server["PASSWORD"] else "")
    port = f":{server['PORT']}" if server["PORT"] else ""
    database_url = f"postgres://{user}@{quote(server['HOST'], safe='')}{port}/served"
    yield {**own, "DATABASE_URL": database_url, "CELERY_BROKER_URL": redis_url}
    with blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("DROP DATABASE served WITH (FORCE)")


@pytest.fixture(scope="module")
def served(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    port = free_port()
    log = tmp_path_factory.mktemp("log") / "log"
    with log.open("w") as lines:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=ROOT,
            env=variables,
            stdout=lines,
            stderr=subprocess.STDOUT,
            text=True,
        )
    running = Served(process, port, log)
    try:
        eventually(lambda: "Oncall is open at" in log.read_text() or process.poll() is not None, within=300)
        assert process.poll() is None, log.read_text()
        yield running
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(60)


def test_it_says_where_it_is_open_and_answers_there(served: Served):
    assert f"Oncall is open at http://localhost:{served.port}/ (stop it with Ctrl+C)" in served.log.read_text()
    readiness = served.get("/readyz")
    assert (readiness["status"], readiness["database"], readiness["broker"]) == ("ready", "ok", "ok")


def test_pages_find_their_collected_files(served: Served):
    with urllib.request.urlopen(f"http://127.0.0.1:{served.port}/admin/login/") as answer:
        page = answer.read().decode()
    stylesheet = page.partition('<link rel="stylesheet" href="')[2].partition('"')[0]

    with urllib.request.urlopen(f"http://127.0.0.1:{served.port}{stylesheet}") as answer:
        assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"


def test_the_worker_is_seen_to_work(served: Served):
    age = eventually(lambda: served.get("/readyz")["worker"]["age_seconds"], within=120)

    assert 0 <= age < 60


def test_a_second_one_on_the_same_port_says_so_and_ends(served: Served, variables: dict[str, str]):
    ended = serve_until_it_ends("--port", str(served.port), variables=variables)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"CommandError: Port {served.port} is taken. Choose another with --port or PORT.\n"


@pytest.mark.parametrize("program", ["web", "worker"])
def test_a_killed_program_is_started_again(served: Served, program: str):
    started = served.pids(program)

    os.kill(started[-1], signal.SIGKILL)

    eventually(lambda: len(served.pids(program)) > len(started), within=60)
    assert eventually(lambda: served.get("/healthz"), within=120) == {"status": "alive"}
    assert living_in_group(started[-1]) == []


def test_one_signal_ends_it_with_everything_it_started(served: Served):
    leaders = [*served.pids("web"), *served.pids("worker")]

    served.process.send_signal(signal.SIGTERM)

    assert served.process.wait(60) == 0
    assert [pid for leader in leaders for pid in living_in_group(leader)] == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", served.port), timeout=1)


def test_an_address_that_is_not_ours_is_refused_in_one_line(variables: dict[str, str]):
    ended = serve_until_it_ends("--host", "192.0.2.1", variables=variables)

    assert ended.returncode == 1
    assert ended.stderr == "CommandError: Cannot listen on 192.0.2.1 port 8000: Cannot assign requested address.\n"


def test_a_database_that_is_away_is_reported_in_one_line(variables: dict[str, str]):
    ended = serve_until_it_ends(
        "--port", str(free_port()), variables={**variables, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    )

    assert ended.returncode == 1
    assert ended.stderr.startswith("CommandError: The database cannot be used: connection")
    assert len(ended.stderr.splitlines()) == 1
