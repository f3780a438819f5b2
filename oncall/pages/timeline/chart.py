"""What is the drawing made of? The axis with days, hours and clock changes, the rows below it, and the line of now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from oncall.pages.timeline.axis import Day, Sheet, changes_of, days_of, ticks_of
from oncall.pages.timeline.drawing import NARROWEST, Lane, Scale, Wanted, lanes_of

HOUR_LINE: Final = 36
LINE: Final = 16
# Right of this, in percent, a text beside a line would not fit: it stands left of it.
LATE: Final = 72


@dataclass(frozen=True, slots=True)
class DayBand:
    """A day on the axis: ``hours`` says how long it is where the clocks are set on it."""

    x: str
    width: str
    label: str
    below: str
    hours: str
    is_weekend: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line down the chart with words at its top; ``is_late`` where these stand left of it."""

    x: str
    label: str
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """The whole drawing, in pixels down and percent across; ``now`` is None where it lies outside.

    ``past`` is how much of the width has passed.
    """

    narrowest: int
    height: int
    top: int
    days: tuple[DayBand, ...]
    ticks: tuple[Line, ...]
    changes: tuple[Line, ...]
    now: Line | None
    past: str
    lanes: tuple[Lane, ...]

    @property
    def body(self) -> int:
        """Return how high the rows are together."""
        return self.height - self.top


def chart_of(sheet: Sheet, wanted: Iterable[Wanted], *, zone: ZoneInfo, now: datetime) -> Chart:
    """Return the drawing of a sheet with the rows that are wanted."""
    scale = Scale(sheet.window)
    changes = tuple(_line(scale, change.at, words) for change, words in changes_of(sheet.window, zone))
    is_now = now in sheet.window
    top = HOUR_LINE + 8 + (LINE if changes or is_now else 0)
    lanes = lanes_of(wanted, sheet.window, top=top)
    return Chart(
        narrowest=NARROWEST,
        height=top + sum(lane.height for lane in lanes),
        top=top,
        days=tuple(_band(day, sheet, scale, now) for day in days_of(sheet.window, zone)),
        ticks=tuple(_line(scale, tick.at, tick.label) for tick in ticks_of(sheet, zone)),
        changes=changes,
        now=_line(scale, now, f"now {now.astimezone(zone):%H:%M}") if is_now else None,
        past=scale.place(now),
        lanes=lanes,
    )


def _line(scale: Scale, at: datetime, label: str) -> Line:
    return Line(scale.place(at), label, scale.at(at) > LATE)


def _band(day: Day, sheet: Sheet, scale: Scale, now: datetime) -> DayBand:
    label, below = _labels(day, sheet)
    hours = f"{day.span.length.total_seconds() / 3600:g} h" if day.is_odd else ""
    if hours and sheet.view == "month":
        # Beside its number there is no room; how long it is says more than its weekday.
        below, hours = hours, ""
    return DayBand(
        scale.place(day.span.start), scale.width(day.span), label, below, hours, day.is_weekend, now in day.span
    )


def _labels(day: Day, sheet: Sheet) -> tuple[str, str]:
    on = day.date
    match sheet.view:
        case "day":
            return f"{on:%A} {on.day} {on:%B}", ""
        case "week":
            return f"{on:%a} {on.day} {on:%b}", ""
        case "fortnight":
            return f"{on:%a} {on.day}", ""
        case _:
            return str(on.day), f"{on:%a}"[:2]
