"""What do the rows of a schedule say? Rows in, engine values out, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

from django.db.models import F, Prefetch, Q

from rotations.engine import terms
from rotations.engine.cadence import Cadence, Unit
from rotations.engine.intervals import Interval
from rotations.engine.windows import Window
from rotations.models import (
    WEEKDAYS,
    Absence,
    Override,
    Person,
    Rotation,
    RotationVersion,
    Schedule,
    Slot,
    SlotMember,
    Swap,
)
from rotations.models import Window as WindowRow

# Each says its order: the models' own orders reach up to the schedule's name, through a join for every level.
ROWS_OF_A_VERSION = (
    Prefetch(
        "slots",
        Slot.objects.order_by("position").prefetch_related(
            Prefetch("members", SlotMember.objects.order_by("position", "id"))
        ),
    ),
    Prefetch("windows", WindowRow.objects.order_by("id")),
)
VERSION_ROWS = Prefetch(
    "versions", RotationVersion.objects.order_by("effective_at").prefetch_related(*ROWS_OF_A_VERSION)
)
# Asked, declined and taken back in time: those never counted, and have no moment from which they did.
SWAP_ROWS = Prefetch("swaps", Swap.objects.filter(accepted_at__isnull=False).order_by("id"), to_attr="swaps_in_force")
# What began after the record did, and was over when the schedule was last changed, is told by the record alone: what
# ran then goes on as it was recorded. So a long history of overrides costs nothing. One that ended in the very instant
# of that change may still name the shift that it ended for.
CAN_STILL_MATTER = (
    Q(schedule__recorded_from=None) | Q(start__lt=F("schedule__recorded_from")) | Q(end__gte=F("schedule__changed_at"))
)
PLAN_ROWS = (
    Prefetch("rotations", Rotation.objects.order_by("id").prefetch_related(VERSION_ROWS, SWAP_ROWS)),
    Prefetch("overrides", Override.objects.filter(CAN_STILL_MATTER).order_by("id"), to_attr="overrides_in_force"),
)

_FOREVER = datetime.max.replace(tzinfo=UTC)


def schedules_with_rows(ids: Iterable[int]) -> list[Schedule]:
    """Return the schedules of these ids with every row their plans are made of; nine queries at any number."""
    return list(Schedule.objects.order_by("pk").filter(pk__in=ids).prefetch_related(*PLAN_ROWS))


def plans_of(schedules: Sequence[Schedule]) -> dict[int, terms.Plan]:
    """Return the plan of each schedule, by id; two queries where their rows are loaded already."""
    named = {schedule.pk: _people_named(schedule) for schedule in schedules}
    people = set().union(*named.values())
    left = dict(Person.objects.filter(pk__in=people, deactivated_at__isnull=False).values_list("pk", "deactivated_at"))
    away: dict[int, list[terms.Absence]] = defaultdict(list)
    for absence in Absence.objects.filter(person__in=people).order_by("id"):
        away[absence.person_id].append(absence_value(absence))
    return {
        schedule.pk: _plan(schedule, named[schedule.pk], left=cast("dict[int, datetime]", left), away=away)
        for schedule in schedules
    }


def knowing(plan: terms.Plan, people: Iterable[int]) -> terms.Plan:
    """Return the plan with what decides over ``people`` whom it may name from now on; two queries."""
    people = set(people)
    left = Person.objects.filter(pk__in=people, deactivated_at__isnull=False).values_list("pk", "deactivated_at")
    absences = {absence.id: absence for absence in plan.absences}
    absences |= {row.pk: absence_value(row) for row in Absence.objects.filter(person__in=people)}
    gone = {**plan.deactivated, **cast("dict[int, datetime]", dict(left))}
    return replace(plan, absences=tuple(absences[pk] for pk in sorted(absences)), deactivated=gone)


def rotation_value(row: Rotation, *, archived_at: datetime | None = None) -> terms.Rotation:
    """Return what a rotation's rows mean; in an archived schedule it has ended."""
    ends = [moment for moment in (row.ends_at, archived_at) if moment is not None]
    return terms.Rotation(
        id=row.pk,
        layer=row.layer,
        versions=tuple(version_value(version) for version in row.versions.all()),
        ends_at=min(ends, default=None),
        name=row.name,
    )


