"""What will go wrong, as it was foreseen?"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, QuerySet, Window
from django.db.models.functions import RowNumber

from rotations.models import Schedule, ScheduleWarning, WarningKind


class NextWarning(NamedTuple):
    """The first that is foreseen in one schedule, and how many more there are."""

    warning: ScheduleWarning
    more: int


def open_warnings(schedules: Iterable[Schedule], *, now: datetime) -> dict[int, list[ScheduleWarning]]:
    """Return the warnings of each schedule that stand and are not over, by its id and in order of start; one query."""
    found: dict[int, list[ScheduleWarning]] = {schedule.pk: [] for schedule in schedules}
    for row in _standing(found, now).select_related("person").order_by("start", "pk"):
        found[row.schedule_id].append(row)
    return found


def next_warnings(schedules: Iterable[Schedule], *, now: datetime) -> dict[int, NextWarning]:
    """Return the next warning of each schedule that has one, by its id; one query, and one row of each.

    Without the gaps that are here: whoever asks who is on call has heard of them.
    """
    coming = _standing([schedule.pk for schedule in schedules], now).exclude(kind=WarningKind.GAP, start__lte=now)
    first = coming.annotate(
        place=Window(RowNumber(), partition_by="schedule", order_by=("start", "pk")),
        known=Window(Count("pk"), partition_by="schedule"),
    ).filter(place=1)
    return {row.schedule_id: NextWarning(row, row.known - 1) for row in first.order_by("schedule")}


def _standing(ids: Collection[int], now: datetime) -> QuerySet[ScheduleWarning]:
    return ScheduleWarning.objects.filter(schedule__in=ids, cleared_at=None, end__gt=now)
