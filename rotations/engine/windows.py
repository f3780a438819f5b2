"""In which hours of the week does a rotation count? Decided by the wall clock of its zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from functools import lru_cache
from math import gcd
from typing import Final, NamedTuple

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


class Opening(NamedTuple):
    """What one window opens on one local day: a span of instants in microseconds.

    ``day`` counts local days from 1970-01-01; ``place`` is the window's among its version's.
    """

    start: int
    end: int
    day: int
    place: int


def openings(windows: tuple[Window, ...], offsets: Offsets, start: int, end: int) -> Iterator[Opening]:
    """Yield the open spans within ``[start, end)``, in order and disjoint.

    Where openings overlap, the one that started first keeps the time.
    """
    open_until = start
    for opening in sorted(_all_openings(windows, offsets, start, end)):
        begin, finish = max(opening.start, open_until), min(opening.end, end)
        if begin < finish:
            yield Opening(begin, finish, opening.day, opening.place)
            open_until = finish


def _all_openings(windows: tuple[Window, ...], offsets: Offsets, start: int, end: int) -> Iterator[Opening]:
    weekdays = _by_weekday(windows)
    first_day = offsets.reading(start) // DAY - _DAYS_BACK
    last_day = offsets.furthest_reading(end) // DAY
    for day in range(first_day, last_day + 1):
        for place, begin, finish in weekdays[(day + _FIRST_WEEKDAY) % 7]:
            midnight = day * DAY
            yield Opening(offsets.first_pass(midnight + begin), offsets.last_pass(midnight + finish), day, place)


def counting_turns(windows: tuple[Window, ...], *, origin: int, step: int, first: int, last: int) -> int:
    """Return how many of the turns ``first`` to ``last - 1`` count: those whose readings meet a window.

    Turn n lasts from the reading ``origin + n * step`` for ``step``. No clock change has a part in it, so the
    turns that count repeat, and the number takes no walk.
    """
    tally = _tally(windows, origin % WEEK, step)
    period = len(tally) - 1

    def before(number: int) -> int:
        return number // period * tally[period] + tally[number % period]

    return before(last) - before(first)


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
