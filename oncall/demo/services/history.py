"""What broke at the demo's company? One incident that was resolved yesterday, and one that runs."""

from datetime import datetime, timedelta

from oncall.incidents.models import Incident, Integration, ParticipantKind, ParticipantStatus, Service
from oncall.incidents.queries import incident_view, role_named
from oncall.incidents.services import bringing_in, lifecycle, notes, participants, roles
from oncall.incidents.services.declaring import declare
from rotations.actors import Actor
from rotations.models import ActorKind, Person, Schedule


def minutes(count: int) -> timedelta:
    """Return a span of ``count`` minutes."""
    return timedelta(minutes=count)


def resolve_one(service: Service, integration: Integration, staff: dict[str, Person], *, now: datetime) -> None:
    """Let an incident of yesterday run its course: whoever was asked to lead did not answer, and Elif took over."""
    frances, elif_ = staff["frances"], staff["elif"]
    incident = _declare("Card payments time out at the gateway", 1, service, integration, "gateway-timeouts", at=now)
    participants.join(incident, person=frances, by=_as(frances), now=now + minutes(2))
    participants.join(incident, person=elif_, by=_as(elif_), now=now + minutes(3))
    roles.take(incident, role=role_named("lead"), person=elif_, by=_as(elif_), now=now + minutes(4))
    lifecycle.acknowledge(incident, by=_as(elif_), now=now + minutes(5))
    _accept(incident, "communications", now=now + minutes(6))
    _note(
        incident, frances, "The time-outs began with the latest deploy of the gateway's client.", now=now + minutes(11)
    )
    _note(incident, elif_, "Rolling the client back. Retries are off until it is out.", now=now + minutes(14))
    lifecycle.mitigate(incident, by=_as(elif_), now=now + minutes(23))
    _note(incident, frances, "Error rate is back under 0.1 %. Watching for half an hour.", now=now + minutes(25))
    lifecycle.resolve(incident, by=_as(elif_), now=now + minutes(55))


def start_one(
    service: Service, integration: Integration, network: Schedule, staff: dict[str, Person], *, now: datetime
) -> None:
    """Let an incident run: it has a lead, an open offer, and a role that waits for the first who joins.

    Frances follows it, and is on a break; whoever is on call for the network was asked to help.
    """
    incident = _declare("Public API answers 502 in one request of twelve", 2, service, integration, "api-502", at=now)
    leader = _accept(incident, "lead", now=now + minutes(2))
    lifecycle.acknowledge(incident, by=_as(leader), now=now + minutes(2))
    frances = staff["frances"]
    observer, on_break = ParticipantKind.OBSERVER, ParticipantStatus.ON_BREAK
    participants.join(incident, person=frances, kind=observer, by=_as(frances), now=now + minutes(3))
    _note(incident, leader, "Only the eastern region; the others are clean. Draining it.", now=now + minutes(7))
    participants.change_status(incident, person=frances, status=on_break, by=_as(frances), now=now + minutes(8))
    why = "Packets get lost between the eastern region and the load balancers."
    bringing_in.ask_on_call(incident, schedule=network, reason=why, by=_as(leader), now=now + minutes(9))


def _declare(
    title: str, severity: int, service: Service, integration: Integration, key: str, *, at: datetime
) -> Incident:
    sender = Actor(ActorKind.INTEGRATION, integration.pk, integration.name)
    declared = declare(
        title=title, severity=severity, service=service, source=integration.slug, dedup_key=key, by=sender, now=at
    )
    return declared.incident


def _accept(incident: Incident, role: str, *, now: datetime) -> Person:
    """Let whoever was asked accept ``role``; return them."""
    holder = next(seat.holder for seat in incident_view(incident.number).roles if seat.role_slug == role)
    roles.accept(incident, role=role_named(role), person=holder, by=_as(holder), now=now)
    return holder


def _note(incident: Incident, person: Person, text: str, *, now: datetime) -> None:
    notes.add_note(incident, text=text, by=_as(person), now=now)


def _as(person: Person) -> Actor:
    return Actor.of_person(person)
