"""Roles change hands: accepted, declined, taken, assigned, released, passed on when nobody answers."""

from datetime import datetime

from oncall.incidents.models import Assignment, EndReason, Incident, Role, State
from oncall.incidents.services.answers import (
    may_force,
    nothing_to_answer,
    refuse_clash,
    refuse_outsider,
    refuse_unless_speaks_for,
    role_taken,
)
from oncall.incidents.services.room import Room, room_of
from oncall.incidents.services.seat_answers import accept_in, decline_in, give_back
from oncall.incidents.services.seats import ask_sources, end, end_deactivated, pass_on, seat_person
from oncall.incidents.services.words import fitting, said
from oncall.incidents.staffing import RuleValue
from rotations.actors import Actor
from rotations.errors import Conflict, Invalid, NotPermitted
from rotations.models import Person

REASON_LENGTH = 500


def accept(incident: Incident, *, role: Role, person: Person, by: Actor, now: datetime) -> Assignment:
    """Accept the role that was offered to ``person``, who thereby joins. Accepting twice is harmless.

    An offer can be accepted after its deadline, until it is passed on: whoever commits first wins.

    Raises:
        Conflict: ``incident_resolved``, ``not_offered``, ``offer_expired``, ``already_answered``, ``stale_epoch``,
            ``role_taken`` (each with ``holder``), ``exclusive``.
        NotPermitted: ``by`` is somebody else.
        Invalid: ``person_deactivated``.
    """
    refuse_unless_speaks_for(by, person)
    with room_of(incident, seating=person, by=by, now=now) as room:
        room.refuse_if_resolved()
        assignment = _seat_of(room, role, person)
        if assignment.state != State.ACCEPTED:
            accept_in(room, assignment)
    return assignment


def decline(
    incident: Incident, *, role: Role, person: Person, by: Actor, now: datetime, reason: str = ""
) -> Assignment:
    """Decline the role that was offered to ``person``; the next candidate is offered it at once.

    They are not offered this role again in this incident, except by a person's choice.

    Raises:
        Conflict: as ``accept``, and ``already_answered`` for whoever accepted.
        NotPermitted: ``by`` is somebody else.
    """
    refuse_unless_speaks_for(by, person)
    note = fitting(reason, field="reason", limit=REASON_LENGTH)
    with room_of(incident, by=by, now=now) as room:
        room.refuse_if_resolved()
        assignment = _seat_of(room, role, person)
        if assignment.state == State.ACCEPTED:
            raise Conflict("already_answered", f"{person.name} accepted {role.name} already.", holder=person)
        decline_in(room, assignment, note=note)
        ask_sources(room, [(room.rule_of(role), assignment.seat)])
    return assignment


