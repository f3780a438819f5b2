"""Offers by the thousand, written at once: declaring an incident for each would take longer than all that follows."""

from datetime import datetime

from oncall.incidents.models import Assignment, Handoff, Incident, Service, State
from rotations.models import ActorKind, Person
from tests.factories.incidents import NIGHT, role
from tests.factories.rotations import EARLY

SEATS = 100
ASKED = 500


def waiting_offers(count: int, *, of: Service, accept_by: datetime) -> None:
    """Write that many open offers of a role outside the plan, a hundred to an incident, to five hundred people."""
    helper = role("helper")
    asked = list(Person.objects.filter(email__startswith="asked")) or Person.objects.bulk_create(
        Person(email=f"asked{number}@example.test", name=f"Asked {number}", password="!", joined_at=EARLY)
        for number in range(min(count, ASKED))
    )
    incidents = Incident.objects.bulk_create(
        Incident(
            title=f"Number {number}",
            service=of,
            declared_at=NIGHT,
            last_event_at=NIGHT,
            declared_by_kind=ActorKind.SYSTEM,
            declared_by_name="Oncall",
        )
        for number in range(-(-count // SEATS))
    )
    Assignment.objects.bulk_create(
        (
            Assignment(
                incident=incidents[number // SEATS],
                role=helper,
                seat=number % SEATS + 1,
                person=asked[number % len(asked)],
                state=State.OFFERED,
                since=NIGHT,
                accept_by=accept_by,
                because="asked",
            )
            for number in range(count)
        ),
        batch_size=5000,
    )


def waiting_handoffs(*, to: Person, expires_at: datetime) -> None:
    """Let whoever was asked by ``waiting_offers`` have accepted, and hand it all to ``to``."""
    seats = Assignment.objects.filter(role=role("helper"), state=State.OFFERED)
    numbers = list(seats.values_list("pk", flat=True))
    seats.update(state=State.ACCEPTED, accepted_at=NIGHT)
    Handoff.objects.bulk_create(
        (
            Handoff(assignment_id=number, epoch=1, person=to, offered_at=NIGHT, expires_at=expires_at)
            for number in numbers
        ),
        batch_size=5000,
    )
