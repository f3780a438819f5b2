"""Two incidents turn out to be one: the later one ends in the other, and what comes in for it lands there."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime

from oncall.incidents.models import EndReason, Incident, ParticipantKind
from oncall.incidents.services.ending import end_incident
from oncall.incidents.services.presence import come_in
from oncall.incidents.services.room import Room, room_of
from oncall.incidents.services.seats import ask_sources
from rotations.actors import Actor
from rotations.errors import Conflict, Invalid
from rotations.models import Person


def merge(incident: Incident, *, into: Incident, by: Actor, now: datetime) -> Incident:
    """End ``incident`` in ``into``: its roles end, whoever takes part takes part there, where nobody loses a role.

    It cannot be undone. Merging the same twice is harmless.

    Raises:
        Invalid: ``invalid`` for an incident into itself, a drill into a real one or the reverse.
        Conflict: ``incident_resolved`` if either is; ``merged`` with ``into`` if either was merged into another.
    """
    if incident.pk == into.pk:
        raise Invalid("invalid", "An incident is merged into another one.", field="into")
    with _rooms(incident, into, by=by, now=now) as (room, target):
        if room.incident.merged_into_id != into.pk:
            _refuse(room, target)
            asked = [one for one in room.participants.values() if one.asked_at is not None]
            waiting = {one.person: one.asked_because for one in asked}
            _end_in(room, target.incident)
            _bring_in(target, room, waiting)
    return room.incident


def refuse_merged(incident: Incident) -> None:
    """Refuse to go on with an incident that ended in another."""
    if incident.merged_into_id is not None:
        detail = f"Incident #{incident.pk} was merged into #{incident.merged_into_id}; go on there."
        raise Conflict("merged", detail, into=incident.merged_into_id)


@contextmanager
def _rooms(first: Incident, second: Incident, *, by: Actor, now: datetime) -> Iterator[tuple[Room, Room]]:
    """Enter both rooms, in one order everywhere: two that are merged into each other must not wait for ever."""
    with ExitStack() as doors:
        ordered = sorted((first, second), key=lambda one: one.pk)
        rooms = {one.pk: doors.enter_context(room_of(one, by=by, now=now)) for one in ordered}
        yield rooms[first.pk], rooms[second.pk]


def _refuse(room: Room, target: Room) -> None:
    for one in (room, target):
        refuse_merged(one.incident)
        if one.incident.resolved_at is not None:
            raise Conflict("incident_resolved", f"Incident #{one.incident.pk} is resolved; reopen it first.")
    if room.incident.is_drill is not target.incident.is_drill:
        raise Invalid("invalid", "A drill and an incident are not merged.", field="into")


def _end_in(room: Room, target: Incident) -> None:
    ended = end_incident(room, because=EndReason.MERGED)
    room.change(merged_into=target)
    text = f"{room.by.name} merged this incident into #{target.pk} {target.title}"
    room.record("merged", text, into=target.pk, ended=ended)


def _bring_in(target: Room, room: Room, waiting: Mapping[Person, str]) -> None:
    """Copy whoever is there, and the calls for help that wait; whoever left the target stays away.

    Roles that nobody holds are offered anew.
    """
    came = []
    for one in [one for one in room.participants.values() if one.is_here]:
        known = target.participants.get(one.person_id)
        if known is None or (known.joined_at is None and known.left_at is None):
            participant = come_in(target, one.person, ParticipantKind(one.kind))
            participant.status = one.status
            came.append(one.person)
    asked = [person.pk for person, because in waiting.items() if _ask_on(target, person, because)]
    merged = room.incident
    text = f"{target.by.name} merged #{merged.pk} {merged.title} into this incident"
    target.record("merged_in", text, merged=merged.pk, joined=[person.pk for person in came], asked=asked)
    ask_sources(target, [(target.rule_of(one.role), one.seat) for one in target.vacancies])


def _ask_on(target: Room, person: Person, because: str) -> bool:
    """Let somebody who is asked to help, and has not answered, be asked to help there; say whether that is news."""
    known = target.participants.get(person.pk)
    if known is not None and (known.left_at is not None or known.responds or known.asked_at is not None):
        return False
    participant = target.participant(person)
    participant.asked_at, participant.asked_because = target.at, because
    return True
