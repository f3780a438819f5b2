"""What happened that nobody was told of yet? Facts of both domains are found by their index and told, once each.

A fact is claimed by holding its row, and announced in the transaction that writes what is said of it. Facts of more
than a day ago are announced to nobody: that an incident was declared last week, nobody needs to hear now. So neither an
installation that had facts before it had notices, nor a worker that was away for long, floods anybody.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from oncall.incidents.models import TimelineEntry
from oncall.notices.queries import (
    people_named_by,
    plain_incident,
    plain_person,
    plain_schedule,
    scenes_of,
    schedule_scenes,
    swaps_asked,
)
from oncall.notices.services.outbox import Telling, publish, tell
from oncall.notices.services.watching import look_again
from oncall.notices.telling import EventType
from oncall.notices.telling import events as event_values
from oncall.notices.telling import incidents as of_incidents
from oncall.notices.telling import schedules as of_schedules
from oncall.notices.telling.events import Happened, Plain
from oncall.notices.telling.scene import Entry
from rotations.models import ActorKind, Person, Schedule, ScheduleChange, ScheduleWarning, WarningKind

# How many facts of a kind one call announces; the next takes on the rest.
BATCH: Final = 100
OLD: Final = timedelta(days=1)


def announce(*, now: datetime, limit: int = BATCH) -> int:
    """Tell people and systems of what happened, in order; return how many facts were announced."""
    return (
        announce_timelines(now=now, limit=limit)
        + announce_changes(now=now, limit=limit)
        + announce_warnings(now=now, limit=limit)
    )


def announce_timelines(*, now: datetime, limit: int = BATCH) -> int:
    """Announce facts of incidents; return how many."""
    waiting = TimelineEntry.objects.filter(announced_at=None)
    # Asked first, so that SQLite's one writer is not held for nothing.
    if not waiting.exists():
        return 0
    with transaction.atomic():
        # Two workers wait for each other here: what the second would skip, it would tell before its turn.
        entries = list(
            waiting.select_for_update(no_key=True, of=("self",))
            .select_related("incident__service")
            .order_by("id")[:limit]
        )
        fresh = [entry for entry in entries if entry.at >= now - OLD]
        if fresh:
            _tell_timelines(fresh, now=now)
        if len(fresh) < len(entries):
            waiting.filter(at__lt=now - OLD).update(announced_at=now)
        TimelineEntry.objects.filter(pk__in=[entry.pk for entry in entries]).update(announced_at=now)
    return len(entries)


def announce_changes(*, now: datetime, limit: int = BATCH) -> int:
    """Announce changes of schedules; return how many. What they did to people's shifts is told of all at once."""
    waiting = ScheduleChange.objects.filter(announced_at=None)
    if not waiting.exists():
        return 0
    with transaction.atomic():
        rows = list(
            waiting.select_for_update(no_key=True, of=("self",)).select_related("schedule__team").order_by("id")[:limit]
        )
        fresh = [row for row in rows if row.at >= now - OLD]
        told = _tell_swaps(fresh, now=now)
        # In one order everywhere: each schedule's watch is held.
        for schedule in sorted({row.schedule for row in rows}, key=lambda one: one.pk):
            theirs = [_change(row) for row in fresh if row.schedule_id == schedule.pk]
            look_again(schedule, changes=theirs, without=told.get(schedule.pk, frozenset()), now=now)
        if len(fresh) < len(rows):
            waiting.filter(at__lt=now - OLD).update(announced_at=now)
        ScheduleChange.objects.filter(pk__in=[row.pk for row in rows]).update(announced_at=now)
    return len(rows)


def announce_warnings(*, now: datetime, limit: int = BATCH) -> int:
    """Announce the trouble that is foreseen and not over, each schedule's in one notice; return how many warnings."""
    waiting = ScheduleWarning.objects.filter(announced_at=None)
    if not waiting.exists():
        return 0
    with transaction.atomic():
        rows = list(
            waiting.select_for_update(no_key=True, of=("self",)).select_related("schedule__team").order_by("id")[:limit]
        )
        standing = [row for row in rows if row.cleared_at is None and row.end > now]
        if standing:
            _tell_warnings(standing, now=now)
        ScheduleWarning.objects.filter(pk__in=[row.pk for row in rows]).update(announced_at=now)
    return len(rows)


