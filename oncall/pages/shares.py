"""How is the load of a schedule drawn? One bar for each person, in four parts that say what they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from rotations.engine.intervals import Interval
from rotations.queries.load import PersonLoad, ScheduleLoad

HOUR = timedelta(hours=1)
# The parts of a bar, from left to right, and what they are called.
LEGEND = (("day", "Day"), ("night", "Night"), ("weekend", "Weekend"), ("holiday", "Public holiday"))
# How many spans of a kind the page lists; over HTTP there are all of them.
MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: ``left`` and ``width`` in percent of the whole width."""

    kind: str
    span: timedelta
    left: str
    width: str


@dataclass(frozen=True, slots=True)
class Share:
    """What one person does. The parts are apart from each other: what is two of them is drawn as the last it can be."""

    of: PersonLoad
    parts: tuple[Part, ...]

    @property
    def words(self) -> str:
        """Return what the bar draws."""
        return " · ".join(f"{part.kind.capitalize()} {in_hours(part.span)}" for part in self.parts if part.span)


def bars(people: Sequence[PersonLoad]) -> tuple[Share, ...]:
    """Return a bar for each person, all to one scale."""
    longest = max((each.load.time for each in people), default=timedelta())
    return tuple(_share(each, longest) for each in people)


def csv_address(found: ScheduleLoad) -> str:
    """Return where the table is had for a spreadsheet."""
    window = {"from": _utc(found.window.start), "until": _utc(found.window.end), "format": "csv"}
    return f"/api/v1/schedules/{found.schedule.slug}/load/?{urlencode(window)}"


def without_holidays(found: ScheduleLoad) -> list[str]:
    """Return whose public holidays nobody knows, and why, in words."""
    return [
        f"{each.person} ({each.person.country})" if each.person.country else f"{each.person} (no country)"
        for each in found.people
        if not each.holidays_known
    ]


def in_hours(span: timedelta) -> str:
    """Return ``span`` in hours, to two digits: ``167.5 h``."""
    return f"{round(span / HOUR, 2):,.10g} h"


def total(spans: tuple[Interval, ...]) -> timedelta:
    """Return how long spans that are disjoint are together."""
    return sum((span.length for span in spans), timedelta())


def _share(of: PersonLoad, longest: timedelta) -> Share:
    load, parts, reached = of.load, [], timedelta()
    kinds = {"day": load.day, "night": load.night_alone, "weekend": load.weekend_alone, "holiday": load.holiday}
    for kind, span in kinds.items():
        parts.append(Part(kind, span, _percent(reached, longest), _percent(span, longest)))
        reached += span
    return Share(of, tuple(parts))


def _percent(span: timedelta, longest: timedelta) -> str:
    return f"{100 * (span / longest):.3f}%" if longest else "0%"


def _utc(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
