"""What happened? It is recorded before anything can change it, and stays as it was recorded."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from rotations.engine.intervals import Interval
from rotations.engine.lookahead import changes_after
from rotations.models import Duty, Override, Rotation, Schedule
from rotations.queries.happened import Happening, happenings, reasoned, who_was
from rotations.queries.memory import plan_of_held
from rotations.queries.reach import LONGEST_WINDOW

# How many schedules one call settles; the next takes on the rest.
BATCH: Final = 500
ROWS_AT_ONCE: Final = 1000


def settle_duty(schedule: Schedule, *, now: datetime, begins: bool = True) -> None:
    """Record who was on call in ``schedule``, whose row is held, from where its record ends up to ``now``.

    By the plan as it stands: so every write does this first, before it changes anything. Calling it again is harmless
    and, where no time has passed, free. What was recorded stays; only what goes on is extended.

    The first call begins the record, if there is anything to record and ``begins`` is true: what was before is computed
    for good.
    """
    schedule.settled_at = now
    if schedule.recorded_until is None:
        if begins and (schedule.rotations.exists() or schedule.overrides.exists()):
            schedule.recorded_from = schedule.recorded_until = now
            schedule.save(update_fields=["recorded_from", "recorded_until"])
    elif schedule.recorded_until < now:
        _record(schedule, Interval(schedule.recorded_until, now))
        schedule.recorded_until = now
        schedule.save(update_fields=["recorded_until"])


def settle_due_schedules(*, now: datetime, limit: int = BATCH) -> int:
    """Settle the schedules whose answer has changed, in order of when it did; return how many.

    Each is claimed by holding its row while it is due: of two workers the second passes it over. However late this
    runs, what it records is the same, because whatever was changed meanwhile was settled first.
    """
    due = _due(now).order_by(F("next_change_at").asc(nulls_first=True), "pk")
    return sum(_settle(pk, now=now) for pk in due.values_list("pk", flat=True)[:limit])


def moment_of(now: datetime, schedules: Iterable[Schedule]) -> datetime:
    """Return the moment of a write: ``now``, but never before what was changed or recorded last."""
    last = (moment for each in schedules for moment in (each.changed_at, each.recorded_until) if moment is not None)
    return max([now, *last])


@transaction.atomic
def _settle(pk: int, *, now: datetime) -> bool:
    schedule = _due(now).select_for_update(no_key=True, skip_locked=True, of=("self",)).filter(pk=pk).first()
    if schedule is None:
        return False
    moment = moment_of(now, [schedule])
    settle_duty(schedule, now=moment)
    schedule.next_change_at = next((change.at for change in changes_after(plan_of_held(schedule), moment)), None)
    schedule.save(update_fields=["next_change_at"])
    return True


def _due(now: datetime) -> QuerySet[Schedule]:
    """Return the schedules to look at: the answer has changed, or may have beyond the look-ahead, or has no record."""
    has_rotations = Exists(Rotation.objects.filter(schedule=OuterRef("pk")))
    has_overrides = Exists(Override.objects.filter(schedule=OuterRef("pk")))
    is_quiet = Q(next_change_at=None, archived_at=None)
    return Schedule.objects.filter(
        Q(next_change_at__lte=now)
        | is_quiet & Q(recorded_until__lte=now - LONGEST_WINDOW)
        | is_quiet & Q(recorded_until=None) & (Q(has_rotations) | Q(has_overrides))
    )


def _record(schedule: Schedule, span: Interval) -> None:
    going_on = {who_was(row): row for row in Duty.objects.filter(schedule=schedule, end=span.start)}
    new: list[Duty] = []
    for each in happenings(schedule, plan_of_held(schedule), span):
        row = going_on.get(each.who) if each.start == span.start else None
        if row is None:
            new.append(_row(schedule, each))
        else:
            _extend(row, each)
    Duty.objects.bulk_create(new, batch_size=ROWS_AT_ONCE)


def _extend(row: Duty, goes_on: Happening) -> None:
    row.end = goes_on.end
    row.source = reasoned(row.source, goes_on.reasons) if goes_on.reasons else row.source
    row.save(update_fields=["end", "source"])


def _row(schedule: Schedule, each: Happening) -> Duty:
    return Duty(
        schedule=schedule,
        person_id=each.person,
        shadow=each.is_shadow,
        start=each.start,
        end=each.end,
        uid=each.uid,
        source=reasoned(each.source, each.reasons) if each.reasons else each.source,
        because=each.because,
    )
