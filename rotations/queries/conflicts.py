"""When is somebody on call although they are away, and which turn would they ask somebody to take?"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from rotations.engine.intervals import Interval, merge, touching
from rotations.models import Absence, Person, Schedule, Swap, SwapState
from rotations.queries.shifts import PersonShift, ShiftRow, shifts_of, shifts_of_person

FORESIGHT: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class ShiftConflict:
    """A ``span`` of one shift in which its person is away; two of one shift are apart.

    ``rotation`` and ``ordinal`` name the turn for which a swap can be asked, and ``swap`` is one that was asked for and
    waits for an answer. Without a turn (somebody put them on call) there is nothing to swap: an override helps.
    """

    schedule: Schedule
    shift: ShiftRow
    span: Interval
    rotation: int | None
    ordinal: int | None
    swap: Swap | None = None

    @property
    def is_whole(self) -> bool:
        """Tell whether they are away for all of the shift."""
        return (self.span.start, self.span.end) == (self.shift.start, self.shift.end)


def conflicts_of(person: Person, *, now: datetime) -> tuple[ShiftConflict, ...]:
    """Return where ``person`` is on call and away within 60 days from ``now``, in order of start; few queries."""
    window = Interval(now, now + FORESIGHT)
    away = _away([person], window)
    if not away:
        return ()
    shifts = shifts_of_person(person, window=window)
    return _conflicts([each for each in shifts if each.schedule.archived_at is None], away)


def conflicts_in(schedule: Schedule, *, window: Interval) -> tuple[ShiftConflict, ...]:
    """Return where anybody is on call in ``schedule`` and away within ``window``, in order of start; few queries.

    Raises:
        Invalid: ``window_too_long`` for more than 400 days; ``invalid`` outside the years 1970 to 2099.
    """
    shifts = [PersonShift(schedule, shift) for shift in shifts_of(schedule, window=window).shifts]
    return _conflicts(shifts, _away({each.shift.person for each in shifts}, window))


def _away(people: Collection[Person], window: Interval) -> dict[int, tuple[Interval, ...]]:
    """Return when each of ``people`` is away; ordered and disjoint."""
    rows = Absence.objects.filter(person__in=people, start__lt=window.end, end__gt=window.start)
    spans: dict[int, list[Interval]] = defaultdict(list)
    for person, start, end in rows.values_list("person", "start", "end"):
        spans[person].append(Interval(start, end))
    return {person: merge(of_person) for person, of_person in spans.items()}


def _conflicts(shifts: Collection[PersonShift], away: Mapping[int, Sequence[Interval]]) -> tuple[ShiftConflict, ...]:
    found = [each for shift in shifts for each in _within(shift, away.get(shift.shift.person.pk, ()))]
    asked = _asked_for(found)
    named = (replace(each, swap=asked.get((each.rotation, each.ordinal, each.shift.person.pk))) for each in found)
    return tuple(sorted(named, key=lambda each: (each.span.start, each.schedule.pk, each.shift.uid)))


def _within(each: PersonShift, away: Sequence[Interval]) -> Iterator[ShiftConflict]:
    shift, source = each.shift, each.shift.source
    # Overrides say who is on call, not whose turn it is.
    is_turn = source.ordinal is not None and all(step.kind != "override" for step in source.chain)
    rotation, ordinal = (source.rotation, source.ordinal) if is_turn else (None, None)
    whole = Interval(shift.start, shift.end)
    for span in touching(whole, away):
        if (part := span.clip(whole)) is not None:
            yield ShiftConflict(each.schedule, shift, part, rotation, ordinal)


def _asked_for(conflicts: Collection[ShiftConflict]) -> dict[tuple[int | None, int | None, int], Swap]:
    rotations = {each.rotation for each in conflicts} - {None}
    swaps = Swap.objects.filter(rotation__in=rotations, state=SwapState.ASKED).order_by("pk") if rotations else ()
    return {(swap.rotation_id, swap.ordinal, swap.replaces_id): swap for swap in swaps}
