"""Is background work being done? A worker says so, in the one place that every web process can see."""

from datetime import datetime

from oncall.models import Heartbeat


def record(*, now: datetime) -> None:
    """Note that a worker was alive at ``now``; calling twice is harmless."""
    Heartbeat.objects.update_or_create(pk=Heartbeat.THE_ONE, defaults={"at": now})