def take(
    incident: Incident,
    *,
    role: Role,
    person: Person,
    force: bool = False,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> Assignment:
    """Take a role that is vacant, offered or acting; taking is accepting. Taking what one holds is harmless.

    A role that somebody accepted is taken only with ``force`` and a ``reason``, by a manager of the service's team or
    an administrator.

    Raises:
        Conflict: ``role_taken`` with ``holder``, ``not_a_participant`` for whoever is no responder, ``exclusive``,
            ``incident_resolved``.
        NotPermitted: ``force`` by somebody who may not; ``by`` is somebody else.
        Invalid: ``force`` without a reason; ``person_deactivated``.
    """
    refuse_unless_speaks_for(by, person)
    note = fitting(reason, field="reason", limit=REASON_LENGTH)
    with room_of(incident, seating=person, by=by, now=now) as room:
        room.refuse_if_resolved()
        if held := _held_by(room, role, person):
            return accept_in(room, held) if held.state != State.ACCEPTED else held
        number, holder = _seat_to_take(room, room.rule_of(role))
        if holder is not None and holder.state == State.ACCEPTED:
            _refuse_force(room, holder, force=force, reason=note)
        else:
            refuse_outsider(room, person)
        return _take_seat(room, room.rule_of(role), number, person, holder=holder, note=note)


def assign(incident: Incident, *, role: Role, person: Person, by: Actor, now: datetime) -> Assignment:
    """Offer a role that nobody accepted to ``person``; naming oneself is taking it. Offering again is harmless.

    Raises:
        Conflict: ``role_taken`` with ``holder`` if somebody accepted it; ``exclusive``, ``incident_resolved``, and
            ``not_a_participant`` for whoever takes it without being a responder.
        Invalid: ``person_deactivated``.
    """
    if by.person == person:
        return take(incident, role=role, person=person, by=by, now=now)
    with room_of(incident, seating=person, by=by, now=now) as room:
        room.refuse_if_resolved()
        if held := _held_by(room, role, person):
            return held
        rule = room.rule_of(role)
        number, holder = _seat_to_take(room, rule)
        if holder is not None and holder.state == State.ACCEPTED:
            raise role_taken(holder)
        refuse_clash(room, rule, person)
        if holder is not None:
            end(room, holder, EndReason.TAKEN, note=f"offered to {person.name} instead")
        because = f"assigned by {by.name}"
        assignment = seat_person(room, rule, number, person, state=State.OFFERED, because=because)
        instead = f" instead of {holder.person.name}" if holder else ""
        text = f"{by.name} asks {person.name} to be {rule.name}{instead}"
        taken_from = holder.person_id if holder else None
        room.record("offered", text, assignment=assignment, because=because, taken_from=taken_from)
        ask_sources(room, [])
        return assignment


def release(
    incident: Incident,
    *,
    role: Role,
    person: Person,
    vacate: bool = False,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> Assignment:
    """Give a role back. A required one only with ``vacate`` and a ``reason``; then its sources are asked again.

    Giving back what one has not accepted is declining it.

    Raises:
        Conflict: ``must_hand_off``, ``not_offered`` for whoever does not hold it, ``incident_resolved``.
        Invalid: ``vacate`` without a reason.
        NotPermitted: ``by`` is somebody else.
    """
    refuse_unless_speaks_for(by, person)
    note = fitting(reason, field="reason", limit=REASON_LENGTH)
    with room_of(incident, by=by, now=now) as room:
        room.refuse_if_resolved()
        assignment = _seat_of(room, role, person)
        give_back(room, [assignment], vacate=vacate, note=note)
    return assignment


def _seat_of(room: Room, role: Role, person: Person) -> Assignment:
    if assignment := _held_by(room, role, person):
        return assignment
    raise nothing_to_answer(room, role, person)


def _held_by(room: Room, role: Role, person: Person) -> Assignment | None:
    return next((one for one in room.in_role(role.pk) if one.person_id == person.pk), None)


def _seat_to_take(room: Room, rule: RuleValue) -> tuple[int, Assignment | None]:
    """Return the seat that displaces the least: one without a holder, else acting, offered, accepted."""
    holders = {one.seat: one for one in room.in_role(rule.role)}
    for number in range(1, rule.seats + 1):
        if number not in holders:
            return number, None
    ease = [State.ACTING, State.OFFERED, State.ACCEPTED]
    holder = min(holders.values(), key=lambda one: (ease.index(State(one.state)), one.seat))
    return holder.seat, holder


def _take_seat(
    room: Room, rule: RuleValue, number: int, person: Person, *, holder: Assignment | None, note: str
) -> Assignment:
    refuse_clash(room, rule, person)
    if holder is not None:
        end(room, holder, EndReason.TAKEN, note=note)
    because = f"taken by {room.by.name}{said(note)}" if holder else "taken while vacant"
    assignment = seat_person(room, rule, number, person, state=State.ACCEPTED, because=because)
    from_whom = f" from {holder.person.name}" if holder else ""
    room.record(
        "taken",
        f"{person.name} took {rule.name}{from_whom}{said(note)}",
        assignment=assignment,
        taken_from=holder.person_id if holder else None,
        reason=note,
    )
    ask_sources(room, [])
    return assignment


def _refuse_force(room: Room, holder: Assignment, *, force: bool, reason: str) -> None:
    if not force:
        raise role_taken(holder)
    if not may_force(room.incident, room.by):
        raise NotPermitted(f"Only managers of the service's team and administrators take a role from {holder.person}.")
    if not reason:
        raise Invalid("invalid", "Say why the role is taken from its holder.", field="reason")


def expire_due_offers(*, now: datetime, limit: int = 100) -> int:
    """Pass on, in order of due time, the offers nobody answered in time; return how many were due.

    Each is claimed under its incident's lock: an answer given meanwhile wins, and a second worker finds nothing.
    """
    due = Assignment.objects.filter(state=State.OFFERED, accept_by__lte=now).order_by("accept_by", "id")
    claimed = 0
    for assignment in due.select_related("incident")[:limit]:
        with room_of(assignment.incident, by=Actor.system(), now=now) as room:
            for mine in [one for one in room.open if one.pk == assignment.pk and one.state == State.OFFERED]:
                _pass_on(room, mine)
                claimed += 1
    return claimed


def _pass_on(room: Room, assignment: Assignment) -> None:
    if assignment.person.is_active:
        pass_on(room, assignment)
        ask_sources(room, [])
    else:
        # Deactivated in the instant in which they were asked; they are not left to act.
        end_deactivated(room, assignment)
        ask_sources(room, [(room.rule_of(assignment.role), assignment.seat)])
