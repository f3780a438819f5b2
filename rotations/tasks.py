"""What schedules need done as time passes."""

from celery import shared_task
from django.utils import timezone

from rotations.services import duty


@shared_task(name="rotations.settle_duty")
def settle_duty() -> int:
    """Record what has happened in the schedules whose answer has changed; return in how many."""
    return duty.settle_due_schedules(now=timezone.now())
