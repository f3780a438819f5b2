"""People come and go: joining, which may fill a role, leaving, which may not empty one by accident, and breaks."""

from dataclasses import dataclass
from datetime import datetime

from oncall.incidents.models import (
    Assignment,
    Incident,
    Participant,
    ParticipantKind,
    ParticipantStatus,
    State,
)
from oncall.incidents.services.answers import refuse_unless_speaks_for
from oncall.incidents.services.asking import gather
from oncall.incidents.services.open_handoffs import decline_handoff_in
from oncall.incidents.services.presence import come_in, go, set_status
from oncall.incidents.services.roles import REASON_LENGTH
from oncall.incidents.services.room import Room, room_of
from oncall.incidents.services.seat_answers import accept_in, give_back
from oncall.incidents.services.seats import ask_sources, seat_person
from oncall.incidents.services.words import fitting, said
from oncall.incidents.staffing import RuleValue, why_not
from rotations.actors import Actor
from rotations.errors import Conflict, Invalid
from rotations.models import Person


@dataclass(frozen=True, slots=True)
class Joined:
    """``assignments`` are what the person holds now, ``holders`` every open assignment: who won, if they did not."""

    participant: Participant
    assignments: tuple[Assignment, ...]
    holders: tuple[Assignment, ...]

    @property
    def assignment(self) -> Assignment | None:
        """The first role that the person holds, if any."""
        return next(iter(self.assignments), None)


def join(
    incident: Incident,
    *,
    person: Person,
    kind: str = ParticipantKind.RESPONDER,
    accept: bool = False,
    by: Actor,
    now: datetime,
) -> Joined:
    """Take part. A responder is given the roles that wait for whoever joins first; joining twice is harmless.

    A plain join never accepts a pending offer, one with ``accept`` does.

    Raises:
        Conflict: ``incident_resolved``; ``must_hand_off`` for a holder of roles who wants only to watch.
        Invalid: ``invalid`` for an unknown ``kind``; ``person_deactivated``.
        NotPermitted: ``by`` is somebody else.
    """
    refuse_unless_speaks_for(by, person)
    if kind not in ParticipantKind.values:
        raise Invalid("invalid", f"Join as one of {', '.join(ParticipantKind.values)}.", field="kind")
    with room_of(incident, seating=person, by=by, now=now) as room:
        room.refuse_if_resolved()
        mine = [one for one in room.open if one.person_id == person.pk]
        if mine and kind != ParticipantKind.RESPONDER:
            detail = f"{person.name} is {mine[0].role.name}; give it back first."
            raise Conflict("must_hand_off", detail, role=mine[0].role.slug)
        if _comes_in(room, person, ParticipantKind(kind)):
            _fill_waiting(room, person)
        if accept:
            _accept_all(room, mine)
    mine = [one for one in room.open if one.person_id == person.pk]
    return Joined(room.participants[person.pk], tuple(mine), tuple(room.open))


def leave(
    incident: Incident, *, person: Person, vacate: bool = False, reason: str = "", by: Actor, now: datetime
) -> Participant:
    """Stop taking part; what was only offered counts as declined. Leaving twice is harmless.

    Raises:
        Conflict: ``must_hand_off`` for whoever accepted a required role, unless ``vacate``; ``not_a_participant``;
            ``incident_resolved``.
        Invalid: ``vacate`` without a reason.
        NotPermitted: ``by`` is somebody else.
    """
    refuse_unless_speaks_for(by, person)
    note = fitting(reason, field="reason", limit=REASON_LENGTH)
    with room_of(incident, by=by, now=now) as room:
        room.refuse_if_resolved()
        if person.pk not in room.participants:
            raise Conflict("not_a_participant", f"{person.name} takes no part in this incident.")
        participant = room.participants[person.pk]
        if participant.left_at is None:
            _goes(room, participant, note=note)
        # Whoever left before may have been asked since.
        if mine := [one for one in room.open if one.person_id == person.pk]:
            give_back(room, mine, vacate=vacate, note=note)
        for handoff in [one for one in room.handoffs if one.person_id == person.pk]:
            decline_handoff_in(room, handoff, words=note)
    return participant


def change_status(incident: Incident, *, person: Person, status: str, by: Actor, now: datetime) -> Participant:
    """Say whether one is working on it: engaged, on a break, away. Saying it twice is harmless.

    Raises:
        Conflict: ``not_a_participant`` for whoever has not joined, ``incident_resolved``.
        Invalid: ``invalid`` for an unknown ``status``.
        NotPermitted: ``by`` is somebody else.
    """
    refuse_unless_speaks_for(by, person)
    if status not in ParticipantStatus.values:
        raise Invalid("invalid", f"Say one of {', '.join(ParticipantStatus.values)}.", field="status")
    with room_of(incident, by=by, now=now) as room:
        room.refuse_if_resolved()
        participant = room.participants.get(person.pk)
        if participant is None or not participant.is_here:
            raise Conflict("not_a_participant", f"{person.name} has not joined this incident.")
        set_status(room, person, ParticipantStatus(status))
    return participant


def _comes_in(room: Room, person: Person, kind: ParticipantKind) -> bool:
    """Note that ``person`` takes part as ``kind``; say whether that is news."""
    known = room.participants.get(person.pk)
    if known is not None and known.is_here and known.kind == kind:
        return False
    come_in(room, person, kind)
    room.record("joined", f"{person.name} joined as {kind.label.lower()}", person=person.pk, kind=kind)
    return True


def _goes(room: Room, participant: Participant, *, note: str) -> None:
    """Note that somebody takes part no longer; whoever was only asked to help has said that they cannot."""
    person, only_asked = participant.person, participant.joined_at is None and participant.asked_at is not None
    go(room, person)
    if only_asked:
        room.record("help_declined", f"{person.name} cannot help{said(note)}", person=person.pk, reason=note)
    else:
        room.record("left", f"{person.name} left", person=person.pk, reason=note)


def _fill_waiting(room: Room, person: Person) -> None:
    waiting = [(rule, one.seat) for one in room.vacancies if (rule := room.rule_of(one.role)).waits_for_who_joins]
    if not waiting:
        return
    facts = gather(room, [rule for rule, _ in waiting]).facts
    for rule, number in sorted(waiting, key=lambda seat: room.plan.rules.index(seat[0])):
        if room.is_required(rule) and why_not(rule, facts, person.pk) is None:
            facts = facts.with_holder(rule, person.pk)
            _give_first(room, rule, number, person)
    ask_sources(room, [])


def _give_first(room: Room, rule: RuleValue, number: int, person: Person) -> None:
    because = "first to join"
    assignment = seat_person(room, rule, number, person, state=State.ACCEPTED, because=because)
    room.record("accepted", f"{person.name} is {rule.name}: {because}", assignment=assignment, because=because)


def _accept_all(room: Room, mine: list[Assignment]) -> None:
    for assignment in mine:
        if assignment.state != State.ACCEPTED:
            accept_in(room, assignment)
