"""The way calendar-based tools work, side by side: rotations as recurring events, expanded by recurring-ical-events.

The same weekly rotation of eight, without overrides, which recurrence rules cannot say. The peer returns events that
are read once and kept; what it costs to parse them again, as a tool does that keeps calendars as text, is a row.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import recurring_ical_events
from icalendar import Calendar

from rotations.engine.plan import on_call_at
from rotations.engine.sweep import shifts
from tests.benchmarks.plans import BERLIN, DAY, EIGHT, NEW_YEAR, NOW, YEAR, weekly
from tests.benchmarks.rows import Row, beside

PEER = "recurring-ical-events"
MOMENT = timedelta(seconds=1)


def rows() -> Iterator[Row]:
    """Yield our figures, each with the peer's in its note."""
    plan, text = weekly(), _as_calendar()
    events: Any = recurring_ical_events.of(Calendar.from_ical(text))
    _agree(plan, events)
    yield beside(
        "one year, weekly of 8",
        lambda: shifts(plan, YEAR),
        lambda: events.between(YEAR.start, YEAR.end),
        unit="µs",
        peer=PEER,
    )
    yield beside(
        "on call now, weekly of 8",
        lambda: on_call_at(plan, NOW),
        lambda: events.between(NOW, NOW + MOMENT),
        unit="µs",
        peer=PEER,
    )
    yield beside(
        "on call now, weekly of 8, the peer from text",
        lambda: on_call_at(plan, NOW),
        lambda: recurring_ical_events.of(Calendar.from_ical(text)).between(NOW, NOW + MOMENT),
        unit="µs",
        peer=PEER,
    )


def _as_calendar() -> bytes:
    """Return the rotation of ``weekly()``: an event for each person, every eighth week."""
    # The plan begins at midnight, in the turn that is over at nine.
    first = (NEW_YEAR - 37 * DAY).replace(tzinfo=None, hour=9)
    begins = [first + timedelta(weeks=week) for week in range(len(EIGHT) + 1)]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Oncall//Benchmarks//EN"]
    for person, (start, end) in zip(EIGHT, pairwise(begins), strict=True):
        lines += ["BEGIN:VEVENT", f"UID:{person}@example.test", f"SUMMARY:{person}", f"DTSTAMP:{first:%Y%m%dT%H%M%SZ}"]
        lines += [f"DTSTART;TZID={BERLIN}:{start:%Y%m%dT%H%M%S}", f"DTEND;TZID={BERLIN}:{end:%Y%m%dT%H%M%S}"]
        lines += [f"RRULE:FREQ=WEEKLY;INTERVAL={len(EIGHT)}", "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def _agree(plan: Any, events: Any) -> None:
    """Stop where the two would not be doing the same work."""
    ours = [(shift.person, max(shift.start, YEAR.start)) for shift in shifts(plan, YEAR)]
    found = sorted((event.start, int(event["SUMMARY"])) for event in events.between(YEAR.start, YEAR.end))
    theirs = [(person, max(start, YEAR.start)) for start, person in found]
    if ours != theirs:
        raise RuntimeError("the calendar and the plan tell different shifts")
