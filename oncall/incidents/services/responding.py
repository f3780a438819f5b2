"""What a signal does once its turn has come: it triggers, acknowledges, resolves or updates the incident of its key."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from oncall.incidents.intake import Signal, severity_of
from oncall.incidents.models import Incident, Integration, Outcome, Status
from oncall.incidents.services import lifecycle
from oncall.incidents.services.declaring import declare
from oncall.incidents.services.named import people_named, service_named
from oncall.incidents.services.room import room_of
from rotations.actors import Actor
from rotations.errors import Conflict
from rotations.models import ActorKind

# A trigger within this time of the resolution reopens the incident; later, it declares one that is linked to it.
REOPEN_WINDOW = timedelta(hours=24)
TITLE_LENGTH = 300
NEWS_LENGTH = URL_LENGTH = 2000
NAME_LENGTH = 200
NOTHING_TO_DO = "Nothing was ever declared with this key."


@dataclass(frozen=True, slots=True)
class Handled:
    """What came of a signal; ``detail`` is for whoever reads the log of deliveries."""

    outcome: Outcome
    incident: Incident | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A signal and who sent it. ``at`` is the sender's time, ``occurred_at`` when it broke; none is in the future."""

    signal: Signal
    integration: Integration
    by: Actor
    at: datetime
    occurred_at: datetime
    now: datetime

    @property
    def source(self) -> str:
        return self.signal.source or self.integration.slug


def trigger(arrival: Arrival, incident: Incident | None, *, resolved_there_at: datetime | None) -> Handled:
    """Declare, attach to what is open, or reopen what was resolved before this broke.

    ``resolved_there_at`` is when the sender resolved by its own clock, null if it did not: then ours counts.
    """
    if incident is None:
        return declare_for(arrival)
    if incident.resolved_at is None:
        return Handled(Outcome.ATTACHED, incident)
    if arrival.occurred_at <= (_resolved_there(incident, arrival, at=resolved_there_at) or incident.resolved_at):
        _note(arrival, incident, "still firing")
        return Handled(Outcome.ATTACHED, incident, "Still firing; broken since before the resolution.")
    if arrival.now - incident.resolved_at > REOPEN_WINDOW:
        return declare_for(arrival, earlier=incident)
    try:
        reopened = lifecycle.reopen(incident, by=arrival.by, now=arrival.now)
    except Conflict:
        # Somebody declared one with this key by hand, in this instant: that is the one to attach to.
        return declare_for(arrival)
    _note(arrival, reopened, "triggered again")
    return Handled(Outcome.REOPENED, reopened)


def _resolved_there(incident: Incident, arrival: Arrival, *, at: datetime | None) -> datetime | None:
    """Return ``at`` if it was this sender who resolved the incident, null if somebody here did."""
    resolution = incident.timeline.filter(kind="resolved").last()
    by_sender = resolution is not None and (resolution.actor_kind, resolution.actor_id) == (
        ActorKind.INTEGRATION,
        arrival.integration.pk,
    )
    return at if by_sender else None


def declare_for(arrival: Arrival, *, earlier: Incident | None = None) -> Handled:
    """Declare what the signal says is broken, on the integration's default service if it names none of ours."""
    signal, integration = arrival.signal, arrival.integration
    service = service_named(signal.service)
    declared = declare(
        title=signal.title[:TITLE_LENGTH],
        severity=severity_of(signal.severity, over=integration.severity_map) or integration.default_severity,
        service=service or integration.default_service,
        source=arrival.source,
        dedup_key=signal.dedup_key,
        is_drill=signal.is_drill,
        occurred_at=arrival.occurred_at,
        hints=people_named(signal, integration=integration),
        by=arrival.by,
        now=arrival.now,
    )
    if not declared.created:
        return Handled(Outcome.ATTACHED, declared.incident)
    detail = ""
    if signal.service and service is None:
        detail = f"No service is called {signal.service[:100]!r}; opened on {integration.default_service}."
    linked = f"As incident #{earlier.pk}, resolved before." if earlier else ""
    _note(arrival, declared.incident, " ".join(filter(None, ("triggered.", detail, linked))), earlier=earlier)
    return Handled(Outcome.DECLARED, declared.incident, detail)


def acknowledge(arrival: Arrival, incident: Incident | None) -> Handled:
    """Note that somebody of theirs looks at it, unless ours went further."""
    if incident is None:
        return Handled(Outcome.IGNORED, None, NOTHING_TO_DO)
    if _ended_in(arrival, incident):
        return _heard(arrival, incident, "acknowledged there")
    if incident.status != Status.DECLARED:
        return Handled(Outcome.ATTACHED, incident, f"It was {incident.status} already.")
    return Handled(Outcome.ACKNOWLEDGED, lifecycle.acknowledge(incident, by=arrival.by, now=arrival.now))


def resolve(arrival: Arrival, incident: Incident | None) -> Handled:
    """End the incident, unless it has ended."""
    if incident is None:
        return Handled(Outcome.IGNORED, None, NOTHING_TO_DO)
    if _ended_in(arrival, incident):
        return _heard(arrival, incident, "resolved there")
    if incident.resolved_at is not None:
        return Handled(Outcome.ATTACHED, incident, "It was resolved already.")
    return Handled(Outcome.RESOLVED, lifecycle.resolve(incident, by=arrival.by, now=arrival.now))


def update(arrival: Arrival, incident: Incident | None) -> Handled:
    """Take over what changed there, and say so."""
    if incident is None:
        return Handled(Outcome.IGNORED, None, NOTHING_TO_DO)
    if _ended_in(arrival, incident):
        return _heard(arrival, incident, arrival.signal.news or "updated")
    signal = arrival.signal
    severity = severity_of(signal.severity, over=arrival.integration.severity_map)
    if incident.resolved_at is None and (severity or signal.title):
        incident = lifecycle.edit(
            incident,
            severity=severity or incident.severity,
            title=signal.title[:TITLE_LENGTH] or incident.title,
            by=arrival.by,
            now=arrival.now,
        )
    _note(arrival, incident, signal.news or "updated")
    return Handled(Outcome.UPDATED, incident)


def _ended_in(arrival: Arrival, incident: Incident) -> bool:
    """Say whether the key's own incident was merged into this one, which is about more than the key."""
    return (incident.source, incident.dedup_key) != (arrival.source, arrival.signal.dedup_key)


def _heard(arrival: Arrival, incident: Incident, text: str) -> Handled:
    """Let the timeline say it and change nothing: one of several troubles does not decide for all."""
    _note(arrival, incident, text)
    return Handled(Outcome.ATTACHED, incident, f"Its incident was merged into #{incident.pk}; noted there.")


def _note(arrival: Arrival, incident: Incident, text: str, *, earlier: Incident | None = None) -> None:
    """Let the timeline say what the sender said, and where to look there."""
    said: dict[str, Any] = {
        "url": arrival.signal.url[:URL_LENGTH],
        "sent_at": arrival.at.isoformat(),
        "service": arrival.signal.service[:NAME_LENGTH],
        "earlier": earlier and earlier.pk,
    }
    data = {name: value for name, value in said.items() if value}
    with room_of(incident, by=arrival.by, now=arrival.now) as room:
        room.record("signal", f"{arrival.by.name}: {text[:NEWS_LENGTH]}", **data)
