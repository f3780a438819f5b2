"""Who is here, are they working on it, and have they seen it? What a participant's row says, under the lock."""

from oncall.incidents.models import Participant, ParticipantKind, ParticipantStatus
from oncall.incidents.services.room import Room
from rotations.models import Person


def responds(room: Room, person: Person) -> bool:
    """Say whether ``person`` is here as a responder."""
    participant = room.participants.get(person.pk)
    return participant is not None and participant.responds


def come_in(room: Room, person: Person, kind: ParticipantKind) -> Participant:
    """Note that ``person`` takes part as ``kind``, from this moment, and works on it."""
    participant = room.participant(person)
    participant.kind, participant.joined_at, participant.left_at = kind, room.at, None
    participant.status, participant.status_since = ParticipantStatus.ENGAGED, room.at
    answered_help(participant)
    return participant


def go(room: Room, person: Person) -> None:
    """Note that ``person`` takes part no longer, from this moment."""
    participant = room.participant(person)
    participant.left_at = room.at
    answered_help(participant)


def leave_deactivated(room: Room, person: Person) -> None:
    """Let somebody who was deactivated take part no longer; harmless where they do not."""
    known = room.participants.get(person.pk)
    if known is not None and known.left_at is None:
        go(room, person)
        room.record("left", f"{person.name} was deactivated", person=person.pk, reason="deactivated")


def answered_help(participant: Participant) -> None:
    """Forget that somebody is asked to help: they came, or said that they cannot."""
    participant.asked_at, participant.asked_because = None, ""


def stop_asking_for_help(room: Room) -> None:
    """Take back what nobody answered: the incident has ended."""
    for one in [one for one in room.participants.values() if one.asked_at is not None]:
        answered_help(room.participant(one.person))


def set_status(room: Room, person: Person, status: ParticipantStatus) -> None:
    """Note whether somebody who is here works on it; harmless when it is known."""
    before = room.participants[person.pk].status
    if before == status:
        return
    participant = room.participant(person)
    participant.status, participant.status_since = status, room.at
    words = "is back" if status == ParticipantStatus.ENGAGED else f"is {status.label.lower()}"
    room.record("status_changed", f"{person.name} {words}", person=person.pk, status=status, before=before)


def see(room: Room, person: Person) -> bool:
    """Note that somebody who takes part, or is asked to, has seen the incident; say whether that is news."""
    known = room.participants.get(person.pk)
    if known is None or known.left_at is not None or known.acknowledged_at is not None:
        return False
    room.participant(person).acknowledged_at = room.at
    return True


def forget_who_saw(room: Room) -> None:
    """Begin anew, in a new epoch: nobody has seen it yet."""
    for one in [one for one in room.participants.values() if one.acknowledged_at is not None]:
        room.participant(one.person).acknowledged_at = None
