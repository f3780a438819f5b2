"""Somebody is deactivated: what they hold in open incidents ends at that moment, and the sources are asked again."""

from datetime import datetime

from oncall.incidents.models import Incident
from oncall.incidents.services.room import room_of
from oncall.incidents.services.seats import ask_sources, end_deactivated
from rotations.actors import Actor
from rotations.models import Person


def end_seats_of(person: Person, *, by: Actor, now: datetime) -> None:
    """End every open assignment of ``person``; the ledger keeps their name. Calling twice is harmless."""
    held_in = Incident.objects.filter(assignments__person=person, assignments__ended_at=None)
    # In one order everywhere: two people deactivated at once must not wait for each other.
    for incident in held_in.distinct().order_by("number"):
        with room_of(incident, by=by, now=now) as room:
            mine = [one for one in room.open if one.person_id == person.pk]
            for assignment in mine:
                end_deactivated(room, assignment)
            ask_sources(room, [(room.rule_of(one.role), one.seat) for one in mine])
