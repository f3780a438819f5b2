"""Whose turn is it in one rotation, before overrides and swaps? Slots, windows and absences at one instant.

Instants are in microseconds.
"""

from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from rotations.engine.intervals import EPOCH
from rotations.engine.offsets import offsets_of
from rotations.engine.rules import Covers, absences_covered, covers_of
from rotations.engine.terms import Occurrence, Plan, Rotation, Slot, Version, seated
from rotations.engine.windows import openings

_FIRST_DAY: Final = EPOCH.toordinal()


class TurnInForce(NamedTuple):
    """The turn of a rotation at an instant; ``is_open`` unless the instant lies outside the rotation's windows."""

    rotation: Rotation
    version: Version
    number: int
    is_open: bool
    window: Occurrence | None


def turn_in_force(rotation: Rotation, at: int) -> TurnInForce | None:
    """Return the turn at an instant, or None where the rotation has not begun or has ended."""
    version = rotation.version_at(at)
    if version is None:
        return None
    number = version.cadence.number_at(at)
    if not version.windows:
        return TurnInForce(rotation, version, number, is_open=True, window=None)
    opened = openings(version.windows, offsets_of(version.cadence.zone), at, at + 1)
    window = occurrence(*opened[0][2:]) if opened else None
    return TurnInForce(rotation, version, number, is_open=bool(opened), window=window)


def people_of(plan: Plan, turn: TurnInForce, at: int) -> Covers:
    """Return the people of a turn at an instant within it, absences considered; in the order of their seats."""
    covers = _seated(plan, turn, at, shadow=False)
    absent = absent_at(plan, at)
    if not absent:
        return covers
    return absences_covered(
        covers,
        policy=plan.absence_policy,
        absent=absent,
        slots_after=slots_after(turn.version, turn.number),
        is_active=lambda person: plan.is_active(person, at),
    )


def shadows_of(plan: Plan, turn: TurnInForce, at: int) -> Covers:
    """Return the shadows of a turn at an instant within it; nobody stands in for an absent one."""
    if not turn.rotation.has_shadows:
        return ()
    shadows = _seated(plan, turn, at, shadow=True)
    absent = absent_at(plan, at)
    return tuple(cover for cover in shadows if cover.person not in absent)


def absent_at(plan: Plan, at: int) -> dict[int, int]:
    """Return whom the absence policy finds away at an instant, and by which absence: of several, the lowest id."""
    if plan.absence_policy == "flag":
        return {}
    absences = reversed(plan.absent.within(at, at + 1))
    return {away.value.person: away.value.id for away in absences}


def slots_after(version: Version, number: int) -> tuple[Slot, ...]:
    """Return the slots that follow that of turn ``number``, once around."""
    index = version.slot_index(number)
    return version.slots[index + 1 :] + version.slots[:index]


@lru_cache(maxsize=4096)
def occurrence(day: int, place: int) -> Occurrence:
    """Name one day's share of a window, in years the same days; ``day`` counts local days from 1970-01-01."""
    return Occurrence(date.fromordinal(_FIRST_DAY + day), place)


def _seated(plan: Plan, turn: TurnInForce, at: int, *, shadow: bool) -> Covers:
    if not turn.is_open:
        return ()
    rotation, version, number, _, window = turn
    seats = plan.active(seated(version.members(number), shadow=shadow), at)
    return covers_of(seats, version.ordinal(number), rotation.id, rotation.layer, window)
