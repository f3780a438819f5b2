"""What changes for people on call as time passes, or by an edit? Each schedule is looked at when something is due.

What was said last stands in the schedule's watch: the difference to what is so now is what there is to say. So whatever
was done to a schedule, nobody's next shift changes without a word, and nothing is said twice.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from oncall.notices.models import Watch
from oncall.notices.queries import reminders_of, schedule_scenes
from oncall.notices.services.on_call_events import publish_on_call
from oncall.notices.services.outbox import Telling, tell
from oncall.notices.telling.schedules import Change, shift_soon, shifts_changed
from oncall.notices.telling.spells import (
    Leads,
    Moved,
    Spells,
    due_reminders,
    from_json,
    moved,
    next_due,
    spells_of,
    to_json,
)
from rotations.engine.intervals import Interval
from rotations.engine.sweep import shifts
from rotations.models import Schedule
from rotations.queries import plan_of

# How far ahead a change of one's shifts is told, and how far ahead they are known: the look is renewed in between.
TOLD_AHEAD: Final = timedelta(days=14)
KNOWN_AHEAD: Final = timedelta(days=21)
RENEWED_EVERY: Final = timedelta(days=1)
# How many schedules one call looks at; the next takes on the rest.
BATCH: Final = 100


def look_at_due_schedules(*, now: datetime, limit: int = BATCH) -> int:
    """Say what has become due in schedules, in order of when it did; return in how many.

    Each is claimed by holding its watch while it is due: of two workers the second passes it over. One query where
    nothing is due. A schedule is watched from the moment on at which the fact that it was added is announced.
    """
    due = list(_due(now).order_by("due_at", "pk").values_list("pk", flat=True)[:limit])
    return sum(_look_when_due(pk, now=now) for pk in due)


def look_again(schedule: Schedule, *, changes: Sequence[Change], without: Collection[int] = (), now: datetime) -> None:
    """Say what ``changes`` did to people's next shifts, in one notice each, and whatever is due in ``schedule``.

    Not to ``without``, who were told already. Without changes what was done is taken note of, and told to nobody.
    """
    watch = _held_watch(schedule, changes)
    if watch is None:
        _begin(schedule, now=now)
        return
    moment = max(now, watch.looked_at)
    spells = _spells_ahead(schedule, moment)
    window = Interval(moment, max(moment, watch.known_until))
    found = moved(from_json(watch.known), spells, window, near=moment + TOLD_AHEAD) if changes else {}
    _tell_moved(schedule, {one: each for one, each in found.items() if one not in without}, changes, now=moment)
    watch.revision = schedule.revision
    _look(watch, schedule, spells, is_known=True, now=moment)


def _look_when_due(pk: int, *, now: datetime) -> bool:
    with transaction.atomic():
        held = _due(now).select_for_update(skip_locked=True, of=("self",)).select_related("schedule__team")
        watch = held.filter(pk=pk).first()
        if watch is None:
            return False
        moment = max(now, watch.looked_at)
        spells = _spells_ahead(watch.schedule, moment)
        # What was edited meanwhile is a fact that waits to be announced: until then the old shifts are what is known.
        # Asked after the plan was read, so that no edit slips in between.
        is_known = Schedule.objects.filter(pk=pk, revision=watch.revision).exists()
        _look(watch, watch.schedule, spells, is_known=is_known, now=moment)
    return True


def _due(now: datetime) -> QuerySet[Watch]:
    return Watch.objects.filter(due_at__lte=now)


def _held_watch(schedule: Schedule, changes: Sequence[Change]) -> Watch | None:
    """Hold the watch of ``schedule``; before it was added, nobody was on call and nobody knew of a shift."""
    added = next((change.at for change in changes if change.what == "schedule_added"), None)
    if added is not None:
        nothing = {"revision": 0, "looked_at": added, "known_until": added + KNOWN_AHEAD}
        Watch.objects.get_or_create(schedule=schedule, defaults=nothing)
    return Watch.objects.select_for_update().filter(schedule=schedule).first()


def _begin(schedule: Schedule, *, now: datetime) -> None:
    """Watch ``schedule`` from now on, and say nothing of what is so already."""
    spells = _spells_ahead(schedule, now)
    Watch.objects.get_or_create(
        schedule=schedule,
        defaults={
            "revision": schedule.revision,
            "looked_at": now,
            "on_call": sorted(person for person, each in spells.items() if each[0].start <= now),
            "known": to_json(spells),
            "known_until": now + KNOWN_AHEAD,
            "due_at": _next_look(schedule, spells, reminders_of(spells), now=now),
        },
    )


def _spells_ahead(schedule: Schedule, now: datetime) -> Spells:
    """Return when each person is on call from now on; one query where the plan is known."""
    return spells_of(shifts(plan_of(schedule), Interval(now, now + KNOWN_AHEAD)))


def _tell_moved(schedule: Schedule, found: Mapping[int, Moved], changes: Sequence[Change], *, now: datetime) -> None:
    if found:
        scene, last = schedule_scenes([schedule], people=found)[schedule.pk], changes[-1]
        told = shifts_changed(changes, found, scene)
        tell((Telling(f"change:{last.id}", last.at, each) for each in told), now=now)


def _look(watch: Watch, schedule: Schedule, spells: Spells, *, is_known: bool, now: datetime) -> None:
    """Send the reminders and the events that became due since the last look, and note when something is due next.

    ``is_known``: nobody is to be told any more that ``spells`` are other than those of the last look.
    """
    leads = reminders_of(spells)
    _remind(schedule, spells, leads, since=watch.looked_at, now=now)
    watch.on_call = publish_on_call(schedule, was=watch.on_call, since=watch.looked_at, now=now)
    if is_known:
        watch.known, watch.known_until = to_json(spells), now + KNOWN_AHEAD
    watch.looked_at, watch.due_at = now, _next_look(schedule, spells, leads, now=now)
    watch.save()


def _remind(schedule: Schedule, spells: Spells, leads: Leads, *, since: datetime, now: datetime) -> None:
    due = list(due_reminders(spells, leads, since=since, now=now))
    if not due:
        return
    scene = schedule_scenes([schedule], people={person for person, _, _ in due})[schedule.pk]
    tellings = (
        Telling(f"shift:{schedule.pk}:{spell.start.isoformat()}:{lead}", now, told)
        for person, spell, lead in due
        for told in shift_soon(spell, person, scene, now=now, known_until=now + KNOWN_AHEAD)
    )
    tell(tellings, now=now)


def _next_look(schedule: Schedule, spells: Spells, leads: Leads, *, now: datetime) -> datetime | None:
    """Return when there is something to say next, or the look is renewed; None where the schedule is archived."""
    if schedule.archived_at is not None:
        return None
    return min(now + RENEWED_EVERY, next_due(spells, leads, now=now) or now + RENEWED_EVERY)
