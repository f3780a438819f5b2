"""Which shifts were running when a schedule was last changed? They go on, and began when they were recorded to begin.

By the plan alone some would have begun at another time: an edit of a rotation's layer, or somebody who is active again,
changes what the plan says of the past, and the past does not change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import F

from rotations.engine.intervals import Interval
from rotations.engine.shifts import place_of
from rotations.engine.terms import Shift
from rotations.models import Duty, Schedule
from rotations.queries.duty import shift_of
from rotations.queries.now import OnCallNow


@dataclass(frozen=True, slots=True)
class Carried:
    """The recorded shifts that ran up to ``recorded.end``, when the plan came into force."""

    recorded: Interval
    shifts: tuple[Shift, ...]

    def begin_as_recorded(self, answer: OnCallNow) -> OnCallNow:
        """Return ``answer``, given for a moment after that, with the true start of each shift."""
        running = {person: shift._replace(start=self._start_of(shift)) for person, shift in answer.running.items()}
        return replace(answer, running=running)

    def _start_of(self, shift: Shift) -> datetime:
        if shift.start > self.recorded.end:
            return shift.start
        for before in self.shifts:
            if before.person == shift.person and place_of(before) == place_of(shift):
                # What ran when recording began, began before it.
                return min(before.start, shift.start) if before.start == self.recorded.start else before.start
        return self.recorded.end


def carried_into(schedules: Sequence[Schedule]) -> dict[int, Carried]:
    """Return what was running when each of ``schedules`` was last changed; one query.

    None of a schedule of which nothing was recorded by then.
    """
    recorded = {
        schedule.pk: Interval(schedule.recorded_from, schedule.changed_at)
        for schedule in schedules
        if schedule.recorded_from is not None and schedule.recorded_from < schedule.changed_at
    }
    running = Duty.objects.filter(
        schedule__in=recorded,
        shadow=False,
        person__isnull=False,
        start__lt=F("schedule__changed_at"),
        end__gte=F("schedule__changed_at"),
    )
    found: dict[int, list[Shift]] = {pk: [] for pk in recorded}
    for row in running:
        found[row.schedule_id].append(shift_of(row, until=recorded[row.schedule_id].end))
    return {pk: Carried(recorded[pk], tuple(shifts)) for pk, shifts in found.items()}
