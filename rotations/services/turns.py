"""Which turn is to be swapped, who holds it, and may this person take it over? The checks of every step of a swap."""

from datetime import datetime
from typing import NamedTuple

from rotations.engine import terms
from rotations.engine.held import holders, turn_numbered
from rotations.engine.intervals import Interval
from rotations.errors import Conflict, Invalid, NotPermitted
from rotations.models import Person, Rotation, SlotMember
from rotations.queries.memory import plan_of_held
from rotations.queries.reach import FIRST, LAST


class TurnNumber(NamedTuple):
    """A turn of a rotation, by its ordinal."""

    rotation: Rotation
    ordinal: int


class SwappedTurn(NamedTuple):
    """A turn as it stands in a held schedule, and the part of it that is left to be swapped."""

    plan: terms.Plan
    rotation: terms.Rotation
    ordinal: int
    span: Interval
    left: Interval

    def is_held_by(self, person: Person) -> bool:
        return person.pk in holders(self.plan, self.rotation, self.ordinal, self.left)


def turn_to_swap(turn: TurnNumber, *, part: Interval | None, moment: datetime) -> SwappedTurn:
    """Return the turn as it stands, and what is left at ``moment`` of ``part``, or of all of it.

    Raises:
        Conflict: ``in_the_past``.
        Invalid: ``unknown_turn``; ``outside_turn`` for a part that shares no instant with the turn.
    """
    plan = plan_of_held(turn.rotation.schedule)
    rotation = next(rotation for rotation in plan.rotations if rotation.id == turn.rotation.pk)
    span = turn_numbered(rotation, turn.ordinal)
    if span is None or not FIRST <= span.start < LAST:
        raise Invalid("unknown_turn", f"{turn.rotation.name} has no turn {turn.ordinal}.", field="ordinal")
    if span.end <= moment:
        raise Conflict("in_the_past", f"Turn {turn.ordinal} of {turn.rotation.name} is over.", field="ordinal")
    kept = span if part is None else span.clip(part)
    if kept is None:
        raise Invalid("outside_turn", f"That is outside the turn, {_told(span)}.", field="start")
    if kept.end <= moment:
        raise Conflict("in_the_past", "That part of the turn is over.", field="end")
    return SwappedTurn(plan, rotation, turn.ordinal, span, Interval(max(kept.start, moment), kept.end))


def require_holds(turn: SwappedTurn, person: Person, *, field: str) -> None:
    """Let through whoever holds the turn in what is left of it.

    Raises:
        Conflict: ``not_their_turn``.
    """
    if not turn.is_held_by(person):
        raise Conflict("not_their_turn", f"It is not the turn of {person}, {_told(turn.left)}.", field=field)


def require_free(turn: SwappedTurn, person: Person, *, field: str) -> None:
    """Let through who does not serve in the turn already: nobody can be on twice.

    Raises:
        Conflict: ``already_on_turn``.
    """
    if turn.is_held_by(person):
        raise Conflict("already_on_turn", f"{person} is on in this turn already.", field=field)


def require_team(rotation: Rotation, person: Person) -> None:
    """Let through whoever is in the team of the schedule, or a member of the rotation.

    Raises:
        NotPermitted: ``person`` is neither.
    """
    team = rotation.schedule.team
    in_rotation = SlotMember.objects.filter(slot__version__rotation=rotation, person=person, shadow=False)
    if not (team.memberships.filter(person=person).exists() or in_rotation.exists()):
        raise NotPermitted(f"{person} is neither in {team} nor in {rotation.name}.", field="person")


def _told(span: Interval) -> str:
    return f"{span.start:%Y-%m-%d %H:%M}Z to {span.end:%Y-%m-%d %H:%M}Z"
