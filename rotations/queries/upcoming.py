"""What does somebody work next, who takes over from them, and when are they on call although they are away?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from rotations.engine.intervals import Interval
from rotations.models import Absence, Person, Schedule
from rotations.queries.people import schedules_of
from rotations.queries.reach import LONGEST_WINDOW
from rotations.queries.shifts import ShiftList, ShiftRow, shift_lists, shifts_of_person

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


@dataclass(frozen=True, slots=True)
class Clash:
    """A part of a shift, as far as it is to come, in which its person is away."""

    schedule: Schedule
    shift: ShiftRow
    span: Interval


def upcoming_shifts(person: Person, *, now: datetime, most: int) -> tuple[Upcoming, ...]:
    """Return the next shifts of ``person`` in every schedule in use, the running ones first; at most ``most``.

    Within 180 days; a fixed number of queries.
    """
    schedules = list(schedules_of(person).filter(archived_at=None).order_by("pk"))
    absences = list(absences_to_come(person, now=now))
    found: list[Upcoming] = []
    for horizon in HORIZONS:
        lists = shift_lists(schedules, window=Interval(now, now + horizon), clip=False) if schedules else ()
        found = [_upcoming(listed, row, absences) for listed in lists for row in listed.shifts if row.person == person]
        if len(found) >= most:
            break
    found.sort(key=lambda each: (each.shift.start, each.schedule.pk, each.shift.uid))
    return tuple(found[:most])


def is_own_turn(shift: ShiftRow) -> bool:
    """Tell whether a shift can be swapped by whoever works it: an override puts people on turns that are not theirs."""
    return shift.source.ordinal is not None and all(step.kind == "swap" for step in shift.source.chain)


def absences_to_come(person: Person, *, now: datetime) -> QuerySet[Absence]:
    """Return the absences of ``person`` that are not over, in order of start, each with them."""
    return Absence.objects.filter(person=person, end__gt=now).select_related("person").order_by("start", "pk")


def clashes(person: Person, absences: Iterable[Absence], *, now: datetime) -> dict[int, tuple[Clash, ...]]:
    """Return where ``person`` is on call although away, from now on and within 400 days, by the id of the absence."""
    absences = list(absences)
    if not absences:
        return {}
    until = min(max(absence.end for absence in absences), now + LONGEST_WINDOW)
    shifts = shifts_of_person(person, window=Interval(now, until), clip=False)
    return {
        absence.pk: tuple(
            Clash(each.schedule, each.shift, span)
            for each in shifts
            if each.schedule.archived_at is None and (span := _away(each.shift, absence, since=now))
        )
        for absence in absences
    }


def _upcoming(listed: ShiftList, row: ShiftRow, absences: list[Absence]) -> Upcoming:
    away = tuple(span for absence in absences if (span := _away(row, absence, since=listed.window.start)))
    silence = any(each.start <= row.end < each.end for each in listed.silence)
    return Upcoming(listed.schedule, row, _relief(listed, row), silence, away)


def _relief(listed: ShiftList, row: ShiftRow) -> tuple[Person, ...] | None:
    if listed.window.end <= row.end:
        return None
    on_then = [each for each in listed.shifts if each.start <= row.end < each.end]
    # Of those on call then, whoever serves the same rotation; the others may have been on before.
    same = [each for each in on_then if each.source.rotation == row.source.rotation]
    return tuple(each.person for each in same or on_then)


def _away(row: ShiftRow, absence: Absence, *, since: datetime) -> Interval | None:
    start, end = max(row.start, absence.start, since), min(row.end, absence.end)
    return Interval(start, end) if start < end else None
