"""Who is on call at a moment, and why? The definition of the answer."""

from datetime import datetime
from operator import attrgetter

from rotations.engine.dated import Spanning
from rotations.engine.intervals import in_utc, micros
from rotations.engine.rules import Covers, Held, changed, one_entry_each
from rotations.engine.terms import (
    Absence,
    Answer,
    Cover,
    Member,
    Occurrence,
    Override,
    Plan,
    Rotation,
    Shift,
    Silence,
    Slot,
    Source,
    Step,
    Swap,
    Version,
)
from rotations.engine.turns import TurnInForce, people_of, shadows_of, turn_in_force

__all__ = [
    "Absence",
    "Answer",
    "Cover",
    "Member",
    "Occurrence",
    "Override",
    "Plan",
    "Rotation",
    "Shift",
    "Silence",
    "Slot",
    "Source",
    "Step",
    "Swap",
    "Version",
    "answer_at",
    "on_call_at",
]


def on_call_at(plan: Plan, moment: datetime) -> tuple[Cover, ...]:
    """Return who is on call at ``moment``, each with the reason. This function defines the answer."""
    return answer_at(plan, moment).people


def answer_at(plan: Plan, moment: datetime) -> Answer:
    """Return who is on call at ``moment``, their shadows, and whether nobody was planned.

    Shadows are those of every turn in force: overrides and layers say who is on call, not who watches.

    Raises:
        ValueError: ``moment`` is naive.
    """
    at = micros(in_utc(moment))
    layers: dict[int, Covers] = {}
    shadows: Covers = ()
    for rotation in plan.in_order:
        turn = turn_in_force(rotation, at)
        if turn is not None:
            held = Held(people_of(plan, turn, at))
            for change in _changes_of(plan, turn, at):
                held = changed(held, change.value, layer=rotation.layer)
            layers[rotation.layer] = layers.get(rotation.layer, ()) + held.covers
            shadows += shadows_of(plan, turn, at)
    held = Held(next((layers[layer] for layer in sorted(layers, reverse=True) if layers[layer]), ()))
    for override in _overrides_of(plan, None, at):
        held = changed(held, override.value)
    return Answer(one_entry_each(held.covers), one_entry_each(shadows), held.silence)


def _changes_of(plan: Plan, turn: TurnInForce, at: int) -> list[Spanning[Override] | Spanning[Swap]]:
    """Return the overrides and swaps of one rotation at an instant, in the order in which they apply."""
    overrides = _overrides_of(plan, turn.rotation.id, at)
    swaps = plan.swaps_of.get((turn.rotation.id, turn.version.ordinal(turn.number)), ())
    return sorted([*overrides, *(swap for swap in swaps if swap.start <= at < swap.end)], key=attrgetter("rank"))


def _overrides_of(plan: Plan, rotation: int | None, at: int) -> list[Spanning[Override]]:
    """Return the overrides of one rotation, or of the schedule, at an instant, in the order in which they apply."""
    overrides = plan.overrides_of.get(rotation)
    return overrides.within(at, at + 1) if overrides else []
