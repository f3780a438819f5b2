"""Somebody is deactivated: what they hold or are asked in open incidents ends at that moment, and they are gone."""

from datetime import datetime

from django.db.models import Q

from oncall.incidents.models import Assignment, Handoff, HandoffState, Incident, Participant
from oncall.incidents.services.open_handoffs import cancel_handoffs_to_deactivated
from oncall.incidents.services.presence import leave_deactivated
from oncall.incidents.services.room import room_of
from oncall.incidents.services.seats import ask_sources, end_deactivated
from oncall.incidents.services.shift_changes import offer_instead
from rotations.actors import Actor
from rotations.models import Person


def end_seats_of(person: Person, *, by: Actor, now: datetime) -> None:
    """End every open assignment of ``person`` and cancel the handoffs to them; then the sources are asked again.

    What they were offered at a shift change is offered to the next whom the plan finds. They take part in no open
    incident any more. The ledger keeps their name. Calling twice is harmless.
    """
    held_in = Assignment.objects.filter(person=person, ended_at=None).values("incident")
    here = Participant.objects.filter(person=person, left_at=None, incident__resolved_at=None).values("incident")
    asked_in = Handoff.objects.filter(person=person, state=HandoffState.OFFERED).values("assignment__incident")
    # In one order everywhere: two people deactivated at once must not wait for each other.
    for incident in Incident.objects.filter(Q(pk__in=held_in) | Q(pk__in=asked_in) | Q(pk__in=here)).order_by("number"):
        with room_of(incident, by=by, now=now) as room:
            offered = [one.assignment_id for one in room.handoffs if one.person_id == person.pk and one.is_automatic]
            cancel_handoffs_to_deactivated(room, person.pk)
            mine = [one for one in room.open if one.person_id == person.pk]
            for assignment in mine:
                end_deactivated(room, assignment)
            if room.incident.resolved_at is None:
                leave_deactivated(room, person)
            ask_sources(room, [(room.rule_of(one.role), one.seat) for one in mine])
            for seat in [one for one in room.open if one.pk in offered]:
                offer_instead(room, seat)
