"""What incidents need done when nobody does anything."""

from celery import shared_task
from django.utils import timezone

from oncall.incidents.services import handoffs, nagging, relief, roles, shift_changes


@shared_task(name="incidents.expire_offers")
def expire_offers() -> int:
    """Pass on the role offers that nobody accepted in time; return how many."""
    return roles.expire_due_offers(now=timezone.now())


@shared_task(name="incidents.expire_handoffs")
def expire_handoffs() -> int:
    """End the handoffs that nobody answered in time; return how many."""
    return handoffs.expire_due_handoffs(now=timezone.now())


@shared_task(name="incidents.nag_seats")
def nag_seats() -> int:
    """Remind of the roles that nobody accepted, then call the managers; return of how many."""
    return nagging.nag_due_seats(now=timezone.now())


@shared_task(name="incidents.announce_shift_changes")
def announce_shift_changes() -> int:
    """Tell the open incidents of whom else goes on call; return how many schedules were looked at."""
    return shift_changes.announce_due_changes(now=timezone.now())


@shared_task(name="incidents.suggest_relief")
def suggest_relief() -> int:
    """Suggest who may relieve whoever has held a role for long; return for how many."""
    return relief.suggest_due_relief(now=timezone.now())
