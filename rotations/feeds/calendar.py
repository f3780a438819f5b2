"""How does a feed look as iCalendar (RFC 5545, RFC 7986)?

Each shift is an event of its own with times in UTC: clients disagree on recurrence and on time zones.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from icalendar import Calendar

from rotations.feeds.entries import Entry, Feed, entries_of
from rotations.feeds.lines import Lines, Property

# A polite wish; most clients keep to a rhythm of their own.
REFRESH: Final = timedelta(minutes=15)
CLOSING: Final = b"END:VCALENDAR\r\n"
PRODUCT: Final = "-//Oncall//Schedules//EN"


def calendar_of(feed: Feed, *, today: date) -> bytes:
    """Return the calendar of ``today``, a day in UTC."""
    lines = Lines()
    events = b"".join(
        lines.component("VEVENT", _properties(feed, entry), inner=_alarms(feed, entry, lines))
        for entry in entries_of(feed, today=today)
    )
    around: bytes = _empty_calendar(feed).to_ical()
    return around.removesuffix(CLOSING) + events + CLOSING


def _empty_calendar(feed: Feed) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", feed.title)
    calendar.add("x-wr-calname", feed.title)
    calendar.add("x-wr-timezone", str(feed.zone))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    return calendar


def _properties(feed: Feed, entry: Entry) -> Iterator[Property]:
    schedule, link = entry.schedule, feed.link
    changed_at = max(schedule.changed_at, link.changed_at or schedule.changed_at)
    yield "SUMMARY", entry.summary
    yield "DTSTART", entry.start
    yield "DTEND", entry.end
    yield "DTSTAMP", changed_at
    yield "UID", entry.uid
    # Both only rise, so their sum rises with every change of either.
    yield "SEQUENCE", schedule.revision + link.revision
    yield "LAST-MODIFIED", changed_at
    # Being on call does not make anybody busy, unless they say so; a gap is nobody's time.
    yield "TRANSP", "OPAQUE" if link.busy and entry.person else "TRANSPARENT"


def _alarms(feed: Feed, entry: Entry, lines: Lines) -> bytes:
    if entry.person is None:
        return b""
    return b"".join(
        lines.component(
            "VALARM",
            (("ACTION", "DISPLAY"), ("DESCRIPTION", entry.summary), ("TRIGGER", timedelta(minutes=-minutes))),
        )
        for minutes in feed.link.alarms
    )
