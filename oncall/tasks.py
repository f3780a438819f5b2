"""The project's own periodic work."""

from celery import shared_task
from django.utils import timezone

from oncall.services import heartbeat


@shared_task(name="oncall.heartbeat")
def record_heartbeat() -> None:
    """Show that beat sends, the broker delivers and a worker works."""
    heartbeat.record(now=timezone.now())
