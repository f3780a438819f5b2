"""What is a shift called, so that a calendar knows it again after every change?

A calendar replaces an event by the one of the same UID (RFC 5545, section 3.8.4.7). So a shift is named by the place
it fills, never by the person or the times in it. The place is

- a seat of one turn: rotation, ordinal, seat, and, where windows split the turn, the window's start date and index.
  Edits keep the ordinals of turns, so they keep these names;
- for somebody who serves no turn (added, or put on instead of everyone), the override that put them there.

The first piece of a place bears its plain name, whoever works it: when an override or a swap gives a whole turn to
another person, the event stays and its text changes. Only what is cut off after that bears a longer name:

- with the override or swap by which it begins (Bo takes Wednesday of Ada's week: ``override 5``);
- with the override that ended where it begins (Ada again from Thursday: ``after override 5``), which stays the same
  when the override ends early;
- else with the instant at which it begins (a higher layer covered the hours before, an absence ended).

One seat has one person at any instant, a place has one first instant, an override one start and one end: no two
shifts share a name. All of it is read off the shift and the plan, so the name does not depend on the window that was
asked for. The shift must be whole, not clipped.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from rotations.engine.intervals import DAY, micros
from rotations.engine.offsets import offsets_of
from rotations.engine.terms import Override, Plan, Rotation, Shift, Step, Version
from rotations.engine.turns import occurrence
from rotations.engine.windows import openings

NAMESPACE: Final = UUID("6db97a69-c6ac-59c1-b9a4-69c67ccfdcde")

# One day's share of a window, with a clock change in it and the zone edited half a world away meanwhile.
_LONGEST_OPENING: Final = 5 * DAY


def uid_of(plan: Plan, shift: Shift) -> str:
    """Return the UID of a whole shift of ``plan``."""
    return str(uuid5(NAMESPACE, "/".join([*_place(shift), *_piece(plan, shift)])))


def _place(shift: Shift) -> Iterator[str]:
    if shift.ordinal is None:
        yield _named(shift.chain[0])
        return
    yield f"rotation {shift.rotation}"
    yield f"turn {shift.ordinal}"
    yield f"seat {shift.seat}"
    if shift.window is not None:
        yield f"window {shift.window.starts_on.isoformat()} {shift.window.place}"


def _piece(plan: Plan, shift: Shift) -> Iterator[str]:
    """Yield nothing for the first piece of its place, else what tells it from the others."""
    if _is_first(plan, shift):
        return
    if shift.chain and shift.start == _start_of(plan, shift.chain[-1]):
        yield _named(shift.chain[-1])
        return
    ended = _ended_at(plan, shift.start)
    yield f"after override {ended.id}" if ended else f"from {shift.start:%Y-%m-%dT%H:%M:%S.%f}Z"


def _is_first(plan: Plan, shift: Shift) -> bool:
    """Tell whether the place of ``shift`` was not there before the shift began."""
    if shift.ordinal is None:
        return shift.start == _start_of(plan, shift.chain[0])
    rotation = next(rotation for rotation in plan.rotations if rotation.id == shift.rotation)
    return not any(_has_place(version, shift, end) for version, end in _versions_before(rotation, shift.start))


def _versions_before(rotation: Rotation, moment: datetime) -> Iterator[tuple[Version, int]]:
    """Yield the versions in force before ``moment``, each with the end of its part, the latest first."""
    end = moment
    for version in reversed(rotation.versions):
        if version.effective_at < end:
            yield version, micros(end)
            end = version.effective_at


def _has_place(version: Version, shift: Shift, end: int) -> bool:
    """Tell whether ``version`` had the place of ``shift`` before ``end``; its last turn there is the only candidate."""
    number = version.cadence.number_at(end - 1)
    if version.ordinal(number) != shift.ordinal:
        return False
    if not version.windows or shift.window is None:
        return not version.windows and shift.window is None
    start = max(micros(version.effective_at), version.cadence.handoff_micros(number), end - _LONGEST_OPENING)
    opened = openings(version.windows, offsets_of(version.cadence.zone), start, end)
    return any(occurrence(day, place) == shift.window for _, _, day, place in opened)


def _start_of(plan: Plan, step: Step) -> datetime | None:
    if step.kind == "swap":
        swap = next(swap for swap in plan.swaps if swap.id == step.id)
        return swap.span.start if swap.span else None
    return next(override.start for override in plan.overrides if override.id == step.id)


def _ended_at(plan: Plan, moment: datetime) -> Override | None:
    return min((override for override in plan.overrides if override.end == moment), key=lambda o: o.id, default=None)


def _named(step: Step) -> str:
    return f"{step.kind} {step.id}"
