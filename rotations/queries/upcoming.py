"""What does somebody work next, who takes over from them, and when are they away?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from rotations.engine.intervals import Interval
from rotations.models import Absence, Person, Schedule
from rotations.queries.conflicts import parts_away, spells_away
from rotations.queries.people import schedules_of
from rotations.queries.shifts import ShiftList, ShiftRow, shift_lists

# Looked at one after the other, until enough is found: most turns come round within a month.
HORIZONS: Final = (timedelta(days=35), timedelta(days=180))


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A shift that runs or is to come, whole. ``away`` are the parts of it in which its person is absent.

    ``relief`` is who is on call when it ends: empty where nobody is, None where that is too far off to tell.
    """

    schedule: Schedule
    shift: ShiftRow
    relief: tuple[Person, ...] | None
    silence: bool
    away: tuple[Interval, ...]


def upcoming_shifts(person: Person, *, now: datetime, most: int) -> tuple[Upcoming, ...]:
    """Return the next shifts of ``person`` in every schedule in use, the running ones first; at most ``most``.

    Within 180 days; a fixed number of queries.
    """
    schedules = list(schedules_of(person).filter(archived_at=None).order_by("pk"))
    away = spells_away([person], Interval(now, now + HORIZONS[-1])).get(person.pk, ())
    found: list[Upcoming] = []
    for horizon in HORIZONS:
        lists = shift_lists(schedules, window=Interval(now, now + horizon), clip=False) if schedules else ()
        found = [_upcoming(listed, row, away) for listed in lists for row in listed.shifts if row.person == person]
        if len(found) >= most:
            break
    found.sort(key=lambda each: (each.shift.start, each.schedule.pk, each.shift.uid))
    return tuple(found[:most])


def absences_to_come(person: Person, *, now: datetime) -> QuerySet[Absence]:
    """Return the absences of ``person`` that are not over, in order of start, each with them and its calendar."""
    to_come = Absence.objects.filter(person=person, end__gt=now).select_related("person", "feed")
    # The address of a calendar is a secret, and nobody asks for it here.
    return to_come.defer("feed__url").order_by("start", "pk")


def _upcoming(listed: ShiftList, row: ShiftRow, away: Sequence[Interval]) -> Upcoming:
    silence = any(each.start <= row.end < each.end for each in listed.silence)
    return Upcoming(listed.schedule, row, _relief(listed, row), silence, parts_away(row, away))


def _relief(listed: ShiftList, row: ShiftRow) -> tuple[Person, ...] | None:
    if listed.window.end <= row.end:
        return None
    on_then = [each for each in listed.shifts if each.start <= row.end < each.end]
    # Of those on call then, whoever serves the same rotation; the others may have been on before.
    same = [each for each in on_then if each.source.rotation == row.source.rotation]
    return tuple(each.person for each in same or on_then)
