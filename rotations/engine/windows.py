"""In which hours of the week does a rotation count? Decided by the wall clock of its zone."""

from dataclasses import dataclass
from datetime import time, timedelta
from functools import lru_cache
from itertools import repeat
from math import gcd
from typing import Final

from rotations.engine.intervals import DAY
from rotations.engine.offsets import Offsets

WEEK: Final = 7 * DAY
# 1970-01-01, the first day of the readings, was a Thursday.
_FIRST_WEEKDAY: Final = 3
# A clock has jumped by a whole day (Apia 2011, Kwajalein 1993) and a window may run into the next one.
_DAYS_BACK: Final = 2


@dataclass(frozen=True, slots=True)
class Window:
    """The same hours on some days of every week, by the wall clock of the rotation's zone.

    ``days`` are the days it starts on, 0 for Monday. An ``end`` at or before ``start`` is on the day after, so equal
    times mean 24 hours.
    """

    days: frozenset[int]
    start: time
    end: time


Opening = tuple[int, int, int, int]
"""What one window opens on one local day: from and until when in microseconds, the day counted from 1970-01-01, and
the window's place among its version's."""


def openings(windows: tuple[Window, ...], offsets: Offsets, start: int, end: int) -> list[Opening]:
    """Return the open spans within ``[start, end)``, in order and disjoint.

    Where openings overlap, the one that started first keeps the time.
    """
    clipped: list[Opening] = []
    open_until = start
    for opens, closes, day, place in sorted(_all_openings(windows, offsets, start, end)):
        begin = max(open_until, opens)
        finish = min(end, closes)
        if begin < finish:
            clipped.append((begin, finish, day, place))
            open_until = finish
    return clipped


def _all_openings(windows: tuple[Window, ...], offsets: Offsets, start: int, end: int) -> list[Opening]:
    first_day = offsets.reading(start) // DAY - _DAYS_BACK
    last_day = offsets.furthest_reading(end) // DAY
    found: list[Opening] = []
    for weekday, hours in enumerate(_by_weekday(windows)):
        # All Mondays at once: they differ by a week.
        days = range(first_day + (weekday - _FIRST_WEEKDAY - first_day) % 7, last_day + 1, 7)
        for place, begin, finish in hours if days else ():
            opens = offsets.first_passes(_readings(days, begin))
            closes = offsets.last_passes(_readings(days, finish))
            found += zip(opens, closes, days, repeat(place))
    return found


def _readings(days: range, after_midnight: int) -> range:
    """Return the readings of one time on each of the days."""
    return range(days.start * DAY + after_midnight, days.stop * DAY + after_midnight, days.step * DAY)


class Tally:
    """How many turns count: those whose readings meet a window. Turn n lasts from ``origin + n * step`` for ``step``.

    No clock change has a part in it, so the turns that count repeat, and no number takes a walk.
    """

    def __init__(self, windows: tuple[Window, ...], *, origin: int, step: int) -> None:
        self._of_period: Final = _tally(windows, origin % WEEK, step)
        self._period: Final = len(self._of_period) - 1

    def before(self, number: int) -> int:
        """Return how many of the turns 0 to ``number - 1`` count; negative before turn 0."""
        periods, rest = divmod(number, self._period)
        return periods * self._of_period[-1] + self._of_period[rest]


@lru_cache(maxsize=1024)
def _tally(windows: tuple[Window, ...], origin: int, step: int) -> tuple[int, ...]:
    """Return how many of the first 0, 1, 2... turns count, up to a whole period of them (168 at most)."""
    tally = [0]
    for number in range(WEEK // gcd(step, WEEK)):
        start = origin + number * step
        tally.append(tally[-1] + _meets_a_window(windows, start, start + step))
    return tuple(tally)


def _meets_a_window(windows: tuple[Window, ...], start: int, end: int) -> bool:
    """Tell whether a span of readings shares one with any week's windows."""
    for weekday, hours in enumerate(_by_weekday(windows)):
        for _, begin, finish in hours:
            opens = (weekday - _FIRST_WEEKDAY) * DAY + begin
            closes = opens + finish - begin
            # The first week in which the window closes after the span begins.
            week = (start - closes) // WEEK + 1
            if opens + week * WEEK < end:
                return True
    return False


@lru_cache(maxsize=1024)
def _by_weekday(windows: tuple[Window, ...]) -> tuple[tuple[tuple[int, int, int], ...], ...]:
    """Return, for each weekday, the place, start and end of its windows, in microseconds after its midnight."""
    hours = [(window.days, place, *_hours(window)) for place, window in enumerate(windows)]
    return tuple(
        tuple((place, start, end) for days, place, start, end in hours if weekday in days) for weekday in range(7)
    )


def _hours(window: Window) -> tuple[int, int]:
    start, end = _after_midnight(window.start), _after_midnight(window.end)
    return start, end if end > start else end + DAY


def _after_midnight(at: time) -> int:
    passed = timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
    return passed // timedelta(microseconds=1)
