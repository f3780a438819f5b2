"""How do several programs run as one?

Each runs in a process group of its own. One that dies is started again, after what is left of its group has been
killed: a web server's orphaned worker would keep the port and serve old code. One signal stops them all.
"""

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

logger = logging.getLogger(__name__)

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
LOOK_EVERY_SECONDS = 0.1
STEADY_AFTER_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to start: ``environment`` replaces the supervisor's own."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = 0.0
    due_at: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Runs ``programs`` until SIGINT or SIGTERM; belongs to the main thread.

    ``first_pause`` is the wait before a program is started again. It doubles while the program keeps dying young.
    ``patience`` is how long, in seconds, the programs may take to stop before they are killed.
    """

    programs: Iterable[Program]
    first_pause: float = 1.0
    patience: float = 15.0
    _children: list[_Child] = field(init=False)
    _stopping: threading.Event = field(init=False, default_factory=threading.Event)

    def start(self) -> None:
        """Start every program; from here on a signal is kept for :meth:`watch`."""
        self._children = [_Child(program) for program in self.programs]
        for number in STOP_SIGNALS:
            signal.signal(number, self._stop)
        for child in self._children:
            self._spawn(child)

    def watch(self) -> None:
        """Start again whatever dies, until a signal comes; then stop everything and return."""
        try:
            while not self._stopping.wait(LOOK_EVERY_SECONDS):
                for child in self._children:
                    self._look_after(child)
        finally:
            self._stop_all()

    @property
    def stopping(self) -> bool:
        """Whether a signal has come."""
        return self._stopping.is_set()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping.set()

    def _look_after(self, child: _Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.due_at:
                self._spawn(child)
        elif (code := child.process.poll()) is not None:
            _kill_group(child.process)
            died_young = now - child.started_at < STEADY_AFTER_SECONDS
            child.pause = (
                min(child.pause * 2, LONGEST_PAUSE_SECONDS) if died_young and child.pause else self.first_pause
            )
            child.due_at = now + child.pause
            child.process = None
            facts = {"program": child.program.name, "code": code, "again_in": child.pause}
            logger.warning("died", extra={"facts": facts})

    def _spawn(self, child: _Child) -> None:
        child.started_at = time.monotonic()
        child.process = subprocess.Popen(
            child.program.command, env=dict(child.program.environment), stdin=subprocess.DEVNULL, process_group=0
        )
        logger.info("started", extra={"facts": {"program": child.program.name, "pid": child.process.pid}})

    def _stop_all(self) -> None:
        running = [child.process for child in self._children if child.process]
        # Only the leader is asked: it knows how to let its own workers finish what they do.
        for process in running:
            process.terminate()
        deadline = time.monotonic() + self.patience
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            _kill_group(process)
            process.wait()


def _kill_group(leader: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader.pid, signal.SIGKILL)
