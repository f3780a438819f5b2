"""What notices need done as time passes."""

from typing import Final

from celery import shared_task
from django.utils import timezone

from oncall.notices.services import announcing, deadlines, forgetting, sending, watching

# So many batches in one run, that it ends before the next one is due even where there is much to do.
BATCHES: Final = 10


@shared_task(name="notices.announce")
def announce() -> int:
    """Tell people and systems of what happened, and send it at once; return how many facts were announced."""
    announced = announcing.announce(now=timezone.now())
    if announced:
        send()
    return announced


@shared_task(name="notices.watch")
def watch() -> int:
    """Say what the passing of time makes due: shifts and deadlines that are near; return how often."""
    now = timezone.now()
    return deadlines.remind_of_deadlines(now=now) + watching.look_at_due_schedules(now=now)


@shared_task(name="notices.send")
def send() -> int:
    """Send the messages that are due, also those that failed before; return how many were tried."""
    tried = 0
    for _ in range(BATCHES):
        batch = sending.send_due(now=timezone.now())
        tried += batch
        if not batch:
            break
    return tried


@shared_task(name="notices.forget")
def forget() -> int:
    """Delete what was sent long ago; return how many messages went."""
    return forgetting.forget_old(now=timezone.now())
