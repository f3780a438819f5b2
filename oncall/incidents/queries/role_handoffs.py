"""Which handoffs are there of a role, and which wait for an answer?"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from oncall.incidents.models import Handoff, HandoffState, Incident, Role
from rotations.errors import NotThere


class Taken(NamedTuple):
    """What tells a span of a seat from all others of its incident: role, seat, person, and when it began."""

    role_slug: str
    seat: int
    person: int
    since: datetime | None


def handoffs_of(incident: Incident, role: Role) -> QuerySet[Handoff]:
    """Return every handoff of a role in this incident, the latest first; page it by id."""
    return handoffs().filter(assignment__incident=incident, assignment__role=role).order_by("-id")


def open_handoffs(incidents: Iterable[Incident]) -> dict[int, Handoff]:
    """Return the handoffs that wait for an answer, by assignment: one query at any number of incidents."""
    numbers = [incident.number for incident in incidents]
    waiting = handoffs().filter(assignment__incident__in=numbers, state=HandoffState.OFFERED)
    return {handoff.assignment_id: handoff for handoff in waiting.order_by("id")}


def taken_over(incident: Incident) -> dict[Taken, Handoff]:
    """Return the handoffs of an incident that were accepted, by the span of a seat that each began."""
    accepted = handoffs().filter(assignment__incident=incident, state=HandoffState.ACCEPTED)
    return {
        Taken(one.assignment.role.slug, one.assignment.seat, one.person_id, one.answered_at): one for one in accepted
    }


def handoff_numbered(number: int) -> Handoff:
    """Return one handoff.

    Raises:
        NotThere: none has this number.
    """
    if handoff := handoffs().filter(pk=number).first():
        return handoff
    raise NotThere(f"There is no handoff {number}.")


def handoffs() -> QuerySet[Handoff]:
    """Return every handoff with the people, the role and the incident it is about."""
    return Handoff.objects.select_related(
        "person", "assignment__person", "assignment__role", "assignment__incident"
    ).defer("assignment__evidence")