def _tell_timelines(entries: Sequence[TimelineEntry], *, now: datetime) -> None:
    scenes, incidents = scenes_of(entries), {entry.pk: entry.incident_id for entry in entries}
    told = of_incidents.without_repeats(
        (entry, each)
        for row in entries
        for entry in [_entry(row)]
        for each in of_incidents.told_of(entry, scenes[row.incident_id])
    )
    tell((Telling(f"timeline:{entry.id}", entry.at, each, incidents[entry.id]) for entry, each in told), now=now)
    people = {pk: plain_person(person) for pk, person in people_named_by(entries).items()}
    publish([each for entry in entries for each in _events(entry, people)], now=now)


def _events(entry: TimelineEntry, people: dict[int, Plain]) -> Iterable[Happened]:
    fact, incident = f"timeline:{entry.pk}", entry.incident
    found = event_values.of_timeline(
        entry.kind, entry.data, incident=plain_incident(incident), people=people, text=entry.text
    )
    if found is not None:
        yield Happened(fact, found[0], entry.at, found[1], incident.service.team_id)


def _tell_swaps(rows: Sequence[ScheduleChange], *, now: datetime) -> dict[int, frozenset[int]]:
    """Tell of swaps that were asked, answered or flagged; return who was told, by schedule."""
    about = [(row, row.after["swap"]) for row in rows if row.what.startswith("swap_") and row.after]
    if not about:
        return {}
    swaps = swaps_asked({swap for _, swap in about})
    named = {one for swap in swaps.values() for one in (swap.replaces, swap.person, swap.asked_by) if one is not None}
    scenes = schedule_scenes({row.schedule for row, _ in about}, people=named)
    tellings = [
        (row.schedule_id, Telling(f"change:{row.pk}", row.at, told))
        for row, swap in about
        if swap in swaps
        for told in of_schedules.told_of_swap(_change(row), swaps[swap], scenes[row.schedule_id])
    ]
    tell((telling for _, telling in tellings), now=now)
    told: dict[int, frozenset[int]] = {}
    for schedule, telling in tellings:
        told[schedule] = told.get(schedule, frozenset()) | {telling.told.person}
    return told


def _tell_warnings(rows: Sequence[ScheduleWarning], *, now: datetime) -> None:
    by_schedule: dict[Schedule, list[ScheduleWarning]] = {}
    for row in rows:
        by_schedule.setdefault(row.schedule, []).append(row)
    people = Person.objects.in_bulk({row.person_id for row in rows if row.person_id is not None})
    scenes = schedule_scenes(by_schedule, people=people)
    tell(
        (
            Telling(f"warning:{theirs[0].pk}", theirs[0].raised_at, told)
            for schedule, theirs in by_schedule.items()
            for told in of_schedules.warned([_warned(row) for row in theirs], scenes[schedule.pk])
        ),
        now=now,
    )
    publish([_warning_event(row, people) for row in rows], now=now)


def _warning_event(row: ScheduleWarning, people: dict[int, Person]) -> Happened:
    person = people.get(row.person_id or 0)
    data = event_values.warning(
        plain_schedule(row.schedule),
        kind=row.kind,
        start=row.start,
        end=row.end,
        person=None if person is None else plain_person(person),
        text=row.text,
    )
    return Happened(f"warning:{row.pk}", EventType.SCHEDULE_WARNING, row.raised_at, data, row.schedule.team_id)


def _entry(row: TimelineEntry) -> Entry:
    return Entry(row.pk, row.at, row.kind, row.text, row.data, _person_behind(row), row.actor_name)


def _change(row: ScheduleChange) -> of_schedules.Change:
    return of_schedules.Change(
        row.pk, row.at, row.what, row.summary, row.after or {}, _person_behind(row), row.actor_name
    )


def _warned(row: ScheduleWarning) -> of_schedules.Warned:
    # Whose turn is lost is gone; whom a swap concerns hears of the flag itself.
    person = row.person_id if row.kind == WarningKind.ABSENT else None
    return of_schedules.Warned(row.pk, row.start, row.end, row.text, person)


def _person_behind(row: TimelineEntry | ScheduleChange) -> int | None:
    return row.actor_id if row.actor_kind == ActorKind.PERSON else None
