"""How is what a stranger wrote parsed, without a risk for whoever has it parsed?

In a process of its own, that has no settings and no connection to the database, with a limit on its processor time and
memory, and killed when it does not end by itself. No request waits for it: only background tasks read calendars.
"""

import logging
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from rotations.incoming.messages import answer_from, question_to_line
from rotations.incoming.terms import Question, Reading, Unreadable

ROOT = Path(__file__).parents[2]


logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confinement:
    """What reading one calendar may take: seconds of processor time, twice as many by the clock, bytes of memory."""

    seconds: int = 10
    memory: int = 512 * 1024 * 1024


USUAL = Confinement()
EXPENSIVE = "It takes too much time or memory to read."


def read_confined(content: bytes, question: Question, *, confinement: Confinement = USUAL) -> Reading:
    """Return what the calendar ``content`` says to ``question``.

    Raises:
        Unreadable: with the reason; ``too_expensive`` where the process had to be ended.
    """
    command = (sys.executable, "-m", "rotations.incoming", str(confinement.seconds), str(confinement.memory))
    # Nothing of our environment: it has the keys to everything.
    environment = {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]), "PYTHONUTF8": "1"}
    try:
        ended = subprocess.run(
            command,
            input=question_to_line(question) + content,
            capture_output=True,
            env=environment,
            timeout=2 * confinement.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        raise Unreadable("too_expensive", EXPENSIVE) from problem
    if ended.returncode < 0:
        raise Unreadable("too_expensive", EXPENSIVE)
    if ended.returncode:
        raise _failed(ended.stderr)
    return answer_from(ended.stdout)


def _failed(errors: bytes) -> Unreadable:
    """Say of a process that came to grief what is safe to say: the message of an exception may quote the calendar."""
    exception = errors.decode(errors="replace").strip().rpartition("\n")[2].partition(":")[0]
    if exception == "MemoryError":
        return Unreadable("too_expensive", EXPENSIVE)
    logger.error("calendar_reader_failed", extra={"facts": {"exception": exception}})
    return Unreadable("not_a_calendar", "It is no calendar that can be read.")
