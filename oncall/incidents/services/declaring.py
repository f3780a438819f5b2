"""An incident starts: it is declared once, and every role that somebody can be found for is filled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from oncall.incidents.models import DEFAULT_SEVERITY, Incident, Service
from oncall.incidents.queries import IncidentView, view_of
from oncall.incidents.services.asking import gather
from oncall.incidents.services.pinning import plan_in_force
from oncall.incidents.services.races import constraint_of
from oncall.incidents.services.room import Room, hold_active
from oncall.incidents.services.seats import fill, make_present
from oncall.incidents.services.words import fitting, known_severity
from rotations.actors import Actor
from rotations.errors import Invalid
from rotations.models import Person

DEDUP_KEY_IS_TAKEN = "an_open_incident_has_its_dedup_key_alone"
# Losing the race for a key to an incident that is resolved before it can be read is rare; three times is never.
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Declared:
    """The incident, and whether this call declared it; otherwise the call attached to one that was there.

    ``view`` is the incident as this call declared it, which saves reading it again.
    """

    incident: Incident
    created: bool
    view: IncidentView | None = None


def declare(
    *,
    title: str,
    severity: int | None = None,
    service: Service | None = None,
    source: str = "",
    dedup_key: str = "",
    is_drill: bool = False,
    occurred_at: datetime | None = None,
    hints: Sequence[Person] = (),
    by: Actor,
    now: datetime,
) -> Declared:
    """Declare an incident and fill every role that somebody can be found for, all or nothing.

    Nobody to be found makes a vacancy, never a failure. While an incident with this ``source`` and ``dedup_key`` is
    open, or one that was merged into an open one, the call attaches to that and changes nothing. ``hints`` are people
    the declaring system named; they show in the evidence. Whoever declares takes part as a responder.

    Raises:
        Invalid: ``invalid`` for a title, severity, source or key that does not fit; ``unknown_service`` if none is
            given and none is the default; ``person_deactivated`` for whoever declares.
    """
    incident = Incident(
        title=fitting(title, field="title", limit=300, required=True),
        severity=known_severity(DEFAULT_SEVERITY if severity is None else severity),
        source=fitting(source, field="source", limit=100),
        dedup_key=fitting(dedup_key, field="dedup_key", limit=255),
        is_drill=is_drill,
        occurred_at=occurred_at,
        declared_at=now,
        last_event_at=now,
        declared_by_kind=by.kind,
        declared_by_id=by.id,
        declared_by_name=by.name,
    )
    for _ in range(ATTEMPTS):
        try:
            return _declare(incident, service=service, hints=hints, by=by, now=now)
        except IntegrityError as error:
            # Another transaction was faster with the same key: the next look finds its incident.
            if constraint_of(error) != DEDUP_KEY_IS_TAKEN:
                raise
    raise AssertionError(f"{incident.dedup_key!r} was taken and free again {ATTEMPTS} times")


@transaction.atomic
def _declare(
    incident: Incident, *, service: Service | None, hints: Sequence[Person], by: Actor, now: datetime
) -> Declared:
    if open_one := _open_with_key_of(incident):
        return Declared(open_one, created=False)
    if by.person is not None:
        hold_active(by.person)
    incident.service = service or _default_service()
    plan = plan_in_force(incident.service)
    incident.plan = plan.to_json()
    incident.save(force_insert=True)
    room = Room.of_new(incident, by=by, now=now)
    room.record("declared", f"{by.name} declared {incident.title}", severity=incident.severity)
    if by.person is not None:
        make_present(room, by.person)
    rules = plan.required_at(incident.severity)
    seats = [(rule, number) for rule in rules for number in range(1, rule.seats + 1)]
    fill(room, seats, gather(room, rules, declarer=by.person, hints=hints))
    room.leave()
    view = view_of(incident, room.open, room.vacancies, room.participants.values())
    return Declared(incident, created=True, view=view)


def _default_service() -> Service:
    if service := Service.objects.filter(is_default=True).first():
        return service
    raise Invalid("unknown_service", "Name a service: none is the default.", field="service")


def _open_with_key_of(incident: Incident) -> Incident | None:
    if not incident.dedup_key:
        return None
    same_key = Q(source=incident.source, dedup_key=incident.dedup_key)
    # Written out on both sides, so that each finds its index.
    found = Incident.objects.filter((same_key & Q(resolved_at=None)) | (same_key & Q(merged_into__isnull=False)))
    known = list(found.select_related("service").order_by("-number"))
    if open_one := next((one for one in known if one.resolved_at is None), None):
        return open_one
    target = end_of_merges(known[0]) if known else None
    return target if target and target.resolved_at is None else None


def end_of_merges(incident: Incident) -> Incident:
    """Return the incident in which this one ended, itself if it was not merged. Nothing merged is ever reopened."""
    while incident.merged_into_id is not None:
        incident = Incident.objects.select_related("service").get(pk=incident.merged_into_id)
    return incident
