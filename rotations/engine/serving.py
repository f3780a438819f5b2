"""Who serves in one rotation over a stretch of time, before absences, overrides and swaps? Turns as tracks.

The fast twin of ``turns``: it must give at every instant what that gives. Instants are in microseconds.
"""

from collections.abc import Iterator
from itertools import count, islice, pairwise, repeat
from operator import lt
from typing import Final

from rotations.engine.offsets import offsets_of
from rotations.engine.terms import Plan, Rotation, Seats, Version, seated
from rotations.engine.tracks import Track
from rotations.engine.turns import occurrence
from rotations.engine.windows import openings


def turn_track(plan: Plan, rotation: Rotation, start: int, end: int, *, shadow: bool = False) -> Track:
    """Return the track of the rotation's people, or of its shadows, within ``[start, end)``."""
    track: Track = []
    for version, begin, finish in _stretches(plan, rotation, start, end):
        seats = _Seats(plan, version, begin, shadow=shadow)
        serve = _within_windows if version.windows else _around_the_clock
        track += serve(rotation, seats, begin, finish)
    return track


class _Seats:
    """Who sits in each slot of a version, in a stretch within which nobody is deactivated."""

    def __init__(self, plan: Plan, version: Version, at: int, *, shadow: bool) -> None:
        everyone, carried = version.watching if shadow else version.serving, version.carried
        self.version: Final = version
        self.by_slot: Final = [plan.active(seats, at) for seats in everyone] if plan.left_at else everyone
        self.carried: Final = None if carried is None else plan.active(seated(carried, shadow=shadow), at)

    def at(self, number: int) -> Seats:
        """Return the people of turn ``number``."""
        if number == self.version.first_number and self.carried is not None:
            return self.carried
        return self.by_slot[self.version.slot_index(number)]


def _stretches(plan: Plan, rotation: Rotation, start: int, end: int) -> Iterator[tuple[Version, int, int]]:
    """Yield the stretches of one version within which nobody is deactivated."""
    inner = (edge for edge in {*rotation.begins, rotation.in_force[1], *plan.left_at.values()} if start < edge < end)
    for begin, finish in pairwise((start, *sorted(inner), end)):
        version = rotation.version_at(begin)
        if version is not None and begin < finish:
            yield version, begin, finish


def _around_the_clock(rotation: Rotation, seats: _Seats, start: int, end: int) -> Track:
    version = seats.version
    first, handoffs = _handoffs(version, start, end)
    slots = seats.by_slot
    place = version.slot_index(first)
    in_turn = [*slots[place:], *slots[:place]] * (len(handoffs) // len(slots) + 1)
    in_turn[0] = seats.at(first)
    where = (repeat(rotation.id), repeat(rotation.layer), repeat(None))
    turns = zip(handoffs, handoffs[1:], repeat(None), in_turn, count(version.ordinal(first)), *where)
    if all(in_turn) and all(map(lt, handoffs, islice(handoffs, 1, None))):
        return list(turns)
    # Two handoffs on one instant make an empty turn, and a slot may be a deliberate hole.
    return [turn for turn in turns if turn[0] < turn[1] and turn[3]]


def _within_windows(rotation: Rotation, seats: _Seats, start: int, end: int) -> Track:
    version = seats.version
    first, handoffs = _handoffs(version, start, end)
    first_ordinal = version.ordinal(first)
    track: Track = []
    turn = 0
    for opens, closes, day, place in openings(version.windows, offsets_of(version.cadence.zone), start, end):
        window = occurrence(day, place)
        while handoffs[turn + 1] <= opens:
            turn += 1
        begin = opens
        while begin < closes:
            finish = min(handoffs[turn + 1], closes)
            on = seats.at(first + turn)
            if begin < finish and on:
                track.append((begin, finish, None, on, first_ordinal + turn, rotation.id, rotation.layer, window))
            begin = finish
            turn += begin < closes
    return track


def _handoffs(version: Version, start: int, end: int) -> tuple[int, list[int]]:
    """Return the number of the first turn within ``[start, end)``, and the edges of all, clipped."""
    cadence = version.cadence
    first, last = cadence.number_at(start), cadence.number_at(end - 1)
    return first, [start, *cadence.handoffs_micros(first + 1, last), end]
