"""How does more help come? Those on call elsewhere are asked to join, whoever is next there, or somebody by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall.incidents.models import Incident
from oncall.incidents.services.presence import responds
from oncall.incidents.services.room import Room, room_of
from oncall.incidents.services.words import fitting, said, together
from rotations import queries
from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.errors import Conflict, Invalid
from rotations.models import Absence, Person, Schedule

REASON_LENGTH = 500
# Whoever is next on call is looked for this far ahead: every turn of a large rotation of weeks.
LOOKED_AHEAD = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Asked:
    """``people`` were asked by this call; ``already`` were asked before, or are here."""

    people: tuple[Person, ...]
    already: tuple[Person, ...] = ()


def ask_on_call(incident: Incident, *, schedule: Schedule, reason: str = "", by: Actor, now: datetime) -> Asked:
    """Ask everybody who is on call in ``schedule`` to help. Twice is harmless: nobody is asked again.

    Whoever said that they cannot, or left, is not asked anew, except by name.

    Raises:
        Conflict: ``no_one_on_call`` with ``schedule``, and ``next_at`` if somebody takes over; ``nobody_left_to_ask``
            if everybody on call there left; ``incident_resolved``.
        Invalid: ``invalid`` for a reason that does not fit.
    """
    words = fitting(reason, field="reason", limit=REASON_LENGTH)
    with room_of(incident, by=by, now=now) as room:
        room.refuse_if_resolved()
        [answer] = queries.on_call([schedule], at=room.at)
        if not answer.people:
            raise _nobody_on_call(answer)
        fit = [one.person for one in answer.people if not _went(room, one.person)]
        if not fit:
            detail = f"Everybody on call in {schedule.name} left, or cannot help; ask for who is next there."
            raise Conflict("nobody_left_to_ask", detail, schedule=schedule.slug)
        return _ask(room, fit, via=f"on call in {schedule.slug}", reason=words, schedule=schedule)


def ask_next_on_call(incident: Incident, *, schedule: Schedule, reason: str = "", by: Actor, now: datetime) -> Asked:
    """Ask one more person of ``schedule``: the first to be on call, from now on, who was not asked and is not away.

    Every call asks somebody else.

    Raises:
        Conflict: ``nobody_left_to_ask`` if nobody is on call there within half a year, or all were asked;
            ``incident_resolved``.
        Invalid: ``invalid`` for a reason that does not fit.
    """
    words = fitting(reason, field="reason", limit=REASON_LENGTH)
    with room_of(incident, by=by, now=now) as room:
        room.refuse_if_resolved()
        first = _first_to_be_asked(room, schedule)
        if first is None:
            detail = f"Everybody who is on call in {schedule.name} by turns was asked, or is away."
            raise Conflict("nobody_left_to_ask", detail, schedule=schedule.slug)
        on_call = "on call" if first.start <= room.at else "next on call"
        return _ask(room, [first.person], via=f"{on_call} in {schedule.slug}", reason=words, schedule=schedule)


def ask_person(incident: Incident, *, person: Person, reason: str = "", by: Actor, now: datetime) -> Asked:
    """Ask somebody by name to help, also if they left or could not before. Twice is harmless.

    Raises:
        Conflict: ``incident_resolved``.
        Invalid: ``invalid`` for oneself, or a reason that does not fit; ``person_deactivated``.
    """
    words = fitting(reason, field="reason", limit=REASON_LENGTH)
    if by.person == person:
        raise Invalid("invalid", "To help oneself, one joins.", field="person")
    with room_of(incident, seating=person, by=by, now=now) as room:
        room.refuse_if_resolved()
        return _ask(room, [person], via="", reason=words, schedule=None)


def _nobody_on_call(answer: "queries.OnCall") -> Conflict:
    schedule, following = answer.schedule, answer.next
    then = f"; {following.people[0].name} is next, at {following.at:%Y-%m-%dT%H:%M:%SZ}" if following else ""
    detail = f"Nobody is on call in {schedule.name}{then}."
    return Conflict("no_one_on_call", detail, schedule=schedule.slug, next_at=following and following.at)


def _first_to_be_asked(room: Room, schedule: Schedule) -> "queries.ShiftRow | None":
    """Return the first shift, by whom each is first, of somebody who may still be asked."""
    first_of: dict[int, queries.ShiftRow] = {}
    for shift in queries.shifts_of(schedule, window=Interval(room.at, room.at + LOOKED_AHEAD)).shifts:
        first_of.setdefault(shift.person.pk, shift)
    away = Absence.objects.filter(person__in=first_of, start__lte=room.at, end__gt=room.at)
    passed_over = set(away.values_list("person", flat=True))
    for shift in first_of.values():
        person = shift.person
        if person.pk not in passed_over and not _went(room, person) and not _is_asked_or_here(room, person):
            return shift
    return None


def _went(room: Room, person: Person) -> bool:
    participant = room.participants.get(person.pk)
    return participant is not None and participant.left_at is not None


def _is_asked_or_here(room: Room, person: Person) -> bool:
    if _went(room, person):
        return False
    participant = room.participants.get(person.pk)
    is_asked = participant is not None and participant.asked_at is not None
    return is_asked or responds(room, person) or any(seat.person_id == person.pk for seat in room.open)


def _ask(room: Room, people: Sequence[Person], *, via: str, reason: str, schedule: Schedule | None) -> Asked:
    """Ask those who were not, and are not here; whoever only watches is asked to respond."""
    fresh = [person for person in people if not _is_asked_or_here(room, person)]
    because = f"{f'{via}, ' if via else ''}asked by {room.by.name}{said(reason)}"
    for person in fresh:
        participant = room.participant(person)
        participant.asked_at, participant.asked_because = room.at, because
        if not participant.is_here:
            participant.joined_at = participant.left_at = None
    if fresh:
        text = f"{room.by.name} asks {together(fresh)} to help{f', {via}' if via else ''}{said(reason)}"
        slug, ids = schedule and schedule.slug, [person.pk for person in fresh]
        room.record("help_asked", text, schedule=slug, people=ids, words=reason)
    return Asked(tuple(fresh), tuple(person for person in people if person not in fresh))
