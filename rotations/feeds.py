"""What does a subscribed calendar show? Shifts as iCalendar (RFC 5545, RFC 7986).

Final shifts only, each as an event of its own with times in UTC: clients disagree on recurrence and on time zones. The
same shifts make the same bytes, so nothing here depends on when it is asked: the horizon begins at midnight UTC.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from icalendar import Calendar, vDatetime, vInt, vText
from icalendar.parser import Contentline, Parameters

from rotations.engine.intervals import Interval
from rotations.models import CalendarLink, Person, Schedule
from rotations.queries import PersonShift, ShiftRow, schedules_of, shifts_of, shifts_of_person

# Raise it when the same shifts are to be shown in another way: calendars are then fetched anew.
TEMPLATE_VERSION: Final = 1
BEHIND, AHEAD = timedelta(days=30), timedelta(days=180)
# A polite wish; most clients keep to a rhythm of their own.
REFRESH: Final = timedelta(minutes=15)
CLOSING: Final = b"END:VCALENDAR\r\n"
PRODUCT: Final = "-//Oncall//Schedules//EN"

Value = str | int | datetime


@dataclass(frozen=True)
class Feed:
    """What a calendar link publishes: one schedule, or one person with the schedules they may be in."""

    subject: Schedule | Person
    schedules: tuple[Schedule, ...]

    @property
    def title(self) -> str:
        if isinstance(self.subject, Person):
            return f"{self.subject.name} on call"
        return self.subject.name


def feed_of(link: CalendarLink) -> Feed:
    """Return what ``link`` publishes; one query for a person, none for a schedule that is loaded with the link."""
    if link.person is not None:
        return Feed(link.person, tuple(schedules_of(link.person).order_by("pk")))
    assert link.schedule is not None  # noqa: S101 - a constraint of the link
    return Feed(link.schedule, (link.schedule,))


def etag_of(feed: Feed, *, today: date) -> str:
    """Return a strong entity tag, quotes included; it moves with everything that the calendar of a day is made of."""
    parts = [str(TEMPLATE_VERSION), feed.title, str(feed.subject.zone), today.isoformat()]
    parts += [f"{schedule.pk}:{schedule.revision}" for schedule in feed.schedules]
    return f'"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:40]}"'


def calendar_of(feed: Feed, *, today: date) -> bytes:
    """Return the calendar from 30 days before ``today``, a day in UTC, to 180 days after it."""
    midnight = datetime.combine(today, time(), UTC)
    window = Interval(midnight - BEHIND, midnight + AHEAD)
    lines = _Lines()
    events = b"".join(lines.event(_properties(feed, shift)) for shift in _shifts(feed, window))
    around: bytes = _empty_calendar(feed).to_ical()
    return around.removesuffix(CLOSING) + events + CLOSING


def _shifts(feed: Feed, window: Interval) -> Iterable[PersonShift]:
    # Whole shifts: an event that were cut at the horizon would change every day.
    if isinstance(feed.subject, Person):
        return shifts_of_person(feed.subject, window=window, clip=False)
    schedule = feed.subject
    return [PersonShift(schedule, row) for row in shifts_of(schedule, window=window, clip=False).shifts]


def _empty_calendar(feed: Feed) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", feed.title)
    calendar.add("x-wr-calname", feed.title)
    calendar.add("x-wr-timezone", str(feed.subject.zone))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    return calendar


def _properties(feed: Feed, entry: PersonShift) -> Iterator[tuple[str, Value]]:
    schedule, shift = entry.schedule, entry.shift
    yield "SUMMARY", _summary(feed, schedule, shift)
    yield "DTSTART", shift.start
    yield "DTEND", shift.end
    yield "DTSTAMP", schedule.changed_at
    yield "UID", shift.uid
    yield "SEQUENCE", schedule.revision
    yield "LAST-MODIFIED", schedule.changed_at
    # Being on call does not make anybody busy.
    yield "TRANSP", "TRANSPARENT"


class _Lines:
    """Content lines by icalendar's own types, each made once.

    Most lines are alike in many events, and its ``to_ical`` spends a quarter of a millisecond on every event.
    """

    def __init__(self) -> None:
        self._made: dict[tuple[str, Value], bytes] = {}

    def event(self, properties: Iterable[tuple[str, Value]]) -> bytes:
        return b"".join(
            [b"BEGIN:VEVENT\r\n", *(self._line(name, value) for name, value in properties), b"END:VEVENT\r\n"]
        )

    def _line(self, name: str, value: Value) -> bytes:
        if (name, value) not in self._made:
            content: bytes = Contentline.from_parts(name, Parameters(), _typed(value)).to_ical()
            self._made[name, value] = content + b"\r\n"
        return self._made[name, value]


def _typed(value: Value) -> vDatetime | vInt | vText:
    match value:
        case datetime():
            return vDatetime(value)
        case int():
            return vInt(value)
        case _:
            return vText(value)


def _summary(feed: Feed, schedule: Schedule, shift: ShiftRow) -> str:
    """Say who, in which schedule and layer: ``Ada Okafor: Payments primary, Primary (layer 1)``."""
    who = "On call" if isinstance(feed.subject, Person) else shift.person.name
    where = f", {shift.rotation_name} (layer {shift.source.layer})" if shift.rotation_name else ""
    how = "" if shift.source.kind == "rotation" else f", by {shift.source.kind.replace('_', ' ')}"
    return f"{who}: {schedule.name}{where}{how}"
