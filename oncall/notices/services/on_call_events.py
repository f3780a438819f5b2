"""Who came on call and who went? Told to other systems as it happens, from what is recorded and what is computed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from oncall.notices.queries import plain_person, plain_schedule
from oncall.notices.services.outbox import publish
from oncall.notices.telling import EventType
from oncall.notices.telling.events import Happened, on_call_changed
from rotations.engine.intervals import Interval
from rotations.models import Person, Schedule
from rotations.queries import ShiftList, shifts_of

# Changes that were missed for longer are not told one by one: only what came of them.
MISSED_AT_MOST: Final = timedelta(days=1)
INSTANT: Final = timedelta(microseconds=1)


def publish_on_call(schedule: Schedule, *, was: Sequence[int], since: datetime, now: datetime) -> list[int]:
    """Publish each change of the people on call after ``since``, when it was ``was``; return the ids of who is now."""
    seen = shifts_of(schedule, window=Interval(max(since, now - MISSED_AT_MOST), now + INSTANT))
    people = {row.person.pk: row.person for row in seen.shifts} | _gone(was, seen)
    before, events = [*was], []
    for at in _edges(seen):
        on = sorted({row.person.pk for row in seen.shifts if row.start <= at < row.end})
        if on != before:
            events.append(_event(seen, at, was=_named(before, people), now=_named(on, people)))
            before = on
    publish(events, now=now)
    return before


def _gone(was: Iterable[int], seen: ShiftList) -> dict[int, Person]:
    missing = {*was} - {row.person.pk for row in seen.shifts}
    return Person.objects.in_bulk(missing) if missing else {}


def _named(ids: Iterable[int], people: Mapping[int, Person]) -> list[dict[str, object]]:
    return [plain_person(people[one]) for one in ids]


def _edges(seen: ShiftList) -> list[datetime]:
    """Return the instants of the window from which anything may be other than before, its start among them."""
    edges = {edge for row in seen.shifts for edge in (row.start, row.end)}
    return sorted({seen.window.start, *(edge for edge in edges if seen.window.start < edge < seen.window.end)})


def _event(seen: ShiftList, at: datetime, *, was: list[dict[str, object]], now: list[dict[str, object]]) -> Happened:
    schedule = seen.schedule
    is_silent = any(span.start <= at < span.end for span in seen.silence)
    data = on_call_changed(plain_schedule(schedule), at, was=was, now=now, silence=is_silent)
    # The revision, because an edit may change the answer in the instant in which it changed by itself.
    fact = f"on_call:{schedule.pk}:{schedule.revision}:{at.isoformat()}"
    return Happened(fact, EventType.ON_CALL_CHANGED, at, data, schedule.team_id)
