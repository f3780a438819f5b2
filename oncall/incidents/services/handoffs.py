"""A role goes from its holder to somebody else, with what they need to know; until they accept, the holder has it."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

from oncall.incidents.models import Assignment, CancelReason, EndReason, Handoff, HandoffState, Incident, Role, State
from oncall.incidents.services.answers import (
    refuse_clash,
    refuse_unless_speaks_for,
    role_taken,
    with_holder,
)
from oncall.incidents.services.open_handoffs import (
    cancel_handoff_in,
    close_handoff,
    decline_handoff_in,
    expire_handoff_in,
    handoff_of,
    open_handoff,
    path_of,
    tell,
)
from oncall.incidents.services.room import Room, room_of
from oncall.incidents.services.seats import ask_sources, end, seat_person
from oncall.incidents.services.words import fitting, said
from rotations.actors import Actor
from rotations.errors import Conflict, Invalid, NotPermitted
from rotations.models import Person

NOTE_LENGTH = 2000
WORDS_LENGTH = 500


@dataclass(frozen=True, slots=True)
class HandoffNote:
    """What the recipient needs to know; what is empty was not said."""

    status: str = ""
    hypotheses_open: str = ""
    ruled_out: str = ""
    last_update: str = ""
    next_check_in: datetime | None = None


def offer_handoff(
    incident: Incident,
    *,
    role: Role,
    person: Person,
    to: Person,
    note: HandoffNote | None = None,
    by: Actor,
    now: datetime,
) -> Handoff:
    """Let ``person``, who accepted the role, ask ``to`` to take it over. Offering the same twice is harmless.

    Whoever is asked need not take part; they join on accepting. Whether roles exclude each other is looked at then.
    What was offered at a shift change gives way.

    Raises:
        Conflict: ``handoff_open`` with ``handoff`` if another one of theirs waits, ``not_accepted``, ``role_taken`` if
            ``to`` holds a seat of this role, ``incident_resolved``.
        Invalid: ``invalid`` for a handoff to oneself or a note that does not fit; ``person_deactivated``.
        NotPermitted: ``person`` does not hold the role (``holder`` does); ``by`` is somebody else.
    """
    refuse_unless_speaks_for(by, person)
    if to == person:
        raise Invalid("invalid", "A role is handed to somebody else.", field="to")
    note = _fitting_note(note or HandoffNote())
    with room_of(incident, seating=to, seated_as="to", by=by, now=now) as room:
        room.refuse_if_resolved()
        assignment = _seat_to_hand_off(room, role, person)
        _refuse_seated(room, role, to)
        if waiting := handoff_of(room, assignment):
            if _is_same(waiting, to, note):
                return waiting
            _make_way(room, waiting, person)
        handoff = open_handoff(room, assignment, to, **asdict(note))
        tell(
            room,
            handoff,
            "handoff_offered",
            f"{person.name} offers to hand {role.name} to {to.name}{said(note.status)}",
        )
    return handoff


def accept_handoff(handoff: Handoff, *, person: Person, by: Actor, now: datetime) -> Assignment:
    """Take over: one assignment ends and the next begins at one instant, and the recipient joins.

    Accepting twice is harmless. It can be accepted after its time, until it is ended: whoever commits first wins.

    Raises:
        Conflict: ``handoff_cancelled`` with ``reason``, ``already_answered``, ``offer_expired``, ``stale_epoch``,
            ``role_taken`` if they hold another seat of it (each with ``holder``), ``exclusive``.
        NotPermitted: ``person`` is not the recipient; ``by`` is somebody else.
        Invalid: ``person_deactivated``.
    """
    refuse_unless_speaks_for(by, person)
    _refuse_unless_recipient(handoff, person)
    with room_of(handoff.assignment.incident, seating=person, by=by, now=now) as room:
        mine = _waiting_or_answered(room, handoff)
        if (taken := _taken_over(room, mine)) is not None:
            return taken
        _refuse_answered(room, mine)
        return _hand_over(room, mine)


def decline_handoff(handoff: Handoff, *, person: Person, reason: str = "", by: Actor, now: datetime) -> Handoff:
    """Refuse to take over; the holder goes on. Declining twice is harmless.

    Raises:
        Conflict: as ``accept_handoff``.
        NotPermitted: ``person`` is not the recipient; ``by`` is somebody else.
    """
    refuse_unless_speaks_for(by, person)
    _refuse_unless_recipient(handoff, person)
    words = fitting(reason, field="reason", limit=WORDS_LENGTH)
    with room_of(handoff.assignment.incident, by=by, now=now) as room:
        mine = _waiting_or_answered(room, handoff)
        if mine.state != HandoffState.DECLINED or mine.epoch != room.incident.epoch:
            _refuse_answered(room, mine)
            decline_handoff_in(room, mine, words=words)
    return mine


def cancel_handoff(handoff: Handoff, *, person: Person, by: Actor, now: datetime) -> Handoff:
    """Take back what one offered; one goes on. Twice is harmless.

    Raises:
        Conflict: as ``accept_handoff``.
        NotPermitted: ``person`` does not hold the role; ``by`` is somebody else.
    """
    refuse_unless_speaks_for(by, person)
    if handoff.assignment.person_id != person.pk:
        raise NotPermitted(f"Only {handoff.assignment.person.name} takes this handoff back.", field="person")
    with room_of(handoff.assignment.incident, by=by, now=now) as room:
        mine = _waiting_or_answered(room, handoff)
        if mine.reason != CancelReason.WITHDRAWN or mine.epoch != room.incident.epoch:
            _refuse_answered(room, mine)
            cancel_handoff_in(room, mine, CancelReason.WITHDRAWN, cause=f"{person.name} took it back")
    return mine


def expire_due_handoffs(*, now: datetime, limit: int = 100) -> int:
    """End, in order of due time, the handoffs that nobody answered in time; return how many. The holders go on.

    Each is claimed under its incident's lock: an answer given meanwhile wins, and a second worker finds nothing.
    """
    due = Handoff.objects.filter(state=HandoffState.OFFERED, expires_at__lte=now).order_by("expires_at", "id")
    claimed = 0
    for handoff in due.select_related("assignment__incident")[:limit]:
        with room_of(handoff.assignment.incident, by=Actor.system(), now=now) as room:
            for mine in [one for one in room.handoffs if one.pk == handoff.pk]:
                expire_handoff_in(room, mine)
                claimed += 1
    return claimed


def _fitting_note(note: HandoffNote) -> HandoffNote:
    texts = [each.name for each in fields(note) if each.name != "next_check_in"]
    fit: dict[str, Any] = {
        name: fitting(getattr(note, name), field=f"note.{name}", limit=NOTE_LENGTH) for name in texts
    }
    return replace(note, **fit)


def _seat_to_hand_off(room: Room, role: Role, person: Person) -> Assignment:
    seats = room.in_role(role.pk)
    mine = next((one for one in seats if one.person_id == person.pk), None)
    if mine is None:
        refusal = with_holder("not_permitted", f"{person.name} is not {role.name}.", next(iter(seats), None))
        raise NotPermitted(refusal.detail, holder=refusal.extra["holder"])
    if mine.state != State.ACCEPTED:
        raise Conflict("not_accepted", f"{person.name} has not accepted to be {role.name}.", holder=person)
    return mine


def _is_same(waiting: Handoff, to: Person, note: HandoffNote) -> bool:
    return waiting.person_id == to.pk and all(getattr(waiting, name) == value for name, value in asdict(note).items())


def _make_way(room: Room, waiting: Handoff, person: Person) -> None:
    """Let what the holder says take the place of what a shift change offered without a word."""
    if not waiting.is_automatic:
        detail = f"{path_of(waiting)} waits for an answer; take it back first."
        raise Conflict("handoff_open", detail, handoff=waiting.pk)
    cancel_handoff_in(room, waiting, CancelReason.WITHDRAWN, cause=f"{person.name} hands it off in their own words")


def _refuse_seated(room: Room, role: Role, person: Person) -> None:
    for seat in room.in_role(role.pk):
        if seat.person_id == person.pk:
            raise role_taken(seat)


def _refuse_unless_recipient(handoff: Handoff, person: Person) -> None:
    if handoff.person_id != person.pk:
        raise NotPermitted(f"This was offered to {handoff.person.name}.", field="person")


def _waiting_or_answered(room: Room, handoff: Handoff) -> Handoff:
    """Return the handoff as it stands under the lock."""
    waiting = next((one for one in room.handoffs if one.pk == handoff.pk), None)
    return waiting or Handoff.objects.select_related("person", "assignment__person", "assignment__role").get(
        pk=handoff.pk
    )


def _seat_of(room: Room, handoff: Handoff) -> Assignment | None:
    seats = room.in_role(handoff.assignment.role_id)
    return next((one for one in seats if one.seat == handoff.assignment.seat), None)


def _taken_over(room: Room, handoff: Handoff) -> Assignment | None:
    """Return what the recipient took over by this handoff, while they hold it."""
    if handoff.state != HandoffState.ACCEPTED or handoff.epoch != room.incident.epoch:
        return None
    seat = _seat_of(room, handoff)
    return seat if seat and (seat.person_id, seat.since) == (handoff.person_id, handoff.answered_at) else None


def _refuse_answered(room: Room, handoff: Handoff) -> None:
    if handoff.state == HandoffState.OFFERED:
        return
    holder = _seat_of(room, handoff)
    if handoff.epoch != room.incident.epoch:
        raise with_holder("stale_epoch", "The incident was reopened since; that handoff is no longer open.", holder)
    match HandoffState(handoff.state):
        case HandoffState.CANCELLED:
            detail = f"{path_of(handoff)} was cancelled: {CancelReason(handoff.reason).label.lower()}."
            raise with_holder("handoff_cancelled", detail, holder, reason=handoff.reason)
        case HandoffState.EXPIRED:
            raise with_holder("offer_expired", f"The handoff expired at {handoff.answered_at:%H:%MZ}.", holder)
        case _:
            raise with_holder("already_answered", f"{path_of(handoff)} was {handoff.state} already.", holder)


def _hand_over(room: Room, handoff: Handoff) -> Assignment:
    before, person = handoff.assignment, handoff.person
    rule = room.rule_of(before.role)
    _refuse_seated(room, before.role, person)
    refuse_clash(room, rule, person)
    close_handoff(room, handoff, HandoffState.ACCEPTED)
    # Compared by key: the room's own object is the one that ends.
    end(room, next(one for one in room.open if one == before), EndReason.HANDED_OFF)
    because = f"handed off by {before.person.name}"
    if handoff.is_automatic:
        because = f"{handoff.because}, after the shift of {before.person.name}"
    evidence = handoff.evidence
    after = seat_person(room, rule, before.seat, person, state=State.ACCEPTED, because=because, evidence=evidence)
    text = f"{person.name} took {rule.name} over from {before.person.name}"
    room.record("handed_off", text, assignment=after, handoff=handoff.pk, taken_from=before.person_id)
    ask_sources(room, [])
    return after
