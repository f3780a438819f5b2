"""What was foreseen, so that people are told once of each trouble, and can see since when it has been known."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q, QuerySet

from rotations.engine.intervals import Interval
from rotations.models import Schedule, ScheduleWarning
from rotations.queries.memory import plan_of_held
from rotations.services.duty import moment_of
from rotations.services.foresight import Foreseen, foreseen

FORESIGHT: Final = timedelta(days=30)
# A change of the schedule makes a review due at once; without one, only time passes.
REVIEWED_EVERY: Final = timedelta(hours=6)
# How many schedules one call reviews; the next takes on the rest.
BATCH: Final = 200


@transaction.atomic
def review_warnings(schedule: Schedule, *, now: datetime) -> None:
    """Record what is foreseen in ``schedule`` for the next 30 days, and clear what no longer is.

    A warning that was raised stays the same one, whatever becomes of its end and its words. Calling it again is
    harmless. In an archived schedule nothing is foreseen, and it is not looked at again.
    """
    held = Schedule.objects.select_for_update(no_key=True).get(pk=schedule.pk)
    moment = moment_of(now, [held])
    is_used = held.archived_at is None
    window = Interval(moment, moment + FORESIGHT)
    _record(held, foreseen(held, plan_of_held(held), window) if is_used else (), now=moment)
    held.warnings_due_at = moment + REVIEWED_EVERY if is_used else None
    held.save(update_fields=["warnings_due_at"])


def review_due_schedules(*, now: datetime, limit: int = BATCH) -> int:
    """Review the schedules that are due, in order of when they were; return how many.

    Each is claimed by moving its due moment on while it has passed: of two workers the second finds it moved.
    """
    due = _due(now).order_by(F("warnings_due_at").asc(nulls_first=True), "pk")
    return sum(_review(pk, now=now) for pk in due.values_list("pk", flat=True)[:limit])


@transaction.atomic
def _review(pk: int, *, now: datetime) -> bool:
    if not _due(now).filter(pk=pk).update(warnings_due_at=now + REVIEWED_EVERY):
        return False
    review_warnings(Schedule(pk=pk), now=now)
    return True


def _due(now: datetime) -> QuerySet[Schedule]:
    return Schedule.objects.filter(Q(warnings_due_at__lte=now) | Q(warnings_due_at=None, archived_at=None))


def _record(schedule: Schedule, found: Iterable[Foreseen], *, now: datetime) -> None:
    known = list(ScheduleWarning.objects.filter(schedule=schedule, cleared_at=None))
    by_start = {(row.kind, row.person_id, row.swap_id, row.start): row for row in known}
    # What has begun is foreseen from now on alone: by its start it could not be told from another.
    running = {(row.kind, row.person_id, row.swap_id): row for row in known if row.start <= now <= row.end}
    new: list[ScheduleWarning] = []
    kept: dict[int, ScheduleWarning] = {}
    for each in found:
        about = (each.kind, each.person, each.swap)
        row = by_start.get((*about, each.start)) or (running.get(about) if each.start == now else None)
        if row is None:
            new.append(_row(schedule, each, now))
        else:
            row.end, row.text = each.end, each.text[:500]
            kept[row.pk] = row
    ScheduleWarning.objects.bulk_update(kept.values(), ["end", "text"], batch_size=200)
    ScheduleWarning.objects.filter(pk__in=[row.pk for row in known if row.pk not in kept]).update(cleared_at=now)
    ScheduleWarning.objects.bulk_create(new, batch_size=500)


def _row(schedule: Schedule, each: Foreseen, now: datetime) -> ScheduleWarning:
    return ScheduleWarning(
        schedule=schedule,
        kind=each.kind,
        start=each.start,
        end=each.end,
        person_id=each.person,
        swap_id=each.swap,
        text=each.text[:500],
        raised_at=now,
    )
