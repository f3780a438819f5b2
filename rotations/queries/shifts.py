"""Who works when, in one schedule or for one person?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from rotations.engine.intervals import Interval
from rotations.engine.sweep import outlook
from rotations.engine.terms import Outlook, Plan, Shift, Silence, Source
from rotations.models import Person, Schedule
from rotations.queries.memory import compiled
from rotations.queries.people import people_by_id, schedules_of
from rotations.queries.reach import require_reach
from rotations.uids import uid_of


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """What somebody works, in ``[start, end)``. ``recorded`` tells what happened from what was computed.

    ``rotation_name`` is empty where they are on call in no rotation's turn.
    """

    person: Person
    start: datetime
    end: datetime
    source: Source
    uid: str
    rotation_name: str = ""
    recorded: bool = False


@dataclass(frozen=True, slots=True)
class ShiftList:
    """Who works within ``window``: shifts in order of start. With gaps and silence they fill the window.

    ``recorded_until`` is up to when shifts are recorded, None where nothing is.
    """

    schedule: Schedule
    window: Interval
    shifts: tuple[ShiftRow, ...]
    gaps: tuple[Interval, ...]
    silence: tuple[Silence, ...]
    recorded_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PersonShift:
    """One shift of a person, and the schedule it is in."""

    schedule: Schedule
    shift: ShiftRow


def shifts_of(
    schedule: Schedule, *, window: Interval, person: Person | None = None, clip: bool = True, merge: bool = False
) -> ShiftList:
    """Return the shifts of one schedule that share an instant with ``window``, cut to it unless ``clip`` is false.

    With ``merge``, adjacent shifts of one person are one, with the name and source of the first. ``person`` keeps
    their shifts alone; gaps and silence are always the schedule's.

    Raises:
        Invalid: ``window_too_long`` for more than 400 days; ``invalid`` outside the years 1970 to 2099.
    """
    plan, seen = _seen(schedule, window)
    shifts = seen.shifts if person is None else tuple(each for each in seen.shifts if each.person == person.pk)
    people = people_by_id(each.person for each in shifts)
    rows = [_row(plan, each, people[each.person]) for each in shifts]
    if clip:
        rows = [_clipped(row, window) for row in rows]
    if merge:
        rows = _merged(rows)
    return ShiftList(schedule, window, tuple(rows), seen.gaps, seen.silence, schedule.recorded_until)


def gaps(schedule: Schedule, *, window: Interval) -> tuple[Interval, ...]:
    """Return the parts of ``window`` with nobody on call and no silence planned; in order and disjoint.

    Raises:
        Invalid: ``window_too_long`` for more than 400 days; ``invalid`` outside the years 1970 to 2099.
    """
    return _seen(schedule, window)[1].gaps


def shifts_of_person(person: Person, *, window: Interval, clip: bool = True) -> tuple[PersonShift, ...]:
    """Return one person's shifts in all schedules, in order of start; a fixed number of queries.

    Raises:
        Invalid: ``window_too_long`` for more than 400 days; ``invalid`` outside the years 1970 to 2099.
    """
    require_reach(window)
    schedules = list(schedules_of(person))
    plans = compiled(schedule.pk for schedule in schedules)
    found = [
        PersonShift(schedule, row)
        for schedule in schedules
        for row in _rows_of(plans[schedule.pk].plan, person, window, clip=clip)
    ]
    return tuple(sorted(found, key=lambda each: (each.shift.start, each.schedule.pk, each.shift.uid)))


def _seen(schedule: Schedule, window: Interval) -> tuple[Plan, Outlook]:
    require_reach(window)
    plan = compiled([schedule.pk])[schedule.pk].plan
    # Whole shifts: only they have names that do not depend on the window.
    return plan, outlook(plan, window, clip=False)


def _rows_of(plan: Plan, person: Person, window: Interval, *, clip: bool) -> Iterator[ShiftRow]:
    for shift in outlook(plan, window, clip=False).shifts:
        if shift.person == person.pk:
            row = _row(plan, shift, person)
            yield _clipped(row, window) if clip else row


def _row(plan: Plan, shift: Shift, person: Person) -> ShiftRow:
    name = next((rotation.name for rotation in plan.rotations if rotation.id == shift.rotation), "")
    return ShiftRow(person, shift.start, shift.end, shift.source, uid_of(plan, shift), name)


def _clipped(row: ShiftRow, window: Interval) -> ShiftRow:
    if window.start <= row.start and row.end <= window.end:
        return row
    return replace(row, start=max(row.start, window.start), end=min(row.end, window.end))


def _merged(rows: list[ShiftRow]) -> list[ShiftRow]:
    merged: list[ShiftRow] = []
    latest: dict[int, int] = {}
    for row in rows:
        place = latest.get(row.person.pk)
        if place is not None and merged[place].end == row.start:
            merged[place] = replace(merged[place], end=row.end)
        else:
            latest[row.person.pk] = len(merged)
            merged.append(row)
    return merged
