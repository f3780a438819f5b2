"""What is asked of a calendar, and what is answered?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from rotations.engine.intervals import Interval

# What one calendar may hold, and how many absences of one person may come of it.
MOST_EVENTS: Final = 5000
MOST_OCCURRENCES: Final = 1000
LONGEST_ID: Final = 255


class Unreadable(Exception):
    """Nothing was taken from a calendar.

    ``code`` is one of ``not_a_calendar, too_many_events, too_frequent, too_expensive``.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Question:
    """When is somebody away within ``window``, by the clock of ``zone`` where an event names no zone of its own?

    With ``keywords``, only events count that have one of them in their summary or categories, in capitals or not.
    """

    window: Interval
    zone: ZoneInfo
    keywords: tuple[str, ...] = ()


class Occurrence(NamedTuple):
    """One event, or one recurrence of it, as a span ``[start, end)`` that may reach out of the window.

    ``uid`` and ``recurrence`` together name it within its calendar, each time that it is read.
    """

    uid: str
    recurrence: str
    start: datetime
    end: datetime


class Reading(NamedTuple):
    """What a calendar says, in order of start; ``skipped`` events, or series of them, could not be understood."""

    occurrences: tuple[Occurrence, ...]
    skipped: int
