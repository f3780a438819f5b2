"""What need nobody remember any more? The log of what was sent is kept for a season, then it goes, the oldest first.

What happened stays in the timelines and in the history of schedules: only what was said of it goes.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from oncall.notices.models import Event, Message, Notice

KEPT: Final = timedelta(days=90)
# How many messages one call takes on; the next takes on the rest.
BATCH: Final = 500


@transaction.atomic
def forget_old(*, now: datetime, limit: int = BATCH) -> int:
    """Delete the notices and events of messages that are older than 90 days; return how many messages went with them.

    What waits to be sent again stays. Facts of more than a day ago are told to nobody, so none is told anew because it
    was forgotten. The oldest are found by an index; calling it again, or on two workers, is harmless.
    """
    old = Message.objects.filter(created_at__lt=now - KEPT, due_at=None).order_by("created_at")
    batch = list(old.values_list("pk", flat=True)[:limit])
    notices = Notice.objects.filter(messages__in=batch)
    events = Event.objects.filter(messages__in=batch).exclude(messages__due_at__isnull=False)
    gone = notices.delete()[1], events.delete()[1]
    return sum(rows.get(Message._meta.label, 0) for rows in gone)
