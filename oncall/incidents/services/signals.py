"""Whose turn is it? The signals of a key count in the order in which they were sent, whatever order they arrive in."""

from datetime import datetime
from typing import assert_never

from django.db import transaction

from oncall.incidents.intake import Action, Signal
from oncall.incidents.models import Delivery, Incident, Integration, Outcome, SignalKey
from oncall.incidents.services import responding
from oncall.incidents.services.declaring import end_of_merges
from oncall.incidents.services.named import agent_named
from oncall.incidents.services.responding import Arrival, Handled
from rotations.actors import Actor
from rotations.models import ActorKind

NAME_LENGTH = 200


@transaction.atomic
def handle(signal: Signal, *, integration: Integration, delivery: Delivery, now: datetime) -> Handled:
    """Do what ``signal`` says, in order with the others of its key, whose row is the lock.

    A signal is stale, and does nothing, if it was sent no later than the key's last resolve, or is not a trigger and
    was sent before its last trigger. So a resolve may overtake its trigger, and nothing opens.
    """
    if signal.action in {Action.TEST, Action.IGNORE}:
        return Handled(Outcome.IGNORED, None, signal.news)
    arrival = _arrival(signal, integration=integration, received_at=delivery.received_at, now=now)
    if not signal.dedup_key:
        return responding.declare_for(arrival)
    # Taken before anything is read of the key's incidents.
    key = _locked(arrival)
    incident = _incident_of(key)
    if _is_stale(key, signal.action, at=arrival.at):
        return Handled(
            Outcome.STALE, incident, f"Sent before the {key.last_action} of {key.last_at:%Y-%m-%d %H:%M:%S}Z."
        )
    handled = _act(arrival, incident=incident, key=key)
    _remember(key, signal.action, at=arrival.at, incident=handled.incident)
    return handled


def _arrival(signal: Signal, *, integration: Integration, received_at: datetime, now: datetime) -> Arrival:
    at = min(signal.sent_at or received_at, received_at)
    agent = agent_named(signal, integration=integration)
    name = f"{agent.name} via {integration.name}" if agent else integration.name
    return Arrival(
        signal=signal,
        integration=integration,
        by=Actor(ActorKind.INTEGRATION, integration.pk, name[:NAME_LENGTH]),
        at=at,
        occurred_at=min(signal.occurred_at or at, received_at),
        now=now,
    )


def _locked(arrival: Arrival) -> SignalKey:
    key, _ = SignalKey.objects.get_or_create(source=arrival.source, dedup_key=arrival.signal.dedup_key)
    return SignalKey.objects.select_for_update().get(pk=key.pk)


def _incident_of(key: SignalKey) -> Incident | None:
    """Return the open incident of the key, perhaps declared by hand, else the latest or the one in which it ended."""
    incidents = Incident.objects.select_for_update(no_key=True)
    open_one = incidents.filter(source=key.source, dedup_key=key.dedup_key, resolved_at=None).first()
    if open_one or not key.incident_id:
        return open_one
    # What was merged is not locked: nothing changes it any more.
    return incidents.get(pk=end_of_merges(Incident.objects.get(pk=key.incident_id)).pk)


def _is_stale(key: SignalKey, action: Action, *, at: datetime) -> bool:
    if key.last_at is None:
        return False
    if key.last_action == Action.RESOLVE:
        return at <= key.last_at
    return action is not Action.TRIGGER and at < key.last_at


def _remember(key: SignalKey, action: Action, *, at: datetime, incident: Incident | None) -> None:
    if action not in {Action.TRIGGER, Action.RESOLVE}:
        return
    if key.last_at is None or at >= key.last_at:
        key.last_at, key.last_action = at, action
    key.incident = incident
    key.save(update_fields=["last_at", "last_action", "incident"])


def _act(arrival: Arrival, *, incident: Incident | None, key: SignalKey) -> Handled:
    match arrival.signal.action:
        case Action.TRIGGER:
            resolved_at = key.last_at if key.last_action == Action.RESOLVE else None
            return responding.trigger(arrival, incident, resolved_there_at=resolved_at)
        case Action.ACKNOWLEDGE:
            return responding.acknowledge(arrival, incident)
        case Action.RESOLVE:
            return responding.resolve(arrival, incident)
        case Action.UPDATE:
            return responding.update(arrival, incident)
        case Action.TEST | Action.IGNORE:
            return Handled(Outcome.IGNORED, None)
        case _ as never:
            assert_never(never)
