"""How many answers a second does one granian worker give on loopback, beside views that do nothing?

By the clock on the wall, since two processes are at work: the addresses are asked in turn, and the best of several
short rounds counts for each.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from tests.benchmarks.company import people, schedules
from tests.benchmarks.rows import Row
from tests.factories.access import bearer
from tests.servers import free_port, wait_for_port

ROOT = Path(__file__).parents[2]
# Of a team, because such answers are not kept as bytes.
MADE_ANEW = "/api/v1/on-call/?team=rated"
NOTHING, NOTHING_FOR_CALLERS = "/nothing/", "/nothing/for-callers/"
ROUNDS, LASTING, CONNECTIONS = 8, 0.4, 2


def rows() -> Iterator[Row]:
    """Yield the rate of the on-call endpoint for one schedule, and its part of that of a view that does nothing."""
    (schedule,) = schedules(1, of=people(8, name="rated"), team="rated", name="rated")
    (authorization,) = bearer("read").values()
    on_call = f"/api/v1/schedules/{schedule.slug}/on-call/"
    with _served() as port:
        paths = (on_call, MADE_ANEW, NOTHING, NOTHING_FOR_CALLERS)
        asked = {path: _request(path, authorization, port) for path in paths}
        for request in asked.values():
            _rate(request, port)
        rounds = [{path: _rate(request, port) for path, request in asked.items()} for _ in range(ROUNDS)]
    best = {path: max(each[path] for each in rounds) for path in asked}
    yield Row("on call in one schedule, by granian", best[on_call], "/s", note="one worker, keep-alive; bytes at hand")
    yield Row("on call in one team's schedule, made anew each time", best[MADE_ANEW], "/s")
    yield Row("a view that does nothing", best[NOTHING], "/s")
    yield Row("a view of the API that only checks the token", best[NOTHING_FOR_CALLERS], "/s")
    yield Row("a view that does nothing against on call", best[NOTHING] / best[on_call], "times", 2)


@contextmanager
def _served() -> Iterator[int]:
    port = free_port()
    options = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws", "--log-level", "error")
    threads = ("--workers", "1", "--blocking-threads", "4")
    command = (sys.executable, "-m", "granian", *options, *threads, "tests.benchmarks.server:application")
    server = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_for_port(port, within=60)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _request(path: str, authorization: str, port: int) -> bytes:
    lines = (f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Authorization: {authorization}")
    return "\r\n".join([*lines, "", ""]).encode()


def _rate(request: bytes, port: int) -> float:
    """Return how many answers a second come over a few connections at once."""
    counts: list[int] = []
    threads = [Thread(target=lambda: counts.append(_count(request, port))) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(counts) < CONNECTIONS:
        raise RuntimeError("a connection was refused or broken")
    return sum(counts) / LASTING


def _count(request: bytes, port: int) -> int:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        deadline = time.monotonic() + LASTING
        count = 0
        while time.monotonic() < deadline:
            connection.sendall(request)
            _receive(connection)
            count += 1
    return count


def _receive(connection: socket.socket) -> None:
    answer = connection.recv(65536)
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65536)
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(answer.decode())
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
