"""What does every write to a schedule have in common? It holds the schedule, and leaves a fact and a new revision.

Order of locks, for every service of this app: first people, by id; then schedules, by id. People are held with
``no_key``, so that rows of other tables may go on referring to them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from rotations.actors import Actor
from rotations.errors import Conflict
from rotations.models import Person, Schedule, ScheduleChange

PlainValues = Mapping[str, Any]


def hold_schedule(schedule: Schedule, *, now: datetime) -> tuple[Schedule, datetime]:
    """Lock the row of ``schedule`` until the transaction ends; return it as it stands, and the moment of the write.

    The moment is ``now``, but never before the latest change: a clock that lags must not let spans run backwards.

    Raises:
        Conflict: ``archived``.
    """
    held = Schedule.objects.select_for_update(no_key=True).get(pk=schedule.pk)
    if held.archived_at is not None:
        raise Conflict("archived", f"{held.name} is archived.")
    return held, max(now, held.changed_at)


def hold_people(ids: Iterable[int]) -> dict[int, Person]:
    """Lock the people of these ids, in the one order that cannot deadlock; return those that exist, by id."""
    people = Person.objects.select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk")
    return {person.pk: person for person in people}


def record_change(
    schedule: Schedule,
    *,
    what: str,
    summary: str,
    before: PlainValues | None = None,
    after: PlainValues | None = None,
    by: Actor,
    now: datetime,
) -> ScheduleChange:
    """Give the held ``schedule`` its next revision and keep what was changed, as plain values, by whom.

    Every write that can change an answer ends here, in its own transaction: readers tell by the revision that what
    they remember is out of date.
    """
    schedule.revision += 1
    schedule.changed_at = max(now, schedule.changed_at)
    schedule.save(update_fields=["revision", "changed_at"])
    return ScheduleChange.objects.create(
        schedule=schedule,
        at=schedule.changed_at,
        revision=schedule.revision,
        what=what,
        summary=summary[:500],
        before=before,
        after=after,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name[:200],
    )
