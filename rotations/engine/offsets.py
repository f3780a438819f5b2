"""What does a zone's wall clock show, and when does it show a reading? A zone as a table of its clock changes.

Instants are whole microseconds since 1970-01-01T00:00Z, readings whole microseconds since 1970-01-01T00:00 by the
wall clock. Asking ``zoneinfo`` for every handoff costs ten times as much as a search in the table.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Final
from zoneinfo import ZoneInfo

from rotations.engine.intervals import ALWAYS, MICROSECONDS_A_SECOND, SECONDS_A_DAY

# In seconds, as the database keeps them.
_KNOWN_FROM: Final = int(datetime(1969, 1, 1, tzinfo=UTC).timestamp())
_KNOWN_UNTIL: Final = int(datetime(2102, 1, 1, tzinfo=UTC).timestamp())
# No zone since 1970 changes twice within six days: Gaza comes closest, with an hour less than seven (2040).
_PROBE: Final = 6 * SECONDS_A_DAY


class Offsets:
    """The clock changes of one zone from 1969 to 2101; beyond them the nearest offset stays.

    The clock is a list of stretches. Stretch i begins at ``begins[i]``, ends before ``begins[i + 1]`` and shows
    the instant plus ``offsets[i]``. ``furthest[i]`` is the reading that the clock has come up to, not including it,
    by the end of stretch i; ``least[i]`` is the smallest reading it shows from the beginning of stretch i on.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        changes = list(_changes(zone))
        self.begins: Final = [-ALWAYS, *(at for at, _ in changes)]
        at_first = _offset(zone, _KNOWN_FROM) // timedelta(microseconds=1)
        self.offsets: Final = [at_first, *(offset for _, offset in changes)]
        self.ends: Final = [*self.begins[1:], ALWAYS]
        last_readings = [end + offset for end, offset in zip(self.ends, self.offsets, strict=True)]
        first_readings = [begin + offset for begin, offset in zip(self.begins, self.offsets, strict=True)]
        self.furthest: Final = list(accumulate(last_readings, max))
        self.least: Final = list(accumulate(reversed(first_readings), min))[::-1]

    def reading(self, at: int) -> int:
        """Return what the clock shows at an instant."""
        return at + self.offsets[bisect_right(self.begins, at) - 1]

    def readings(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield what the clock shows within ``[start, end)``, as spans of readings in which no change falls."""
        stretch = bisect_right(self.begins, start) - 1
        while start < end:
            until, offset = min(end, self.ends[stretch]), self.offsets[stretch]
            yield start + offset, until + offset
            start, stretch = until, stretch + 1

    def furthest_reading(self, at: int) -> int:
        """Return the greatest reading the clock has shown up to an instant: it never falls."""
        stretch = bisect_right(self.begins, at) - 1
        return max(at + self.offsets[stretch], self.furthest[stretch - 1] - 1) if stretch else self.reading(at)

    def first_pass(self, reading: int) -> int:
        """Return the first instant at which the clock shows ``reading`` or, where it skips it, anything later."""
        stretch = bisect_right(self.furthest, reading)
        return max(reading - self.offsets[stretch], self.begins[stretch])

    def first_passes(self, readings: range) -> list[int]:
        """Return ``first_pass`` of each of the rising ``readings``, a stretch at a time."""
        instants: list[int] = []
        while readings:
            stretch = bisect_right(self.furthest, readings[0])
            begin, offset = self.begins[stretch], self.offsets[stretch]
            shown = range(readings.start, min(readings.stop, self.furthest[stretch]), readings.step)
            skipped = range(shown.start, min(shown.stop, begin + offset), shown.step)
            instants += [begin] * len(skipped)
            instants += range(shown.start + len(skipped) * shown.step - offset, shown.stop - offset, shown.step)
            readings = readings[len(shown) :]
        return instants

    def last_pass(self, reading: int) -> int:
        """Return the last instant at which the clock shows ``reading``; where it skips it, the end of the skip."""
        return self.last_passes(range(reading, reading + 1))[0]

    def last_passes(self, readings: range) -> list[int]:
        """Return ``last_pass`` of each of the rising ``readings``, a stretch at a time."""
        instants: list[int] = []
        while readings:
            stretch = bisect_right(self.least, readings[0]) - 1
            end, offset = self.ends[stretch], self.offsets[stretch]
            until = self.least[stretch + 1] if stretch + 1 < len(self.least) else readings.stop
            shown = range(readings.start, min(readings.stop, until), readings.step)
            before_end = range(shown.start - offset, min(shown.stop - offset, end), shown.step)
            instants += before_end
            instants += [end] * (len(shown) - len(before_end))
            readings = readings[len(shown) :]
        return instants


@lru_cache(maxsize=1024)
def offsets_of(zone: ZoneInfo) -> Offsets:
    """Return the table of a zone, built once per process (some 10 ms)."""
    return Offsets(zone)


def _changes(zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """Yield each instant at which the offset changes, and the new offset; in order."""
    before, offset = _KNOWN_FROM, _offset(zone, _KNOWN_FROM)
    for after in range(_KNOWN_FROM + _PROBE, _KNOWN_UNTIL, _PROBE):
        new = _offset(zone, after)
        if new != offset:
            at = _change_between(zone, before, after)
            yield at * MICROSECONDS_A_SECOND, new // timedelta(microseconds=1)
        before, offset = after, new


def _change_between(zone: ZoneInfo, before: int, after: int) -> int:
    """Return the second in ``(before, after]`` from which on the offset is that of ``after``."""
    new = _offset(zone, after)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == new:
            after = middle
        else:
            before = middle
    return after


def _offset(zone: ZoneInfo, second: int) -> timedelta:
    return datetime.fromtimestamp(second, zone).utcoffset() or timedelta()
