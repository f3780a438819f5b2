"""Of which rows is an answer made? What each rotation gives by itself, and the swaps that then apply."""

from collections.abc import Iterator
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from rotations.engine.held import turn_numbered, versions_in_force
from rotations.engine.intervals import Interval, instant, micros
from rotations.engine.sweep import own_track, shifts_seen
from rotations.engine.terms import Plan, Rotation, Shift, Swap


class Alone(NamedTuple):
    """What one rotation gives by itself: its turns within its windows, absences considered, and nothing after that.

    Shifts, and those of its shadows, are in order of start; several people in one slot have one each.
    """

    rotation: Rotation
    shifts: tuple[Shift, ...]
    shadows: tuple[Shift, ...]


class SwapSpan(NamedTuple):
    """A swap, and the span in which it holds, by its turn as it stands."""

    swap: Swap
    span: Interval


def each_alone(plan: Plan, window: Interval, *, clip: bool = True) -> tuple[Alone, ...]:
    """Return what each rotation of ``plan`` gives by itself within ``window``, the highest layer first.

    ``clip`` as in ``sweep.shifts``. A rotation that is not in force within the window is left out.
    """
    in_order = sorted(plan.in_order, key=lambda rotation: -rotation.layer)
    return tuple(_alone(plan, rotation, window, clip=clip) for rotation in in_order if _is_in_force(rotation, window))


def swaps_within(plan: Plan, window: Interval) -> tuple[SwapSpan, ...]:
    """Return the swaps that hold at some instant of ``window``, each with its whole span; in order of start."""
    found = (each for rotation in plan.in_order for each in _swaps(plan, rotation, window))
    return tuple(sorted(found, key=attrgetter("span", "swap.id")))


def _alone(plan: Plan, rotation: Rotation, window: Interval, *, clip: bool) -> Alone:
    look = partial(own_track, plan, rotation)
    watching = partial(own_track, plan, rotation, shadow=True)
    shadows = shifts_seen(watching, window, clip=clip) if rotation.has_shadows else ()
    return Alone(rotation, shifts_seen(look, window, clip=clip), shadows)


def _swaps(plan: Plan, rotation: Rotation, window: Interval) -> Iterator[SwapSpan]:
    if rotation.id not in plan.swapped:
        return
    within = _ordinals(rotation, window)
    for (number, ordinal), swaps in plan.swaps_of.items():
        if number != rotation.id or not any(ordinal in turns for turns in within):
            continue
        turn = turn_numbered(rotation, ordinal)
        for _, start, end, swap in swaps:
            span = turn and turn.clip(Interval(instant(start), instant(max(start, end))))
            if span and span.overlaps(window):
                yield SwapSpan(swap, span)


def _ordinals(rotation: Rotation, window: Interval) -> list[range]:
    """Return the ordinals of the turns that share an instant with ``window``, in each version."""
    found: list[range] = []
    for version, begins, ends in versions_in_force(rotation):
        first, last = max(micros(window.start), begins), min(micros(window.end), ends) - 1
        if first <= last:
            numbers = version.cadence.number_at(first), version.cadence.number_at(last)
            found.append(range(version.ordinal(numbers[0]), version.ordinal(numbers[1]) + 1))
    return found


def _is_in_force(rotation: Rotation, window: Interval) -> bool:
    begins, ends = rotation.in_force
    return begins < micros(window.end) and micros(window.start) < ends
