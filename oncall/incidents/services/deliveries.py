"""Taking in what a sender delivers: it is stored first, then acted on, and acted on once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q

from oncall.incidents.intake import Signal
from oncall.incidents.models import Delivery, Integration, Outcome
from oncall.incidents.services.signals import handle

ARRIVAL_IS_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a delivery led to; the same for the same delivery, however often it comes."""

    outcome: Outcome
    incident: int | None
    delivery: UUID


def receive(integration: Integration, *, signal: Signal, body: str, now: datetime) -> Answer:
    """Store a delivery, act on its signal, and return what came of it.

    The same delivery again gives the stored answer. Storing is a transaction of its own: where acting fails, what was
    sent is kept, and the sender's retry finds it unanswered and acts.
    """
    delivery = _stored(integration, key=signal.delivery_key, body=body, now=now)
    if not delivery.outcome:
        delivery = _acted_on(delivery, signal=signal, integration=integration, now=now)
    return Answer(Outcome(delivery.outcome), delivery.incident_id, delivery.pk)


def _acted_on(delivery: Delivery, *, signal: Signal, integration: Integration, now: datetime) -> Delivery:
    with transaction.atomic():
        # Two copies at once: the second waits here for the answer of the first.
        delivery = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if not delivery.outcome:
            handled = handle(signal, integration=integration, delivery=delivery, now=now)
            delivery.outcome, delivery.incident = handled.outcome, handled.incident
            delivery.detail = handled.detail[:500]
            delivery.save(update_fields=["outcome", "incident", "detail"])
    return delivery


def _stored(integration: Integration, *, key: str, body: str, now: datetime) -> Delivery:
    _note_arrival(integration, now=now)
    # What its sender does not mark is never a repetition.
    key = key or str(uuid4())
    try:
        with transaction.atomic():
            return Delivery.objects.create(integration=integration, key=key, received_at=now, body=body)
    except IntegrityError:
        return Delivery.objects.get(integration=integration, key=key)


def _note_arrival(integration: Integration, *, now: datetime) -> None:
    """Keep that it sends: one small write a minute, so that deliveries do not wait for each other on this row."""
    due = now - ARRIVAL_IS_NOTED_EVERY
    if integration.last_delivery_at is None or integration.last_delivery_at <= due:
        late = Q(last_delivery_at=None) | Q(last_delivery_at__lte=due)
        Integration.objects.filter(late, pk=integration.pk).update(last_delivery_at=now)
