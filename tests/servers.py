"""Servers that tests use for real: Redis on loopback, and a free port for our own."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skip, saying what is not here; where everything is installed first (``CI``), fail instead."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is not installed", pytrace=False)
    pytest.skip(f"{what} is not installed")


def free_port() -> int:
    """Return a port on loopback on which nobody listens at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for_port(port: int, *, within: float = 10) -> None:
    """Return as soon as somebody listens on ``port``.

    Raises:
        TimeoutError: nobody did.
    """
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nobody listens on port {port}")


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Redis: of ``ONCALL_TEST_REDIS_URL``, or of a ``redis-server`` started for this run."""
    if given := os.environ.get("ONCALL_TEST_REDIS_URL"):
        yield given
        return
    program = shutil.which("redis-server") or missing("redis-server")
    folder: Path = tmp_path_factory.mktemp("redis")
    port = free_port()
    options = ("--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", "", "--appendonly", "no")
    server = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)


def living_in_group(leader: int) -> list[int]:
    """Return the processes of ``leader``'s group that still run.

    One that has ended and that nobody has collected does not run: in a container there may be nobody to do so.
    """
    living = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, group = entry.read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):  # ended while we looked
            continue
        if int(group) == leader and state != "Z":
            living.append(int(entry.parent.name))
    return living
