"""What will go wrong, as it was foreseen?"""

from collections.abc import Iterable
from datetime import datetime

from rotations.models import Schedule, ScheduleWarning


def open_warnings(schedules: Iterable[Schedule], *, now: datetime) -> dict[int, list[ScheduleWarning]]:
    """Return the warnings of each schedule that stand and are not over, by its id and in order of start; one query."""
    found: dict[int, list[ScheduleWarning]] = {schedule.pk: [] for schedule in schedules}
    rows = ScheduleWarning.objects.filter(schedule__in=found, cleared_at=None, end__gt=now)
    for row in rows.select_related("person").order_by("start", "pk"):
        found[row.schedule_id].append(row)
    return found
