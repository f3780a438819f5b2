"""An incident runs its course: acknowledged, mitigated, resolved, perhaps reopened; its title and severity edited."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from oncall.incidents.models import Assignment, EndReason, Incident, Status
from oncall.incidents.services.asking import gather
from oncall.incidents.services.declaring import DEDUP_KEY_IS_TAKEN
from oncall.incidents.services.ending import end_incident
from oncall.incidents.services.merging import refuse_merged
from oncall.incidents.services.presence import forget_who_saw, leave_deactivated, see
from oncall.incidents.services.races import constraint_of
from oncall.incidents.services.room import Room, room_of
from oncall.incidents.services.seats import fill, required_seats
from oncall.incidents.services.severity import change_severity
from oncall.incidents.services.words import fitting, known_severity
from oncall.incidents.staffing import Previous
from rotations.actors import Actor
from rotations.errors import Conflict


def acknowledge(incident: Incident, *, by: Actor, now: datetime) -> Incident:
    """Note that somebody is looking at it. Harmless when it was acknowledged or mitigated before.

    Of whoever takes part, or is asked to, it is noted as well when they saw it: the first time, in each epoch.

    Raises:
        Conflict: ``incident_resolved``.
    """
    with room_of(incident, by=by, now=now) as room:
        room.refuse_if_resolved()
        who: dict[str, Any] = {"person": by.person.pk} if by.person else {}
        is_news = by.person is not None and see(room, by.person)
        if room.incident.status == Status.DECLARED:
            room.change(status=Status.ACKNOWLEDGED, acknowledged_at=room.at)
            room.record("acknowledged", f"{by.name} acknowledged the incident", **who)
        elif is_news:
            room.record("seen", f"{by.name} has seen the incident", **who)
    return room.incident


def mitigate(incident: Incident, *, by: Actor, now: datetime) -> Incident:
    """Note that it no longer hurts. Harmless when it was mitigated before.

    Raises:
        Conflict: ``incident_resolved``.
    """
    with room_of(incident, by=by, now=now) as room:
        room.refuse_if_resolved()
        if room.incident.status != Status.MITIGATED:
            room.change(status=Status.MITIGATED, mitigated_at=room.at)
            room.record("mitigated", f"{by.name} noted that the incident is mitigated")
    return room.incident


def resolve(incident: Incident, *, by: Actor, now: datetime) -> Incident:
    """End the incident: open assignments and vacancies end at this moment, handoffs that wait are cancelled.

    Resolving twice is harmless.
    """
    with room_of(incident, by=by, now=now) as room:
        if room.incident.resolved_at is None:
            ended = end_incident(room, because=EndReason.RESOLVED)
            room.record("resolved", f"{by.name} resolved the incident", ended=ended)
    return room.incident


def reopen(incident: Incident, *, by: Actor, now: datetime) -> Incident:
    """Open a resolved incident again, in a new epoch: every required role is offered anew. Harmless when it is open.

    The previous holder of a role comes first if on shift or if it was resolved within four hours.

    Raises:
        Conflict: ``dedup_key_taken`` if another open incident has its source and key; ``incident`` is its number.
            ``merged`` if it ended in another, ``into``.
    """
    with room_of(incident, by=by, now=now) as room:
        refuse_merged(room.incident)
        if room.incident.resolved_at is not None:
            previous = _previous_holders(room)
            room.change(
                status=Status.DECLARED,
                epoch=room.incident.epoch + 1,
                acknowledged_at=None,
                mitigated_at=None,
                resolved_at=None,
            )
            _save_reopened(room)
            forget_who_saw(room)
            room.record("reopened", f"{by.name} reopened the incident", epoch=room.incident.epoch)
            for gone in [one.person for one in room.participants.values() if not one.person.is_active]:
                leave_deactivated(room, gone)
            seats = required_seats(room)
            fill(room, seats, gather(room, [rule for rule, _ in seats], previous=previous))
    return room.incident


def edit(
    incident: Incident, *, title: str | None = None, severity: int | None = None, by: Actor, now: datetime
) -> Incident:
    """Change the title or the severity. A worse severity offers the roles it newly requires and removes nobody.

    A milder one closes the vacancies of roles that are no longer required; their holders are told that they may let go.

    Raises:
        Invalid: ``invalid`` for a title or severity that does not fit.
        Conflict: ``incident_resolved``.
    """
    new_title = None if title is None else fitting(title, field="title", limit=300, required=True)
    new_severity = None if severity is None else known_severity(severity)
    with room_of(incident, by=by, now=now) as room:
        room.refuse_if_resolved()
        if new_title is not None and new_title != room.incident.title:
            room.record("title_changed", f"{by.name} renamed the incident: {new_title}", before=room.incident.title)
            room.change(title=new_title)
        if new_severity is not None and new_severity != room.incident.severity:
            change_severity(room, new_severity)
    return room.incident


def _previous_holders(room: Room) -> dict[int, tuple[Previous, ...]]:
    """Return who had accepted each role when the incident was resolved, in order of seat."""
    until = room.incident.resolved_at or room.at
    holders: dict[int, tuple[Previous, ...]] = {}
    ended = Assignment.objects.filter(
        incident=room.incident, epoch=room.incident.epoch, end_reason=EndReason.RESOLVED, accepted_at__isnull=False
    )
    for role, person in ended.order_by("role", "seat", "-id").values_list("role", "person"):
        holders[role] = (*holders.get(role, ()), Previous(person, until))
    return holders


def _save_reopened(room: Room) -> None:
    """Save at once what another incident's key may refuse."""
    try:
        with transaction.atomic():
            room.incident.save(update_fields=["status", "resolved_at"])
    except IntegrityError as error:
        if constraint_of(error) != DEDUP_KEY_IS_TAKEN:
            raise
        key = {"source": room.incident.source, "dedup_key": room.incident.dedup_key}
        other = Incident.objects.filter(**key, resolved_at=None).first()
        detail = f"Incident #{other.number} has this source and key." if other else "Another incident has this key."
        raise Conflict("dedup_key_taken", detail, incident=other and other.number) from error
