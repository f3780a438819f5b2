"""Who is on call at a moment, and why? The definition of the answer."""

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple

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
    "Workings",
    "answer_at",
    "on_call_at",
    "workings_at",
]

Change = Spanning[Override] | Spanning[Swap]


class Share(NamedTuple):
    """What one rotation in force has to say: whose turn it is, and what its overrides and swaps make of that.

    ``results`` begins with the people of the turn, absences considered, and goes on after each of ``changes``.
    """

    turn: TurnInForce
    changes: Sequence[Change]
    results: tuple[Held, ...]
    shadows: Covers


class Workings(NamedTuple):
    """How an answer comes about, step by step.

    ``layer`` is the one that answers, None where no layer has anybody. ``results`` begins with its people and goes on
    after each of ``changes``, the overrides of the schedule.
    """

    shares: tuple[Share, ...]
    layer: int | None
    changes: Sequence[Change]
    results: tuple[Held, ...]

    @property
    def answer(self) -> Answer:
        """What comes of it."""
        held = self.results[-1]
        shadows: Covers = sum([share.shadows for share in self.shares], ())
        return Answer(one_entry_each(held.covers), one_entry_each(shadows), held.silence)


def on_call_at(plan: Plan, moment: datetime) -> tuple[Cover, ...]:
    """Return who is on call at ``moment``, each with the reason. This function defines the answer."""
    return answer_at(plan, moment).people


def answer_at(plan: Plan, moment: datetime) -> Answer:
    """Return who is on call at ``moment``, their shadows, and whether nobody was planned.

    Shadows are those of every turn in force: overrides and layers say who is on call, not who watches.

    Raises:
        ValueError: ``moment`` is naive.
    """
    return workings_at(plan, moment).answer


def workings_at(plan: Plan, moment: datetime) -> Workings:
    """Return every step on the way to the answer at ``moment``.

    Raises:
        ValueError: ``moment`` is naive.
    """
    at = micros(in_utc(moment))
    turns = [turn_in_force(rotation, at) for rotation in plan.in_order]
    shares = tuple([_share(plan, turn, at) for turn in turns if turn is not None])
    highest = max([share.turn.rotation.layer for share in shares if share.results[-1].covers], default=None)
    covers = [share.results[-1].covers for share in shares if share.turn.rotation.layer == highest]
    changes = overrides_at(plan, None, at)
    return Workings(shares, highest, changes, _after_each(Held(sum(covers, ())), changes))


def _share(plan: Plan, turn: TurnInForce, at: int) -> Share:
    changes = _changes_of(plan, turn, at)
    begin = Held(people_of(plan, turn, at))
    return Share(turn, changes, _after_each(begin, changes, turn.rotation.layer), shadows_of(plan, turn, at))


def _after_each(begin: Held, changes: Sequence[Change], layer: int | None = None) -> tuple[Held, ...]:
    if not changes:
        return (begin,)
    return tuple(accumulate(changes, lambda held, change: changed(held, change.value, layer=layer), initial=begin))


def _changes_of(plan: Plan, turn: TurnInForce, at: int) -> list[Change]:
    """Return the overrides and swaps of one rotation at an instant, in the order in which they apply."""
    overrides = overrides_at(plan, turn.rotation.id, at)
    swaps = plan.swaps_of.get((turn.rotation.id, turn.version.ordinal(turn.number)), ())
    if not swaps:
        return [*overrides]
    return sorted([*overrides, *(swap for swap in swaps if swap.start <= at < swap.end)], key=attrgetter("rank"))


def overrides_at(plan: Plan, rotation: int | None, at: int) -> list[Spanning[Override]]:
    """Return the overrides of one rotation, or of the schedule, at an instant, in the order in which they apply."""
    overrides = plan.overrides_of.get(rotation)
    return overrides.within(at, at + 1) if overrides else []
