"""When does a calendar (RFC 5545) say that somebody is away?

To be called in a process of its own: what a stranger wrote can take any time and memory.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from operator import attrgetter
from typing import Any, Final

import recurring_ical_events
from icalendar import Calendar, Component

from rotations.engine.cadence import Cadence
from rotations.incoming.terms import (
    LONGEST_ID,
    MOST_EVENTS,
    MOST_OCCURRENCES,
    Occurrence,
    Question,
    Reading,
    Unreadable,
)

TOO_FREQUENT: Final = ("SECONDLY", "MINUTELY")
RECURS: Final = ("RRULE", "RDATE", "RECURRENCE-ID")
# Outside these years nothing is promised of any zone. Some calendars write 9999 for an event that never ends.
FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LAST: Final = datetime(2100, 1, 1, tzinfo=UTC)
# Dates and readings without a zone are compared as if they were UTC; they are somewhere within a day of it.
MARGIN: Final = timedelta(days=1)
# What values that make no sense lead the libraries into.
SENSELESS: Final = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


def read_calendar(content: bytes, question: Question) -> Reading:
    """Return what ``content`` says to ``question``. One event that makes no sense does not spoil the others.

    Free time (TRANSPARENT) and what was cancelled do not count, nor does what takes no time.

    Raises:
        Unreadable: ``not_a_calendar``, ``too_many_events``, ``too_frequent``.
    """
    found: dict[Occurrence, None] = {}
    skipped = 0
    for series in _series(_events(content)):
        try:
            found |= dict.fromkeys(_occurrences(series, question))
        except SENSELESS:
            skipped += 1
        if len(found) > MOST_OCCURRENCES:
            raise Unreadable("too_many_events", f"It has more than {MOST_OCCURRENCES} events in the time looked at.")
    return Reading(tuple(sorted(_named_apart(found), key=attrgetter("start", "end", "uid", "recurrence"))), skipped)


def _events(content: bytes) -> Sequence[Component]:
    text = content.removeprefix(b"\xef\xbb\xbf").strip()
    if not text[:15].upper() == b"BEGIN:VCALENDAR":
        raise Unreadable("not_a_calendar", "It is no calendar: it does not begin with BEGIN:VCALENDAR.")
    # A part of a calendar would read as if the rest had been deleted.
    if not text[-13:].upper() == b"END:VCALENDAR":
        raise Unreadable("not_a_calendar", "It is cut short: it does not end with END:VCALENDAR.")
    if text.upper().count(b"BEGIN:VEVENT") > MOST_EVENTS:
        raise Unreadable("too_many_events", f"It has more than {MOST_EVENTS} events.")
    try:
        # Bytes, never a string: a string could be the path of a file of this machine.
        calendars = Calendar.from_ical(text, multiple=True)
    except SENSELESS as problem:
        raise Unreadable("not_a_calendar", "It is no calendar that can be read.") from problem
    return [event for calendar in calendars for event in calendar.walk("VEVENT")]


def _series(events: Sequence[Component]) -> Iterator[list[Component]]:
    """Group what belongs together by UID; events that recur in no way stand alone, even if they share one."""
    together: dict[str, list[Component]] = {}
    for event in events:
        together.setdefault(str(event.get("UID", "")), []).append(event)
    for uid, group in together.items():
        if uid and any(name in event for event in group for name in RECURS):
            yield group
        else:
            yield from ([event] for event in group)


def _occurrences(series: Sequence[Component], question: Question) -> list[Occurrence]:
    if not any(_counts(event, question) for event in series):
        return []
    _require_seldom(series)
    window, each = question.window, series
    if any(name in event for event in series for name in RECURS):
        calendar = Calendar()
        for event in series:
            calendar.add_component(event)
        each = recurring_ical_events.of(calendar).between(window.start - MARGIN, window.end + MARGIN)
    spans = (_occurrence(event, question) for event in each if _counts(event, question))
    return [span for span in spans if span.start < min(span.end, window.end) and window.start < span.end]


def _require_seldom(series: Sequence[Component]) -> None:
    for event in series:
        for rule in _properties(event, "RRULE"):
            words = rule.to_ical().decode(errors="replace").upper()
            if any(f"FREQ={frequency}" in words for frequency in TOO_FREQUENT):
                raise Unreadable("too_frequent", "It has an event that repeats every minute or second.")


def _counts(event: Component, question: Question) -> bool:
    if _word(event, "TRANSP") == "TRANSPARENT" or _word(event, "STATUS") == "CANCELLED":
        return False
    if not question.keywords:
        return True
    text = " ".join([str(event.get("SUMMARY", "")), *_categories(event)]).casefold()
    return any(keyword.casefold() in text for keyword in question.keywords)


def _properties(event: Component, name: str) -> list[Any]:
    given = event.get(name, [])
    return given if isinstance(given, list) else [given]


def _date(event: Component, name: str) -> date:
    """Return a date, or a moment, which is a date to Python too."""
    [given] = _properties(event, name)
    if not isinstance(given.dt, date):
        raise TypeError(f"{name} is no date")
    return given.dt


def _word(event: Component, name: str) -> str:
    return str(event.get(name, "")).strip().upper()


def _categories(event: Component) -> Iterator[str]:
    for categories in _properties(event, "CATEGORIES"):
        yield from map(str, getattr(categories, "cats", [categories]))


def _occurrence(event: Component, question: Question) -> Occurrence:
    """Return the span of one event (RFC 5545 section 3.6.1, of DTSTART, DTEND and DURATION)."""
    begins = _date(event, "DTSTART")
    start = _instant(begins, question)
    end = _end(event, begins, question)
    if end < start:
        raise ValueError("ends before it starts")
    return Occurrence(*_identity(event, start, end), start, end)


def _end(event: Component, begins: date, question: Question) -> datetime:
    is_whole_days = not isinstance(begins, datetime)
    if "DURATION" in event:
        # Days are counted by the clock on the wall, hours exactly (RFC 5545 section 3.3.6).
        [duration] = _properties(event, "DURATION")
        length: timedelta = duration.dt
        return _instant(begins + timedelta(days=length.days), question) + timedelta(seconds=length.seconds)
    ends = _date(event, "DTEND") if "DTEND" in event else begins
    # The end is exclusive, so an event of one day ends on the next; calendars that write its own day mean the same.
    return _instant(begins + timedelta(days=1) if is_whole_days and ends == begins else ends, question)


def _instant(value: date, question: Question) -> datetime:
    """Return the moment that ``value`` means; dates begin at midnight, and without a zone it is the person's."""
    if not FIRST.year <= value.year < LAST.year:
        return LAST if value.year >= LAST.year else FIRST
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    reading = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001
    return Cadence(reading, question.zone, "day").handoff(0)


def _identity(event: Component, start: datetime, end: datetime) -> tuple[str, str]:
    recurrence = "".join(each.to_ical().decode() for each in _properties(event, "RECURRENCE-ID"))
    uid = str(event.get("UID", "")) or f"{start.isoformat()}/{end.isoformat()}"
    if len(uid) > LONGEST_ID or not uid.isprintable():
        uid = sha256(uid.encode()).hexdigest()
    return uid, recurrence


def _named_apart(found: Iterable[Occurrence]) -> Iterator[Occurrence]:
    """Tell events apart by their spans, where a calendar calls several by one name."""
    counted = Counter((each.uid, each.recurrence) for each in found)
    for each in found:
        if counted[each.uid, each.recurrence] > 1:
            yield each._replace(recurrence=f"{each.start.isoformat()}/{each.end.isoformat()}")
        else:
            yield each
