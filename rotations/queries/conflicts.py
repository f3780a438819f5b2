"""When is somebody on call although they are away, and which turn would they ask somebody to take?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from rotations.engine.intervals import Interval, merge
from rotations.models import Absence, Person, Schedule, Swap, SwapState
from rotations.queries.shifts import PersonShift, ShiftRow, shifts_of_person

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
    absences = Absence.objects.filter(person=person, start__lt=window.end, end__gt=window.start)
    away = merge(Interval(*span) for span in absences.values_list("start", "end"))
    if not away:
        return ()
    shifts = [each for each in shifts_of_person(person, window=window) if each.schedule.archived_at is None]
    asked = {(swap.rotation_id, swap.ordinal): swap for swap in _asked_by(person, shifts)}
    found = (conflict for each in shifts for conflict in _within(each, away, asked))
    return tuple(sorted(found, key=lambda each: (each.span.start, each.schedule.pk, each.shift.uid)))


def _within(each: PersonShift, away: Iterable[Interval], asked: dict[tuple[int, int], Swap]) -> Iterator[ShiftConflict]:
    shift, source = each.shift, each.shift.source
    # Overrides say who is on call, not whose turn it is.
    is_turn = source.ordinal is not None and all(step.kind != "override" for step in source.chain)
    rotation, ordinal = (source.rotation, source.ordinal) if is_turn else (None, None)
    swap = None if rotation is None or ordinal is None else asked.get((rotation, ordinal))
    for span in away:
        if (part := span.clip(Interval(shift.start, shift.end))) is not None:
            yield ShiftConflict(each.schedule, shift, part, rotation, ordinal, swap)


def _asked_by(person: Person, shifts: Iterable[PersonShift]) -> Iterable[Swap]:
    rotations = {each.shift.source.rotation for each in shifts}
    return Swap.objects.filter(replaces=person, state=SwapState.ASKED, rotation__in=rotations - {None}).order_by("pk")
