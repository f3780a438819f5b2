"""What is to come in a schedule that somebody should know of, or may still change? In a fixed number of queries."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from django.db.models import QuerySet

from oncall.pages.allowed import Allowed
from oncall.pages.timeline.rows import names_of_override
from rotations.engine.intervals import Interval
from rotations.engine.terms import Plan
from rotations.models import Schedule, ScheduleChange, ScheduleWarning, Swap, WarningKind
from rotations.queries.conflicts import ShiftConflict, conflicts_in
from rotations.queries.swaps import agreed_span, swaps_waiting
from rotations.queries.timeline import OverrideRow, Timeline
from rotations.queries.warnings import open_warnings

AHEAD: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class MadeBy:
    """Who made a change, and when."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StandingOverride:
    """An override that runs or is to come."""

    row: OverrideRow
    words: str
    made: MadeBy | None
    is_running: bool
    may_end: bool


@dataclass(frozen=True, slots=True)
class PendingEdit:
    """A version of a rotation that is not in force yet."""

    rotation: int
    name: str
    effective_at: datetime
    is_new: bool
    made: MadeBy | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A warning; of an absence, the turns for which the viewer may ask for a swap."""

    warning: ScheduleWarning
    turns: tuple[ShiftConflict, ...]


@dataclass(frozen=True, slots=True)
class WaitingSwap:
    """A request that nobody has answered; ``span`` is as it was asked for."""

    swap: Swap
    span: Interval
    may_cancel: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """Each in order of start."""

    troubles: tuple[Trouble, ...]
    overrides: tuple[StandingOverride, ...]
    edits: tuple[PendingEdit, ...]
    swaps: tuple[WaitingSwap, ...]


def coming_of(found: Timeline, *, may: Allowed, now: datetime) -> Coming:
    """Return what is to come in a schedule, with what the viewer may do about it."""
    schedule = found.schedule
    swaps = swaps_waiting(schedule, now=now)
    edits = sorted(_edits(found.plan, now), key=lambda edit: (edit[2], edit[0]))
    added, edited = _makers(schedule, [row.override.pk for row in found.coming], [at for _, _, at, _ in edits])
    return Coming(
        troubles=_troubles(schedule, may=may, now=now),
        overrides=tuple(
            StandingOverride(
                row,
                names_of_override(row)[0],
                added.get(row.override.pk),
                row.override.start <= now,
                may.may_end(row.override),
            )
            for row in found.coming
        ),
        edits=tuple(
            PendingEdit(pk, name, at, is_new, edited.get((pk, at.isoformat()))) for pk, name, at, is_new in edits
        ),
        swaps=tuple(WaitingSwap(swap, agreed_span(swap), may.may_act_for(swap.replaces_id)) for swap in swaps),
    )


def _edits(plan: Plan, now: datetime) -> Iterator[tuple[int, str, datetime, bool]]:
    for rotation in plan.in_order:
        for place, version in enumerate(rotation.versions):
            if version.effective_at > now:
                yield rotation.id, rotation.name, version.effective_at, place == 0


def _makers(
    schedule: Schedule, overrides: Sequence[int], edits: Sequence[datetime]
) -> tuple[dict[int, MadeBy], dict[tuple[int, str], MadeBy]]:
    """Return who made each override, by its id, and each edit, by its rotation and moment; one query each."""
    changes = ScheduleChange.objects.filter(schedule=schedule).order_by("pk")
    added = changes.filter(what="override_added", after__override__in=overrides)
    moments = [at.isoformat() for at in edits]
    edited = changes.filter(what__in=("rotation_added", "rotation_edited"), after__effective_at__in=moments)
    return (
        {after["override"]: made for after, made in _made(added)} if overrides else {},
        {(after["rotation"], after["effective_at"]): made for after, made in _made(edited)} if edits else {},
    )


def _made(changes: QuerySet[ScheduleChange]) -> Iterator[tuple[dict[str, Any], MadeBy]]:
    for after, name, at in changes.values_list("after", "actor_name", "at"):
        yield cast("dict[str, Any]", after), MadeBy(name, at)


def _troubles(schedule: Schedule, *, may: Allowed, now: datetime) -> tuple[Trouble, ...]:
    warnings = open_warnings([schedule], now=now)[schedule.pk]
    absences = [each for each in warnings if each.kind == WarningKind.ABSENT and may.may_act_for(each.person_id)]
    conflicts = conflicts_in(schedule, window=Interval(now, now + AHEAD)) if absences else ()
    return tuple(Trouble(each, tuple(_turns(each, conflicts)) if each in absences else ()) for each in warnings)


def _turns(warning: ScheduleWarning, conflicts: Iterable[ShiftConflict]) -> Iterator[ShiftConflict]:
    away = Interval(warning.start, warning.end)
    for each in conflicts:
        if each.shift.person == warning.person and each.shift.is_own_turn and each.span.overlaps(away):
            yield each
