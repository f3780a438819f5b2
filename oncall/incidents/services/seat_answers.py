"""Whoever is in a seat answers for it: accepts it, declines it, gives it back; in a room that is entered."""

from oncall.incidents.models import Assignment, EndReason, State
from oncall.incidents.services.room import Room
from oncall.incidents.services.seats import accept_seat, ask_sources, end
from oncall.incidents.services.words import said
from rotations.errors import Conflict, Invalid


def give_back(room: Room, assignments: list[Assignment], *, vacate: bool, note: str) -> None:
    """End what one person holds, for good or only with ``vacate`` where it is required, and ask the sources again."""
    for assignment in assignments:
        if assignment.state == State.ACCEPTED and room.is_required(room.rule_of(assignment.role)):
            _refuse_vacating(assignment, vacate=vacate, note=note)
    for assignment in assignments:
        if assignment.state != State.ACCEPTED:
            decline_in(room, assignment, note=note)
            continue
        required = room.is_required(room.rule_of(assignment.role))
        end(room, assignment, EndReason.VACATED if required else EndReason.RELEASED, note=note)
        kind = "vacated" if required else "released"
        text = f"{assignment.person.name} gave {assignment.role.name} back{said(note)}"
        room.record(kind, text, assignment=assignment, reason=note)
    ask_sources(room, [(room.rule_of(one.role), one.seat) for one in assignments])


def accept_in(room: Room, assignment: Assignment) -> Assignment:
    """Accept an offered or acting seat, in a room that is entered."""
    accept_seat(room, assignment)
    text = f"{assignment.person.name} accepted to be {assignment.role.name}"
    room.record("accepted", text, assignment=assignment)
    return assignment


def decline_in(room: Room, assignment: Assignment, *, note: str) -> None:
    """End an offered or acting seat as declined; the caller asks the sources again."""
    end(room, assignment, EndReason.DECLINED, note=note)
    text = f"{assignment.person.name} declined to be {assignment.role.name}{said(note)}"
    room.record("declined", text, assignment=assignment, reason=note)


def _refuse_vacating(assignment: Assignment, *, vacate: bool, note: str) -> None:
    if not vacate:
        detail = f"{assignment.person.name} is {assignment.role.name}: hand it off, or vacate it with a reason."
        raise Conflict("must_hand_off", detail, role=assignment.role.slug)
    if not note:
        raise Invalid("invalid", "Say why the role is left without a handoff.", field="reason")
