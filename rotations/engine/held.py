"""Which span has the turn of a rotation with a given ordinal, and who holds it? What a swap is measured against."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from rotations.engine.intervals import ALWAYS, Interval, instant, micros
from rotations.engine.sweep import shifts
from rotations.engine.terms import Plan, Rotation, Swap, Version


def turn_numbered(rotation: Rotation, ordinal: int) -> Interval | None:
    """Return the span of the turn ``ordinal`` as it stands, or None where the rotation has no such turn.

    A turn that an edit fell into spans several versions, and is one all the same. It is cut where the rotation begins
    and where it ends.
    """
    parts = list(_parts(rotation, ordinal))
    return Interval(instant(parts[0][0]), instant(parts[-1][1])) if parts else None


def ordinal_at(rotation: Rotation, at: int) -> int | None:
    """Return the ordinal of the turn in force at an instant in microseconds, None outside the rotation."""
    version = rotation.version_at(at)
    return None if version is None else version.ordinal(version.cadence.number_at(at))


def versions_in_force(rotation: Rotation) -> Iterator[tuple[Version, int, int]]:
    """Yield each version with when it is in force, in microseconds; empty, or less, where the rotation ended before."""
    ended = rotation.in_force[1]
    for version, (begins, ends) in zip(rotation.versions, pairwise((*rotation.begins, ALWAYS)), strict=True):
        yield version, begins, min(ends, ended)


def holders(plan: Plan, rotation: Rotation, ordinal: int, span: Interval, *, before: Swap | None = None) -> set[int]:
    """Return who holds the turn at some instant of ``span``: by the order, absences and the swaps accepted so far.

    ``before`` leaves out that swap and those that apply after it. Overrides say who is on call, not whose turn it is.
    """
    swaps = tuple(swap for swap in plan.swaps if before is None or _rank(swap) < _rank(before))
    turn = replace(plan, rotations=(rotation,), overrides=(), swaps=swaps)
    return {shift.person for shift in shifts(turn, span) if shift.ordinal == ordinal}


def _rank(swap: Swap) -> tuple[int, int]:
    return micros(swap.accepted_at), swap.id


def _parts(rotation: Rotation, ordinal: int) -> Iterator[tuple[int, int]]:
    """Yield the turn's share in each version, in order of time, in microseconds; none is empty."""
    for version, begins, ends in versions_in_force(rotation):
        number = ordinal - version.first_ordinal + version.first_number
        start = max(version.cadence.handoff_micros(number), begins)
        end = min(version.cadence.handoff_micros(number + 1), ends)
        if start < end:
            yield start, end
