"""Web servers and workers in processes of their own, as ``serve`` starts them, on the database of the test."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from oncall.management.commands.serve import programs
from tests.servers import free_port, living_in_group

ROOT = Path(__file__).parent.parent


class StartProgram(Protocol):
    """Starts a program in a process group of its own; what still runs when the test is over is killed."""

    def __call__(self, name: str, **variables: str) -> subprocess.Popen[bytes]: ...


def database_url() -> str:
    """Return where another process finds the database of this test."""
    where = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{where['NAME']}"
    user = quote(where["USER"]) + (f":{quote(where['PASSWORD'])}" if where["PASSWORD"] else "")
    port = f":{where['PORT']}" if where["PORT"] else ""
    return f"postgres://{user}@{quote(where['HOST'], safe='')}{port}/{where['NAME']}"


@pytest.fixture
def start_program(tmp_path: Path) -> Iterator[StartProgram]:
    """Start ``web``, on the port that ``PORT`` names, or ``worker``, which is sent messages by the test alone."""
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, **variables: str) -> subprocess.Popen[bytes]:
        port = variables.setdefault("PORT", str(free_port()))
        [program] = [
            one for one in programs(settings.ENVIRONMENT, host="127.0.0.1", port=int(port)) if one.name == name
        ]
        # Beat says every few seconds what the test says when it wants it.
        command = [part for part in program.command if part != "--beat"]
        environment = {**program.environment, "DATABASE_URL": database_url(), **variables}
        log = (tmp_path / f"{name}-{len(started)}.log").open("wb")
        with log:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, process_group=0)
        started.append(process)
        return process

    yield start
    for process in started:
        kill_group(process)
    for log in sorted(tmp_path.glob("*.log")):
        print(f"── {log.name}\n{log.read_text()}")  # noqa: T201 - shown where the test failed


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a program with everything it started, as a machine that loses power does."""
    if living_in_group(process.pid):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def eventually(look: Callable[[], bool], *, every: float = 0.05, within: float = 120) -> None:
    """Return as soon as it is so.

    Raises:
        TimeoutError: it did not become so; ``within`` is for a machine that has much else to do.
    """
    deadline = time.monotonic() + within
    while not look():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not happen")
        time.sleep(every)
