"""What does every write to a schedule have in common? It holds the schedule, and leaves a fact and a new revision.

Order of locks, for every service of this app: first people, by id; then schedules, by id. People are held with
``no_key``, so that rows of other tables may go on referring to them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from rotations.actors import Actor
from rotations.errors import Conflict, Invalid
from rotations.models import Person, Schedule, ScheduleChange
from rotations.services.duty import moment_of, settle_duty

PlainValues = Mapping[str, Any]


def hold_schedule(schedule: Schedule, *, now: datetime, begins: bool = True) -> tuple[Schedule, datetime]:
    """Lock the row of ``schedule`` until the transaction ends; return it as it stands, and the moment of the write.

    Duty is settled up to that moment, so call it before anything is changed; without ``begins`` a schedule that has no
    record yet stays so. The moment is ``now``, but never before the latest change: a clock that lags must not let spans
    run backwards.

    Raises:
        Conflict: ``archived``.
    """
    held = Schedule.objects.select_for_update(no_key=True).get(pk=schedule.pk)
    if held.archived_at is not None:
        raise Conflict("archived", f"{held.name} is archived.")
    moment = moment_of(now, [held])
    settle_duty(held, now=moment, begins=begins)
    return held, moment


def hold_schedules(schedules: QuerySet[Schedule], *, now: datetime) -> tuple[list[Schedule], datetime]:
    """Lock several schedules, archived ones too, in the one order that cannot deadlock; return them and one moment.

    Duty of each is settled up to that moment, as in ``hold_schedule``.
    """
    held = list(schedules.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    moment = moment_of(now, held)
    for schedule in held:
        settle_duty(schedule, now=moment)
    return held, moment


def hold_people(ids: Iterable[int]) -> dict[int, Person]:
    """Lock the people of these ids, in the one order that cannot deadlock; return those that exist, by id."""
    people = Person.objects.select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk")
    return {person.pk: person for person in people}


def hold_active(**named: Person | None) -> None:
    """Hold the people named, by field, and refuse who is gone: nobody deactivates them until this write is done.

    Raises:
        Invalid: ``person_deactivated``; ``invalid`` for somebody who is not there.
    """
    require_active(hold_people(person.pk for person in named.values() if person is not None), **named)


def require_active(found: Mapping[int, Person], **named: Person | None) -> None:
    """Refuse who is gone of the people named, by field; ``found`` are those of them who are there, as they stand.

    Raises:
        Invalid: ``person_deactivated``; ``invalid`` for somebody who is not there.
    """
    for field, person in named.items():
        if person is None:
            continue
        if person.pk not in found:
            raise Invalid("invalid", f"There is no person {person.pk}.", field=field)
        if not found[person.pk].is_active:
            raise Invalid("person_deactivated", f"{found[person.pk]} is deactivated.", field=field)


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
    they remember is out of date, and the periodic tasks look at what the answer is now and what will go wrong in it.
    """
    if schedule.settled_at != now:
        # By now the past could be recorded only as the changed plan has it.
        raise AssertionError(f"{schedule} was changed at {now.isoformat()} without settling its duty first")
    schedule.revision += 1
    schedule.changed_at = schedule.next_change_at = schedule.warnings_due_at = now
    schedule.save(update_fields=["revision", "changed_at", "next_change_at", "warnings_due_at"])
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
