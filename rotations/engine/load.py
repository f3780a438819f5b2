"""How much is somebody on call, and how much of it at night, on weekends and on public holidays?

By what the clock on the wall shows in the person's own zone, instant by instant: an hour that a clock change repeats
counts twice, one that it skips not at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from rotations.engine.intervals import DAY, EPOCH, MICROSECONDS_A_SECOND, micros
from rotations.engine.offsets import offsets_of
from rotations.engine.terms import Shift

NIGHT_BEGINS: Final = time(22)
NIGHT_ENDS: Final = time(6)

_HOUR: Final = 3600 * MICROSECONDS_A_SECOND
_EVENING, _MORNING = NIGHT_BEGINS.hour * _HOUR, NIGHT_ENDS.hour * _HOUR
_EPOCH_DAY: Final = EPOCH.toordinal()
_SATURDAY: Final = 5

# What an hour is, as bits: it may be several things at once.
_NIGHT, _WEEKEND, _HOLIDAY = 1, 2, 4


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of one person: the zone whose clock they live by, and their public holidays."""

    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()


class Load(NamedTuple):
    """How much somebody is on call.

    ``night`` is from 22:00 to 06:00, ``weekend`` Saturday and Sunday, ``holiday`` a public holiday, both from midnight
    to midnight; one instant may be all three. ``weekend_alone`` is on weekends but no holiday, ``night_alone`` at night
    but neither: with ``holiday`` and ``day`` they make up ``time``.
    """

    shifts: int
    time: timedelta
    night: timedelta
    weekend: timedelta
    holiday: timedelta
    weekend_alone: timedelta
    night_alone: timedelta

    @property
    def day(self) -> timedelta:
        """What is neither at night nor on a weekend or holiday."""
        return self.time - self.holiday - self.weekend_alone - self.night_alone


def load(shifts: Iterable[Shift], calendars: Mapping[int, Calendar]) -> dict[int, Load]:
    """Return each person's load by the shifts of one schedule, in which nobody has two at once.

    ``calendars`` has everybody of the shifts.
    """
    counts: dict[int, int] = {}
    totals: dict[int, list[int]] = {}
    days = {person: _days(calendar.holidays) for person, calendar in calendars.items()}
    for shift in shifts:
        person = shift.person
        counts[person] = counts.get(person, 0) + 1
        total = totals.setdefault(person, [0] * 8)
        offsets = offsets_of(calendars[person].zone)
        for begin, end in offsets.readings(micros(shift.start), micros(shift.end)):
            _add(total, begin, end, days[person])
    return {person: _load(counts[person], total) for person, total in totals.items()}


def _days(holidays: Iterable[date]) -> frozenset[int]:
    return frozenset(day.toordinal() - _EPOCH_DAY for day in holidays)


def _add(total: list[int], begin: int, end: int, holidays: frozenset[int]) -> None:
    """Add the readings in ``[begin, end)`` to what they are; a piece ends where the day or the night does."""
    while begin < end:
        day, within = divmod(begin, DAY)
        is_night = within < _MORNING or within >= _EVENING
        edge = _MORNING if within < _MORNING else _EVENING if within < _EVENING else DAY
        until = min(end, day * DAY + edge)
        # 1970-01-01 was a Thursday.
        is_weekend = (day + 3) % 7 >= _SATURDAY
        total[_NIGHT * is_night | _WEEKEND * is_weekend | _HOLIDAY * (day in holidays)] += until - begin
        begin = until


def _load(shifts: int, total: list[int]) -> Load:
    return Load(
        shifts=shifts,
        time=_length(sum(total)),
        night=_length(sum(total[what] for what in range(8) if what & _NIGHT)),
        weekend=_length(sum(total[what] for what in range(8) if what & _WEEKEND)),
        holiday=_length(sum(total[what] for what in range(8) if what & _HOLIDAY)),
        weekend_alone=_length(total[_WEEKEND] + total[_WEEKEND | _NIGHT]),
        night_alone=_length(total[_NIGHT]),
    )


def _length(microseconds: int) -> timedelta:
    return timedelta(microseconds=microseconds)
