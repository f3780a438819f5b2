"""What does a subscribed calendar show? Shifts as iCalendar (RFC 5545, RFC 7986).

Final shifts only, each as an event of its own with times in UTC: clients disagree on recurrence and on time zones. The
same shifts make the same bytes, so nothing here depends on when it is asked: the horizon begins at midnight UTC.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from icalendar import Calendar, Event

from rotations.engine.intervals import Interval
from rotations.models import CalendarLink, Person, Schedule
from rotations.queries import PersonShift, ShiftRow, schedules_of, shifts_of, shifts_of_person

# Raise it when the same shifts are to be shown in another way: calendars are then fetched anew.
TEMPLATE_VERSION: Final = 1
BEHIND, AHEAD = timedelta(days=30), timedelta(days=180)
# A polite wish; most clients keep to a rhythm of their own.
REFRESH: Final = timedelta(minutes=15)
PRODUCT: Final = "-//Oncall//Schedules//EN"


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
    calendar = _empty_calendar(feed)
    for shift in _shifts(feed, window):
        calendar.add_component(_event(feed, shift))
    content: bytes = calendar.to_ical()
    return content


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


def _event(feed: Feed, entry: PersonShift) -> Event:
    schedule, shift = entry.schedule, entry.shift
    event = Event()
    event.add("uid", shift.uid)
    event.add("dtstamp", schedule.changed_at)
    event.add("last-modified", schedule.changed_at)
    event.add("sequence", schedule.revision)
    event.add("dtstart", shift.start)
    event.add("dtend", shift.end)
    event.add("summary", _summary(feed, schedule, shift))
    # Being on call does not make anybody busy.
    event.add("transp", "TRANSPARENT")
    return event


def _summary(feed: Feed, schedule: Schedule, shift: ShiftRow) -> str:
    """Say who, in which schedule and layer: ``Ada Okafor: Payments primary, Primary (layer 1)``."""
    who = "On call" if isinstance(feed.subject, Person) else shift.person.name
    where = f", {shift.rotation_name} (layer {shift.source.layer})" if shift.rotation_name else ""
    how = "" if shift.source.kind == "rotation" else f", by {shift.source.kind.replace('_', ' ')}"
    return f"{who}: {schedule.name}{where}{how}"
