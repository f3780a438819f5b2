"""Programs live and die as one, shown with real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers import living_in_group

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]

SUPERVISE = """
import logging, os, sys
from oncall.logs import FactFormatter
from oncall.supervisor import Program, Supervisor

handler = logging.StreamHandler()
handler.setFormatter(FactFormatter())
logging.basicConfig(handlers=[handler], level=logging.INFO)
programs = [
    Program(name=name, command=(sys.executable, "-c", code), environment=os.environ)
    for name, code in zip(sys.argv[2::2], sys.argv[3::2])
]
supervisor = Supervisor(programs, first_pause=0.1, patience=float(sys.argv[1]))
supervisor.start()
supervisor.watch()
"""

# A server with a worker of its own; each start adds a line with both process ids.
SERVER = """
import os, pathlib, subprocess, sys, time
worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with pathlib.Path(os.environ["SEEN"]).open("a") as seen:
    seen.write(f"{os.getpid()} {worker.pid}\\n")
time.sleep(600)
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVER
SHORT_LIVED = "raise SystemExit(3)"


class Supervised:
    """A supervisor in a process of its own, and what its programs wrote."""

    def __init__(self, folder: Path, *programs: str, patience: float) -> None:
        self.seen = folder / "seen"
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SUPERVISE, str(patience), *programs],
                cwd=ROOT,
                env={**os.environ, "SEEN": str(self.seen)},
                stderr=log,
            )

    def starts(self) -> list[list[int]]:
        text = self.seen.read_text() if self.seen.exists() else ""
        return [[int(pid) for pid in line.split()] for line in text.splitlines()]


Start = Callable[..., Supervised]


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Start]:
    running: list[Supervised] = []

    def start(*programs: str, patience: float = 5) -> Supervised:
        running.append(Supervised(tmp_path, *programs, patience=patience))
        return running[-1]

    yield start
    for each in running:
        if each.process.poll() is None:
            each.process.terminate()
        each.process.wait(60)


def eventually(holds: Callable[[], bool], *, within: float = 60) -> bool:
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_one_that_is_killed_starts_again_and_leaves_no_orphan(supervised: Start):
    running = supervised("server", SERVER)
    assert eventually(lambda: len(running.starts()) == 1)
    server = running.starts()[0][0]

    os.kill(server, signal.SIGKILL)

    assert eventually(lambda: len(running.starts()) == 2)
    assert eventually(lambda: living_in_group(server) == [])
    assert {*running.starts()[1]} <= {*living_in_group(running.starts()[1][0])}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_signal_stops_everything(supervised: Start, number: signal.Signals):
    running = supervised("one", SERVER, "other", SERVER)
    assert eventually(lambda: len(running.starts()) == 2)

    running.process.send_signal(number)

    assert running.process.wait(60) == 0
    assert [pid for leader, _worker in running.starts() for pid in living_in_group(leader)] == []


def test_one_that_will_not_stop_is_killed_when_patience_ends(supervised: Start):
    running = supervised("stubborn", STUBBORN, patience=0.5)
    assert eventually(lambda: len(running.starts()) == 1)

    running.process.terminate()

    assert running.process.wait(60) == 0
    assert [pid for leader, _worker in running.starts() for pid in living_in_group(leader)] == []


def test_one_that_keeps_dying_young_waits_longer_each_time(supervised: Start):
    running = supervised("short-lived", SHORT_LIVED)

    def deaths() -> list[str]:
        return [line.partition("message=")[2] for line in running.log.read_text().splitlines() if "=died" in line]

    assert eventually(lambda: len(deaths()) >= 3)
    assert deaths()[:3] == [
        "died program=short-lived code=3 again_in=0.1",
        "died program=short-lived code=3 again_in=0.2",
        "died program=short-lived code=3 again_in=0.4",
    ]
