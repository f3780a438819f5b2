"""What schedules need done as time passes."""

from celery import shared_task
from django.utils import timezone

from rotations.services import duty, reading, warnings


@shared_task(name="rotations.settle_duty")
def settle_duty() -> int:
    """Record what has happened in the schedules whose answer has changed; return in how many."""
    return duty.settle_due_schedules(now=timezone.now())


@shared_task(name="rotations.review_warnings")
def review_warnings() -> int:
    """Look ahead in the schedules that are due for it; return in how many."""
    return warnings.review_due_schedules(now=timezone.now())


@shared_task(name="rotations.read_absence_feeds")
def read_absence_feeds() -> int:
    """Read the calendars of absences that are due for it; return how many."""
    return reading.read_due_feeds(now=timezone.now())
