"""When do handoffs fall? Wall-clock rules in, instants out."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import pairwise
from typing import Final, Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from rotations.engine.intervals import DAY, EPOCH, Interval, instant, micros
from rotations.engine.offsets import Offsets, offsets_of

Unit = Literal["hour", "day", "week", "month"]

_LENGTHS: Final[dict[Unit, int]] = {"hour": DAY // 24, "day": DAY, "week": 7 * DAY}
# The Gregorian calendar repeats after 400 years, which are a whole number of days.
_CYCLE_YEARS: Final = 400
_CYCLE_DAYS: Final = 146_097
_FIRST_DAY: Final = EPOCH.toordinal()


class Turn(NamedTuple):
    """Turn ``number`` of a cadence, in force in ``[start, end)``; never empty."""

    number: int
    start: datetime
    end: datetime


class ClockChange(NamedTuple):
    """A clock is set at ``at``: in the instant in which it would show ``before`` it shows ``after``, both naive."""

    at: datetime
    before: datetime
    after: datetime


def clock_changes(zone: ZoneInfo, window: Interval) -> tuple[ClockChange, ...]:
    """Return when the clocks of ``zone`` are set within ``window``, in order."""
    # From the instant before: a day may begin with the change, where midnight is skipped.
    reached = micros(window.start) - 1
    found: list[ClockChange] = []
    for (begun, ended), (goes_on, _) in pairwise(offsets_of(zone).readings(reached, micros(window.end))):
        reached += ended - begun
        found.append(ClockChange(instant(reached), *(instant(each).replace(tzinfo=None) for each in (ended, goes_on))))
    return tuple(found)


@dataclass(frozen=True)
class Cadence:
    """Handoff n is ``anchor`` plus n times ``every`` ``unit`` by wall clock in ``zone``, for every whole n.

    A reading that the clock skips becomes the first instant after the gap, a repeated one its first pass, and a day
    that the month lacks its last day, always counted from the anchor.

    Raises:
        ValueError: the anchor is aware, the unit unknown, or ``every`` not positive.
    """

    anchor: datetime
    zone: ZoneInfo
    unit: Unit
    every: int = 1

    def __post_init__(self) -> None:
        if self.anchor.tzinfo is not None:
            raise ValueError(f"the anchor {self.anchor.isoformat()} is a wall-clock reading and has no zone of its own")
        if self.unit not in get_args(Unit) or self.every < 1:
            raise ValueError(f"there is no cadence of every {self.every} {self.unit}")

    def turn_at(self, moment: datetime) -> Turn:
        """Return the turn that contains ``moment``: the largest number whose handoff is not after it."""
        number = self.number_at(micros(moment))
        return Turn(number, self.handoff(number), self.handoff(number + 1))

    def handoff(self, number: int) -> datetime:
        """Return the instant, in UTC, at which turn ``number`` begins."""
        return instant(self.handoff_micros(number))

    def handoffs(self, window: Interval) -> tuple[datetime, ...]:
        """Return the distinct instants of handoffs within ``window``, in order and in UTC."""
        start, end = micros(window.start), micros(window.end)
        handoffs = self.handoffs_micros(self.number_at(start), self.number_at(end) + 1)
        return tuple(instant(at) for at in dict.fromkeys(handoffs) if start <= at < end)

    def number_at(self, at: int) -> int:
        """Return the number of the turn in force at an instant in microseconds."""
        # A reading is handed over once the clock has come as far: with the furthest reading, gaps need no search.
        reading = self._offsets.furthest_reading(at)
        return (reading - self.origin) // self.step if self.step else self._months_until(reading)

    def handoff_micros(self, number: int) -> int:
        """Return the instant of a handoff in microseconds."""
        reading = self.origin + number * self.step if self.step else self._month_reading(number)
        return self._offsets.first_pass(reading)

    def handoffs_micros(self, first: int, last: int) -> list[int]:
        """Return the instants of the handoffs ``first`` to ``last``, both included; rising, equal at empty turns."""
        if not self.step:
            return [self.handoff_micros(number) for number in range(first, last + 1)]
        stop = self.origin + last * self.step + 1
        return self._offsets.first_passes(range(self.origin + first * self.step, stop, self.step))

    @cached_property
    def origin(self) -> int:
        """The anchor as a reading in microseconds."""
        return micros(self.anchor.replace(tzinfo=EPOCH.tzinfo))

    @cached_property
    def step(self) -> int:
        """The length of a turn by wall clock, in microseconds; 0 for months, which have no length."""
        return _LENGTHS.get(self.unit, 0) * self.every

    @cached_property
    def _offsets(self) -> Offsets:
        return offsets_of(self.zone)

    def _month_reading(self, number: int) -> int:
        """Return the reading of a monthly handoff, also outside the years that ``date`` knows."""
        years, month = divmod(self.anchor.month - 1 + number * self.every, 12)
        cycles, year = divmod(self.anchor.year + years - 1, _CYCLE_YEARS)
        day = min(self.anchor.day, monthrange(year + 1, month + 1)[1])
        days = date(year + 1, month + 1, day).toordinal() - _FIRST_DAY + cycles * _CYCLE_DAYS
        return days * DAY + self.origin % DAY

    def _months_until(self, reading: int) -> int:
        """Return the largest number whose monthly reading is not after ``reading``."""
        # The mean month is exact over a cycle, so the guess is off by a step or two and never drifts.
        number = (reading - self.origin) * _CYCLE_YEARS * 12 // (_CYCLE_DAYS * DAY * self.every)
        while self._month_reading(number) > reading:
            number -= 1
        while self._month_reading(number + 1) <= reading:
            number += 1
        return number
