"""How does an answer come about over time? Each rotation by itself, overrides and swaps, and what remains."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from rotations.engine.alone import Alone, SwapSpan, each_alone, swaps_within
from rotations.engine.intervals import Interval
from rotations.engine.terms import Plan
from rotations.models import Override, Person, Schedule, Swap
from rotations.queries.load import PersonLoad, cut, loads_of
from rotations.queries.memory import known
from rotations.queries.people import people_by_id
from rotations.queries.reach import require_reach
from rotations.queries.shifts import ShiftList, listed, views_of_known


class OverrideRow(NamedTuple):
    """An override with the people that it names; ``rotation_name`` is empty where it is of the whole schedule."""

    override: Override
    person: Person | None
    replaces: Person | None
    rotation_name: str

    @property
    def span(self) -> Interval:
        """Return when it holds."""
        return Interval(self.override.start, self.override.end)


class SwapRow(NamedTuple):
    """A swap that was accepted, and the whole span in which it holds."""

    swap: Swap
    person: Person
    replaces: Person
    rotation_name: str
    span: Interval


@dataclass(frozen=True, slots=True)
class Timeline:
    """The rows of a schedule within ``window``, all of one instant.

    ``rotations`` are by layer, the highest first, each by itself as the plan has it, the past too; ``overrides``, and
    ``coming`` after the moment that was asked about, and ``swaps`` are in order of start; ``final`` is what happened
    and will, its shifts whole, and ``loads`` what of it falls to whom. ``people`` has everybody named, by id, and
    ``members`` are the ids of everybody who ever had a place in an order.
    """

    schedule: Schedule
    window: Interval
    plan: Plan
    rotations: tuple[Alone, ...]
    overrides: tuple[OverrideRow, ...]
    coming: tuple[OverrideRow, ...]
    swaps: tuple[SwapRow, ...]
    final: ShiftList
    loads: tuple[PersonLoad, ...]
    people: dict[int, Person]
    members: tuple[int, ...]


def timeline_of(schedule: Schedule, *, window: Interval, now: datetime) -> Timeline:
    """Return the rows of ``schedule`` within ``window``, and what overrides it after ``now``; five queries at most.

    Raises:
        Invalid: ``window_too_long`` for more than 400 days; ``invalid`` outside the years 1970 to 2099.
    """
    require_reach(window)
    plans = known([schedule.pk])
    plan = plans[schedule.pk].compiled.plan
    view, recorded = views_of_known(plans, window)[schedule.pk]
    rotations = each_alone(plan, window, clip=False)
    overrides, swaps = _overrides(schedule, window, now), _swaps(swaps_within(plan, window))
    shifts = [piece.shift for piece in view.pieces]
    people = people_by_id(
        {shift.person for shift in shifts}
        | {shift.person for each in rotations for shift in (*each.shifts, *each.shadows)}
        | {person for row in overrides for person in (row.person_id, row.replaces_id) if person is not None}
        | {person for row, _ in swaps for person in (row.person_id, row.replaces_id) if person is not None}
    )
    names = {rotation.id: rotation.name for rotation in plan.rotations}
    rows = [_override_row(row, people, names) for row in overrides]
    return Timeline(
        schedule=schedule,
        window=window,
        plan=plan,
        rotations=rotations,
        overrides=tuple(row for row in rows if row.override.start < window.end and row.override.end > window.start),
        coming=tuple(row for row in rows if row.override.end > now),
        swaps=tuple(
            SwapRow(row, people[row.person_id or 0], people[row.replaces_id], names[row.rotation_id], span)
            for row, span in swaps
        ),
        final=listed(schedule, view, recorded, people=people, window=window, clip=False),
        loads=loads_of(tuple(cut(shifts, window)), people, window),
        people=people,
        members=_members(plan),
    )


def _overrides(schedule: Schedule, window: Interval, now: datetime) -> list[Override]:
    shown = Q(start__lt=window.end, end__gt=window.start) | Q(end__gt=now)
    return list(schedule.overrides.filter(shown).order_by("start", "id"))


def _swaps(found: Iterable[SwapSpan]) -> list[tuple[Swap, Interval]]:
    spans = {each.swap.id: each.span for each in found}
    rows = Swap.objects.in_bulk(spans) if spans else {}
    return [(rows[pk], span) for pk, span in spans.items()]


def _override_row(row: Override, people: Mapping[int, Person], names: Mapping[int, str]) -> OverrideRow:
    rotation_name = "" if row.rotation_id is None else names[row.rotation_id]
    return OverrideRow(row, people.get(row.person_id or 0), people.get(row.replaces_id or 0), rotation_name)


def _members(plan: Plan) -> tuple[int, ...]:
    slots = (
        slot
        for rotation in plan.rotations
        for version in rotation.versions
        for slot in (*version.slots, version.carried or ())
    )
    return tuple(sorted({member.person for slot in slots for member in slot}))
