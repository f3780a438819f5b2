"""Who works when, in one schedule or for one person?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rotations.engine.intervals import Interval
from rotations.engine.terms import Silence, Source
from rotations.models import Person, Schedule
from rotations.queries.duty import Record, records_of
from rotations.queries.memory import Known, known
from rotations.queries.people import people_by_id, schedules_of
from rotations.queries.reach import require_reach
from rotations.queries.whole import Piece, Seen, seen


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """What somebody works, in ``[start, end)``. ``recorded`` tells what happened from what was computed.

    ``rotation_name`` is empty where they are on call in no rotation's turn. ``because`` is the reason in words, kept
    when the shift was recorded; empty where nothing of it was.
    """

    person: Person
    start: datetime
    end: datetime
    source: Source
    uid: str
    rotation_name: str = ""
    recorded: bool = False
    because: str = ""

    @property
    def is_own_turn(self) -> bool:
        """Whether its person can swap it: an override puts people on call in turns that are not theirs."""
        return self.source.ordinal is not None and all(step.kind == "swap" for step in self.source.chain)


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
    [found] = shift_lists([schedule], window=window, person=person, clip=clip, merge=merge)
    return found


def shift_lists(
    schedules: Sequence[Schedule],
    *,
    window: Interval,
    person: Person | None = None,
    clip: bool = True,
    merge: bool = False,
) -> tuple[ShiftList, ...]:
    """Return the shifts of several schedules, in their order, as ``shifts_of`` does; a fixed number of queries.

    Raises:
        Invalid: ``window_too_long`` for more than 400 days; ``invalid`` outside the years 1970 to 2099.
    """
    require_reach(window)
    views = views_of(schedules, window)
    people = people_by_id(
        each.shift.person
        for view, _ in views.values()
        for each in view.pieces
        if person is None or each.shift.person == person.pk
    )
    return tuple(
        listed(schedule, *views[schedule.pk], people=people, window=window, person=person, clip=clip, merge=merge)
        for schedule in schedules
    )


def listed(
    schedule: Schedule,
    view: Seen,
    recorded: Interval | None,
    *,
    people: Mapping[int, Person],
    window: Interval,
    person: Person | None = None,
    clip: bool = True,
    merge: bool = False,
) -> ShiftList:
    """Return what ``views_of`` gives for one schedule with its ``people``, as ``shifts_of`` does."""
    pieces = (each for each in view.pieces if person is None or each.shift.person == person.pk)
    rows = [_row(each, people[each.shift.person]) for each in pieces]
    if clip:
        rows = [_clipped(row, window) for row in rows]
    marked = tuple(_marked(row, recorded) for row in (_merged(rows) if merge else rows))
    until = recorded.end if recorded else None
    return ShiftList(schedule, window, marked, view.gaps, view.silence, until)


def gaps(schedule: Schedule, *, window: Interval) -> tuple[Interval, ...]:
    """Return the parts of ``window`` with nobody on call and no silence planned; in order and disjoint.

    Raises:
        Invalid: ``window_too_long`` for more than 400 days; ``invalid`` outside the years 1970 to 2099.
    """
    require_reach(window)
    return views_of([schedule], window)[schedule.pk][0].gaps


def shifts_of_person(person: Person, *, window: Interval, clip: bool = True) -> tuple[PersonShift, ...]:
    """Return one person's shifts in all schedules, in order of start; a fixed number of queries.

    Raises:
        Invalid: ``window_too_long`` for more than 400 days; ``invalid`` outside the years 1970 to 2099.
    """
    require_reach(window)
    schedules = list(schedules_of(person))
    views = views_of(schedules, window, person)
    found = [
        PersonShift(schedule, _marked(_clipped(row, window) if clip else row, recorded))
        for schedule in schedules
        for view, recorded in [views[schedule.pk]]
        for row in (_row(each, person) for each in view.pieces)
    ]
    return tuple(sorted(found, key=lambda each: (each.shift.start, each.schedule.pk, each.shift.uid)))


def views_of(
    schedules: Sequence[Schedule], window: Interval, person: Person | None = None
) -> dict[int, tuple[Seen, Interval | None]]:
    """Return what ``window`` shows of each schedule, by its id, and the span that is recorded of it."""
    return views_of_known(known(schedule.pk for schedule in schedules), window, person)


def views_of_known(
    plans: Mapping[int, Known], window: Interval, person: Person | None = None
) -> dict[int, tuple[Seen, Interval | None]]:
    """Return what ``views_of`` does, by plans that were read already."""
    who = None if person is None else person.pk
    spans = {pk: each.recorded for pk, each in plans.items() if each.recorded is not None}
    records = records_of(spans, window=window, person=who)
    return {pk: (_view(each, window, records.get(pk, Record()), who), each.recorded) for pk, each in plans.items()}


def _view(of: Known, window: Interval, record: Record, person: int | None) -> Seen:
    return seen(of.compiled.plan, window, recorded=of.recorded, record=record, person=person)


def _row(piece: Piece, person: Person) -> ShiftRow:
    shift = piece.shift
    return ShiftRow(person, shift.start, shift.end, shift.source, piece.uid, piece.rotation_name, because=piece.because)


def _marked(row: ShiftRow, recorded: Interval | None) -> ShiftRow:
    """Say whether all of the shift, as far as it is shown, is recorded."""
    if recorded is None or row.start < recorded.start or recorded.end < row.end:
        return row
    return replace(row, recorded=True)


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
