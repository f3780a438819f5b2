"""How does an answer come about over time? Each rotation by itself, overrides and swaps, and what remains."""

from collections.abc import Iterable
from dataclasses import dataclass

from rotations.engine.alone import Alone, SwapSpan, each_alone, swaps_within
from rotations.engine.intervals import Interval
from rotations.engine.terms import Plan
from rotations.models import Override, Person, Schedule, Swap
from rotations.queries.load import PersonLoad, cut, loads_of
from rotations.queries.memory import known
from rotations.queries.people import people_by_id
from rotations.queries.reach import require_reach
from rotations.queries.shifts import ShiftList, listed, views_of_known


@dataclass(frozen=True, slots=True)
class Swapped:
    """A swap that was accepted, and the whole span in which it holds."""

    swap: Swap
    span: Interval


@dataclass(frozen=True, slots=True)
class Timeline:
    """The rows of a schedule within ``window``, all of one instant.

    ``rotations`` are by layer, the highest first, each by itself as the plan has it, the past too; ``overrides`` and
    ``swaps`` are in order of start; ``final`` is what happened and will, its shifts whole, and ``loads`` what of
    it falls to whom. ``people`` has everybody
    named, by id, and ``members`` are the ids of everybody who ever had a place in an order.
    """

    schedule: Schedule
    window: Interval
    plan: Plan
    rotations: tuple[Alone, ...]
    overrides: tuple[Override, ...]
    swaps: tuple[Swapped, ...]
    final: ShiftList
    loads: tuple[PersonLoad, ...]
    people: dict[int, Person]
    members: tuple[int, ...]


def timeline_of(schedule: Schedule, *, window: Interval) -> Timeline:
    """Return the rows of ``schedule`` within ``window``; a fixed number of queries.

    Raises:
        Invalid: ``window_too_long`` for more than 400 days; ``invalid`` outside the years 1970 to 2099.
    """
    require_reach(window)
    plans = known([schedule.pk])
    plan = plans[schedule.pk].compiled.plan
    view, recorded = views_of_known(plans, window)[schedule.pk]
    rotations = each_alone(plan, window, clip=False)
    people = people_by_id(
        [piece.shift.person for piece in view.pieces]
        + [shift.person for each in rotations for shift in (*each.shifts, *each.shadows)]
    )
    return Timeline(
        schedule=schedule,
        window=window,
        plan=plan,
        rotations=rotations,
        overrides=_overrides(schedule, window),
        swaps=_swaps(swaps_within(plan, window)),
        final=listed(schedule, view, recorded, people=people, window=window, clip=False),
        loads=loads_of(tuple(cut((piece.shift for piece in view.pieces), window)), people, window),
        people=people,
        members=_members(plan),
    )


def _overrides(schedule: Schedule, window: Interval) -> tuple[Override, ...]:
    within = schedule.overrides.filter(start__lt=window.end, end__gt=window.start)
    return tuple(within.select_related("person", "replaces", "rotation").order_by("start", "id"))


def _swaps(found: Iterable[SwapSpan]) -> tuple[Swapped, ...]:
    spans = {each.swap.id: each.span for each in found}
    rows = Swap.objects.select_related("person", "replaces", "rotation").in_bulk(spans) if spans else {}
    return tuple(Swapped(rows[pk], span) for pk, span in spans.items())


def _members(plan: Plan) -> tuple[int, ...]:
    slots = (
        slot
        for rotation in plan.rotations
        for version in rotation.versions
        for slot in (*version.slots, version.carried or ())
    )
    return tuple(sorted({member.person for slot in slots for member in slot}))
