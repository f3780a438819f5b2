"""Who serves in one rotation over a stretch of time, before absences, overrides and swaps? Turns as tracks.

The fast twin of ``turns``: it must give at every instant what that gives. Instants are in microseconds.
"""

from collections.abc import Iterator
from functools import partial
from itertools import pairwise, repeat

from rotations.engine.offsets import offsets_of
from rotations.engine.rules import Crew, seated
from rotations.engine.terms import Plan, Rotation, Slot, Version
from rotations.engine.tracks import Track
from rotations.engine.turns import occurrence
from rotations.engine.windows import openings


def turn_track(plan: Plan, rotation: Rotation, start: int, end: int, *, shadow: bool = False) -> Track:
    """Return the track of the rotation's people, or of its shadows, within ``[start, end)``."""
    track: Track = []
    for version, begin, finish in _stretches(plan, rotation, start, end):
        crews = _Crews(plan, rotation, begin, shadow=shadow)
        serve = _within_windows if version.windows else _around_the_clock
        track += serve(version, begin, finish, crews)
    return track


class _Crews(dict[Slot, Crew]):
    """The crew of each slot in a stretch in which nobody is deactivated but at its start; each made once."""

    def __init__(self, plan: Plan, rotation: Rotation, at: int, *, shadow: bool) -> None:
        super().__init__()
        self._rotation, self._shadow = rotation, shadow
        self._is_active = partial(plan.is_active, at=at)

    def __missing__(self, members: Slot) -> Crew:
        seats = seated(members, shadow=self._shadow, is_active=self._is_active)
        self[members] = crew = Crew(self._rotation.id, self._rotation.layer, seats)
        return crew


def _stretches(plan: Plan, rotation: Rotation, start: int, end: int) -> Iterator[tuple[Version, int, int]]:
    """Yield the stretches of one version within which nobody is deactivated."""
    inner = (edge for edge in {*rotation.begins, rotation.in_force[1], *plan.left_at.values()} if start < edge < end)
    for begin, finish in pairwise((start, *sorted(inner), end)):
        version = rotation.version_at(begin)
        if version is not None and begin < finish:
            yield version, begin, finish


def _around_the_clock(version: Version, start: int, end: int, crews: _Crews) -> Track:
    first, handoffs = _handoffs(version, start, end)
    place = version.slot_index(first)
    cycle = [crews[members] for members in (*version.slots[place:], *version.slots[:place])]
    in_turn = cycle * (len(handoffs) // len(cycle) + 1)
    if first == version.first_number and version.carried is not None:
        in_turn[0] = crews[version.carried]
    ordinal = version.ordinal(first)
    ordinals = range(ordinal, ordinal + len(handoffs))
    turns = zip(handoffs, handoffs[1:], in_turn, ordinals, repeat(None))
    # Two handoffs on one instant make an empty turn, and a slot may be a deliberate hole.
    return [turn for turn in turns if turn[0] < turn[1] and turn[2].seats]


def _within_windows(version: Version, start: int, end: int, crews: _Crews) -> Track:
    first, handoffs = _handoffs(version, start, end)
    track: Track = []
    turn = 0
    for opens, closes, day, place in openings(version.windows, offsets_of(version.cadence.zone), start, end):
        window = occurrence(day, place)
        while handoffs[turn + 1] <= opens:
            turn += 1
        while True:
            begin, finish = max(handoffs[turn], opens), min(handoffs[turn + 1], closes)
            crew = crews[version.members(first + turn)]._replace(window=window)
            if begin < finish and crew.seats:
                track.append((begin, finish, crew, version.ordinal(first + turn), None))
            if handoffs[turn + 1] >= closes:
                break
            turn += 1
    return track


def _handoffs(version: Version, start: int, end: int) -> tuple[int, list[int]]:
    """Return the number of the first turn within ``[start, end)``, and the edges of all, clipped."""
    cadence = version.cadence
    first, last = cadence.number_at(start), cadence.number_at(end - 1)
    return first, [start, *cadence.handoffs_micros(first + 1, last), end]
