"""How does a feed look as iCalendar (RFC 5545, RFC 7986)?

Each shift is an event of its own with times in UTC: clients disagree on recurrence and on time zones.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final
from uuid import uuid5

from rotations.feeds.entries import Entry, Feed, entries_of
from rotations.feeds.lines import Lines, Property
from rotations.uids import NAMESPACE

# A polite wish; most clients keep to a rhythm of their own.
REFRESH: Final = timedelta(minutes=15)
PRODUCT: Final = "-//Oncall//Schedules//EN"
# Names of CSS, as RFC 7986 wants them; readable under black and under white text.
COLOURS: Final = ("steelblue", "seagreen", "indianred", "mediumpurple", "peru", "slategray", "teal", "palevioletred")
GAP_COLOUR: Final = "crimson"


def calendar_of(feed: Feed, *, today: date) -> bytes:
    """Return the calendar of ``today``, a day in UTC."""
    lines = Lines()
    events = b"".join(
        lines.component("VEVENT", _properties(feed, entry), inner=_alarms(feed, entry, lines))
        for entry in entries_of(feed, today=today)
    )
    return lines.component("VCALENDAR", _about(feed), inner=events)


def _about(feed: Feed) -> Iterator[Property]:
    yield "VERSION", "2.0"
    yield "PRODID", PRODUCT
    yield "CALSCALE", "GREGORIAN"
    yield "METHOD", "PUBLISH"
    yield "NAME", feed.title
    yield "X-WR-CALNAME", feed.title
    yield "COLOR", _colour(feed.subject.pk)
    yield "REFRESH-INTERVAL", REFRESH
    yield "UID", str(uuid5(NAMESPACE, f"calendar link {feed.link.pk}"))
    yield "X-PUBLISHED-TTL", REFRESH
    yield "X-WR-TIMEZONE", str(feed.zone)


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
    yield "CATEGORIES", ("On call" if entry.person else "Gap", schedule.name)
    yield "COLOR", _colour(schedule.pk) if entry.person else GAP_COLOUR
    yield "LAST-MODIFIED", changed_at
    # Being on call does not make anybody busy, unless they say so; a gap is nobody's time.
    blocks = link.busy and entry.person is not None
    yield "TRANSP", "OPAQUE" if blocks else "TRANSPARENT"
    # Outlook looks at this one alone.
    yield "X-MICROSOFT-CDO-BUSYSTATUS", "BUSY" if blocks else "FREE"


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


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]
