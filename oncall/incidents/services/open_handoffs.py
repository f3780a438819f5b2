"""How does the waiting of a handoff begin and end? It is answered, or what it was about is no longer there."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from oncall.incidents.models import Assignment, CancelReason, EndReason, Handoff, HandoffState, State
from oncall.incidents.services.managers import call_managers, managers_of_service
from oncall.incidents.services.room import Room
from oncall.incidents.services.words import said
from oncall.incidents.staffing import Proposal
from rotations.models import Person

ANSWERED_WITHIN = timedelta(minutes=10)


def handoff_of(room: Room, assignment: Assignment) -> Handoff | None:
    """Return the handoff of a seat that waits for an answer, if one does."""
    return next((one for one in room.handoffs if one.assignment_id == assignment.pk), None)


def open_handoff(room: Room, assignment: Assignment, to: Person, **fields: Any) -> Handoff:
    """Let an accepted seat be offered to ``to``; the caller tells."""
    handoff = Handoff.objects.create(
        assignment=assignment,
        epoch=room.incident.epoch,
        person=to,
        offered_at=room.at,
        expires_at=room.at + ANSWERED_WITHIN,
        **fields,
    )
    room.handoffs.append(handoff)
    return handoff


def offer_automatically(room: Room, assignment: Assignment, to: Person, proposal: Proposal) -> None:
    """Offer a seat to whoever the plan proposes, in place of its holder, whose shift has ended."""
    because = proposal.because[:500]
    handoff = open_handoff(room, assignment, to, is_automatic=True, because=because, evidence=proposal.evidence_json())
    holder, role = assignment.person.name, assignment.role.name
    text = f"The shift of {holder} ended: {role} is offered to {to.name}, {because}; {holder} goes on until then"
    tell(room, handoff, "handoff_offered", text, is_automatic=True, because=because)


def expire_handoff_in(room: Room, handoff: Handoff) -> None:
    """End one of the room's handoffs that nobody answered in time; the holder goes on."""
    close_handoff(room, handoff, HandoffState.EXPIRED)
    holder, role = handoff.assignment.person.name, handoff.assignment.role.name
    tell(room, handoff, "handoff_expired", f"{path_of(handoff)} was not answered in time; {holder} goes on as {role}")
    _escalate(room, handoff)


def close_handoff(
    room: Room, handoff: Handoff, state: HandoffState, *, reason: CancelReason | None = None, words: str = ""
) -> None:
    """End the waiting of one of the room's handoffs at this moment."""
    handoff.state = state
    handoff.answered_at = room.at
    handoff.reason = reason or ""
    handoff.words = words
    handoff.save(update_fields=["state", "answered_at", "reason", "words"])
    room.handoffs.remove(handoff)


def cancel_handoff_in(room: Room, handoff: Handoff, reason: CancelReason, *, cause: str) -> None:
    """Cancel one of the room's handoffs, and say what caused it."""
    close_handoff(room, handoff, HandoffState.CANCELLED, reason=reason)
    tell(room, handoff, "handoff_cancelled", f"{path_of(handoff)} was cancelled: {cause}", because=reason)


def cancel_handoffs(room: Room, ended: Iterable[Assignment], *, because: EndReason) -> None:
    """Cancel what waits of assignments that end."""
    # Only what was accepted is handed off: for the others there is nothing to read.
    assignments = {one.pk for one in ended if one.state == State.ACCEPTED}
    waiting = [one for one in room.handoffs if one.assignment_id in assignments] if assignments else []
    for handoff in waiting:
        cause = f"{handoff.assignment.role.name} ended as {because.label.lower()}"
        cancel_handoff_in(room, handoff, CancelReason(because), cause=cause)


def cancel_handoffs_to_deactivated(room: Room, person_id: int) -> None:
    """Cancel what waits for somebody who was deactivated."""
    for handoff in [one for one in room.handoffs if one.person_id == person_id]:
        cause = f"{handoff.person.name} was deactivated"
        cancel_handoff_in(room, handoff, CancelReason.DEACTIVATED, cause=cause)


def decline_handoff_in(room: Room, handoff: Handoff, *, words: str) -> None:
    """End one of the room's handoffs as declined; the holder goes on."""
    close_handoff(room, handoff, HandoffState.DECLINED, words=words)
    holder, role = handoff.assignment.person.name, handoff.assignment.role.name
    tell(
        room,
        handoff,
        "handoff_declined",
        f"{handoff.person.name} declined {role} from {holder}{said(words)}",
        reason=words,
    )
    _escalate(room, handoff)


def _escalate(room: Room, handoff: Handoff) -> None:
    """Call the managers for what the plan offered at a shift change and nobody took; what people offer is theirs."""
    if handoff.is_automatic:
        seat = handoff.assignment
        answered = "declined it" if handoff.state == HandoffState.DECLINED else "did not answer"
        why = (
            f"The shift of {seat.person.name} ended and {handoff.person.name} {answered}; "
            f"{seat.person.name} goes on as {seat.role.name}"
        )
        about = {"handoff": handoff.pk, "to": handoff.person_id, "because": str(handoff.state)}
        call_managers(room, managers_of_service(room), why, kind="handoff_escalated", assignment=seat, **about)


def tell(room: Room, handoff: Handoff, kind: str, text: str, **data: object) -> None:
    """Note what became of a handoff; the fact names it, its assignment and to whom it goes."""
    room.record(kind, text, assignment=handoff.assignment, handoff=handoff.pk, to=handoff.person_id, **data)


def path_of(handoff: Handoff) -> str:
    """Return what it is in words: ``The handoff of Lead from Ada to Bo``."""
    seat = handoff.assignment
    return f"The handoff of {seat.role.name} from {seat.person.name} to {handoff.person.name}"