def version_value(row: RotationVersion) -> terms.Version:
    """Return what a version's rows mean. A slot without a position is of the people carried over by an edit."""
    slots = list(row.slots.all())
    carried = [slot for slot in slots if slot.position is None]
    return terms.Version(
        effective_at=row.effective_at,
        cadence=cadence_value(row),
        slots=tuple(_slot(slot) for slot in slots if slot.position is not None),
        advance=cast("terms.Advance", row.advance),
        windows=tuple(window_value(window) for window in row.windows.all()),
        first_ordinal=row.first_ordinal,
        first_slot=row.first_slot,
        carried=_slot(carried[0]) if carried else None,
    )


def cadence_value(row: RotationVersion) -> Cadence:
    """Return when a version's handoffs fall."""
    return Cadence(datetime.fromisoformat(row.anchor), row.zone, cast("Unit", row.unit), row.every)


def window_value(row: WindowRow) -> Window:
    """Return the hours of the week that a row stands for."""
    return Window(frozenset(WEEKDAYS.index(day) for day in row.days), row.start, row.end)


def absence_value(row: Absence) -> terms.Absence:
    """Return what an absence's row means."""
    return terms.Absence(row.pk, row.person_id, row.start, row.end)


def swap_value(row: Swap) -> terms.Swap:
    """Return what the row of a swap means that was accepted: it counts from then on, in a part or the whole turn.

    A turn that had begun when it was accepted is changed from there on. One that had not is given away whole, however
    an edit moves it; nothing can move it to before that.
    """
    accepted_at, person = cast("datetime", row.accepted_at), cast("int", row.person_id)
    is_whole = row.start is None and accepted_at <= row.turn_start
    span = None if is_whole else Interval(max(row.start or accepted_at, accepted_at), row.end or _FOREVER)
    return terms.Swap(row.pk, row.rotation_id, row.ordinal, row.replaces_id, person, accepted_at, span)


def _plan(
    schedule: Schedule,
    named: set[int],
    *,
    left: Mapping[int, datetime],
    away: Mapping[int, Sequence[terms.Absence]],
) -> terms.Plan:
    return terms.Plan(
        rotations=tuple(
            rotation_value(rotation, archived_at=schedule.archived_at) for rotation in schedule.rotations.all()
        ),
        overrides=tuple(override_value(row, archived_at=schedule.archived_at) for row in _overrides_of(schedule)),
        swaps=tuple(swap_value(row) for rotation in schedule.rotations.all() for row in _swaps_of(rotation)),
        absences=tuple(absence for person in sorted(named) for absence in away.get(person, ())),
        absence_policy=cast("terms.AbsencePolicy", schedule.absence_policy),
        deactivated={person: left[person] for person in named if person in left},
    )


def override_value(row: Override, *, archived_at: datetime | None = None) -> terms.Override:
    """Return what an override's row means; in an archived schedule it is over."""
    return terms.Override(
        id=row.pk,
        kind=cast("terms.OverrideKind", row.kind),
        start=row.start,
        end=min(row.end, archived_at or _FOREVER),
        person=row.person_id,
        replaces=row.replaces_id,
        rotation=row.rotation_id,
        created_at=row.created_at,
    )


def _slot(row: Slot) -> terms.Slot:
    return tuple(terms.Member(member.person_id, member.shadow) for member in row.members.all())


def _people_named(schedule: Schedule) -> set[int]:
    members = {
        member.person_id
        for rotation in schedule.rotations.all()
        for version in rotation.versions.all()
        for slot in version.slots.all()
        for member in slot.members.all()
    }
    substitutes = {override.person_id for override in _overrides_of(schedule)}
    takers = {swap.person_id for rotation in schedule.rotations.all() for swap in _swaps_of(rotation)}
    return {person for person in members | substitutes | takers if person is not None}


def _overrides_of(schedule: Schedule) -> list[Override]:
    overrides: list[Override] = schedule.overrides_in_force  # type: ignore[attr-defined]  # by PLAN_ROWS
    return overrides


def _swaps_of(rotation: Rotation) -> list[Swap]:
    swaps: list[Swap] = rotation.swaps_in_force  # type: ignore[attr-defined]  # by SWAP_ROWS
    return swaps
