"""In which hours of the week does a rotation count?"""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class Window:
    """The same hours on some days of every week, by the wall clock of the rotation's zone.

    ``days`` are the days it starts on, 0 for Monday. An ``end`` at or before ``start`` is on the day after, so equal
    times mean 24 hours.
    """

    days: frozenset[int]
    start: time
    end: time
