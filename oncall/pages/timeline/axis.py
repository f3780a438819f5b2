"""Which days does a sheet of the timeline show, and what do the clocks say along it?

The axis is a line of real time: an hour is as long on the day of a clock change as on any other, and so such a day is
longer or shorter. Where days and hours begin is asked of the zone.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal
from zoneinfo import ZoneInfo

from rotations.engine.cadence import Cadence, ClockChange, clock_changes
from rotations.engine.intervals import Interval

View = Literal["day", "week", "fortnight", "month"]
VIEWS: Final[dict[View, str]] = {"day": "Day", "week": "Week", "fortnight": "2 weeks", "month": "Month"}

_A_DAY: Final = timedelta(days=1)
_MONDAY: Final = date(1970, 1, 5).toordinal()
_LENGTHS: Final[dict[View, int]] = {"day": 1, "week": 7, "fortnight": 14}
# Every how many hours a line is drawn; none where days are too narrow.
_HOURS: Final[dict[View, int]] = {"day": 1, "week": 6, "fortnight": 12}


@dataclass(frozen=True, slots=True)
class Sheet:
    """The days of one view: ``window`` is from the first instant of ``first`` to that of the day after the last.

    ``earlier`` and ``later`` are days of the sheets before and after.
    """

    view: View
    first: date
    last: date
    window: Interval
    earlier: date
    later: date

    @property
    def title(self) -> str:
        """Return what the sheet is called: ``Sunday 25 October 2026``, ``19 to 25 October 2026``, ``October 2026``."""
        first, last = self.first, self.last
        match self.view:
            case "day":
                return f"{first:%A} {_dated(first)}"
            case "month":
                return f"{first:%B %Y}"
            case _ if first.year != last.year:
                return f"{_dated(first)} to {_dated(last)}"
            case _ if first.month != last.month:
                return f"{first.day} {first:%B} to {_dated(last)}"
            case _:
                return f"{first.day} to {_dated(last)}"


@dataclass(frozen=True, slots=True)
class Day:
    """A day by the clocks of the zone; the days of a window tile it, and a day that was skipped is not among them."""

    date: date
    span: Interval

    @property
    def is_weekend(self) -> bool:
        """Return whether it is a Saturday or a Sunday."""
        return self.date.weekday() >= 5

    @property
    def is_odd(self) -> bool:
        """Return whether the clocks are set on it, so that it has more or less than 24 hours."""
        return self.span.length != _A_DAY


@dataclass(frozen=True, slots=True)
class Tick:
    """An instant at which the clock shows a full hour or, after a clock change, what comes first of it."""

    at: datetime
    label: str


def sheet(view: View, day: date, zone: ZoneInfo) -> Sheet:
    """Return the sheet of ``view`` on which ``day`` is."""
    first = _first_day(view, day)
    beyond = _next_month(first) if view == "month" else first + timedelta(days=_LENGTHS[view])
    window = Interval(_midnight(first, zone), _midnight(beyond, zone))
    if window.start == window.end:
        # The only day of the sheet was skipped, as in Apia 2011-12-30.
        return sheet(view, beyond, zone)
    return Sheet(view, first, beyond - _A_DAY, window, earlier=_first_day(view, first - _A_DAY), later=beyond)


def days_of(window: Interval, zone: ZoneInfo) -> tuple[Day, ...]:
    """Return the days of a window that begins and ends with one."""
    first = window.start.astimezone(zone).date()
    begins = Cadence(datetime.combine(first, time()), zone, "day").handoffs(window)
    return tuple(
        Day(start.astimezone(zone).date(), Interval(start, end)) for start, end in pairwise((*begins, window.end))
    )


def ticks_of(sheet: Sheet, zone: ZoneInfo) -> tuple[Tick, ...]:
    """Return the hours that are marked within the days of a sheet; midnights are marked as days."""
    every = _HOURS.get(sheet.view)
    if every is None:
        return ()
    midnights = {day.span.start for day in days_of(sheet.window, zone)}
    hours = Cadence(datetime.combine(sheet.first, time()), zone, "hour", every).handoffs(sheet.window)
    return tuple(Tick(at, _hour(at.astimezone(zone))) for at in hours if at not in midnights)


def changes_of(window: Interval, zone: ZoneInfo) -> tuple[tuple[ClockChange, str], ...]:
    """Return the clock changes of a window, each with words such as ``02:00 to 03:00 comes twice``."""
    return tuple((change, _words(change)) for change in clock_changes(zone, window))


@lru_cache(maxsize=8192)
def clock(moment: datetime, zone: ZoneInfo) -> str:
    """Return ``Mon 16 Nov 09:00`` as the clocks of ``zone`` show it; which of the two, where they show it twice.

    Kept: one moment is said of many bars.
    """
    local = moment.astimezone(zone)
    shown = f"{local:%a} {local.day} {local:%b %H:%M}"
    comes_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{shown} {local.tzname()}" if comes_twice else shown


def _first_day(view: View, day: date) -> date:
    match view:
        case "day":
            return day
        case "month":
            return day.replace(day=1)
        case "fortnight":
            # Counted from a Monday, so that sheets follow each other whatever day they are opened on.
            return day - timedelta(days=(day.toordinal() - _MONDAY) % _LENGTHS[view])
        case _:
            return day - timedelta(days=day.weekday())


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a day, which is not 00:00 where the clocks skip that."""
    return Cadence(datetime.combine(day, time()), zone, "day").handoff(0)


def _hour(local: datetime) -> str:
    return f"{local:%H:%M}" if local.minute else f"{local:%H}"


def _words(change: ClockChange) -> str:
    is_skipped = change.before < change.after
    begins, ends = sorted((change.before, change.after))
    if ends - begins >= _A_DAY:
        return f"{begins:%a} {_dated(begins.date())} is skipped"
    until = "24:00" if ends.time() == time() else f"{ends:%H:%M}"
    return f"{begins:%H:%M} to {until} {'is skipped' if is_skipped else 'comes twice'}"


def _dated(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
