"""What incidents need done when nobody does anything."""

from celery import shared_task
from django.utils import timezone

from oncall.incidents.services import handoffs, roles


@shared_task(name="incidents.expire_offers")
def expire_offers() -> int:
    """Pass on the role offers that nobody accepted in time; return how many."""
    return roles.expire_due_offers(now=timezone.now())


@shared_task(name="incidents.expire_handoffs")
def expire_handoffs() -> int:
    """End the handoffs that nobody answered in time; return how many."""
    return handoffs.expire_due_handoffs(now=timezone.now())
