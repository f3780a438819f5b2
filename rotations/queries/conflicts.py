"""When is somebody on call although they are away, and which turn would they ask somebody to take?"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rotations.engine.intervals import Interval, merge, touching
from rotations.models import Absence, Person, Schedule, Swap, SwapState
from rotations.queries.reach import LONGEST_WINDOW
from rotations.queries.shifts import PersonShift, ShiftRow, shifts_of, shifts_of_person
from rotations.queries.swaps import agreed_span


@dataclass(frozen=True, slots=True)
class ShiftConflict:
    """A ``span`` of one shift, which is shown whole, in which its person is away; two of one shift are apart.

    ``rotation`` and ``ordinal`` name the turn for which a swap can be asked, and ``swap`` is one that was asked for
    some of the span and waits for an answer. Without a turn (somebody put them on call) there is nothing to swap: an
    override helps.
    """

    schedule: Schedule
    shift: ShiftRow
    span: Interval
    swap: Swap | None = None

    @property
    def rotation(self) -> int | None:
        """The rotation of the turn, by its id."""
        return self.shift.source.rotation if self.shift.is_own_turn else None

    @property
    def ordinal(self) -> int | None:
        """The number of the turn in its rotation."""
        return self.shift.source.ordinal if self.shift.is_own_turn else None


def conflicts_of(person: Person, *, now: datetime) -> tuple[ShiftConflict, ...]:
    """Return where ``person`` is on call and away from ``now`` on, within 400 days, in order of start; few queries."""
    away = spells_away([person], Interval(now, now + LONGEST_WINDOW)).get(person.pk, ())
    if not away:
        return ()
    shifts = shifts_of_person(person, window=Interval(now, away[-1].end), clip=False)
    return _conflicts([each for each in shifts if each.schedule.archived_at is None], {person.pk: away})


def conflicts_in(schedule: Schedule, *, window: Interval) -> tuple[ShiftConflict, ...]:
    """Return where anybody is on call in ``schedule`` and away within ``window``, in order of start; few queries.

    Raises:
        Invalid: ``window_too_long`` for more than 400 days; ``invalid`` outside the years 1970 to 2099.
    """
    shifts = [PersonShift(schedule, shift) for shift in shifts_of(schedule, window=window, clip=False).shifts]
    return _conflicts(shifts, spells_away({each.shift.person for each in shifts}, window))


def spells_away(people: Collection[Person], window: Interval) -> dict[int, tuple[Interval, ...]]:
    """Return when each of ``people`` who is away within ``window`` is, by their id; ordered and disjoint; one query."""
    rows = Absence.objects.filter(person__in=people, start__lt=window.end, end__gt=window.start)
    spans: dict[int, list[Interval]] = defaultdict(list)
    for person, start, end in rows.values_list("person", "start", "end"):
        spans[person].append(Interval(max(start, window.start), min(end, window.end)))
    return {person: merge(of_person) for person, of_person in spans.items()}


def parts_away(shift: ShiftRow, away: Sequence[Interval]) -> tuple[Interval, ...]:
    """Return the parts of ``shift`` that lie in one of the spans ``away``, which are ordered and disjoint."""
    whole = Interval(shift.start, shift.end)
    return tuple(part for span in touching(whole, away) if (part := span.clip(whole)) is not None)


def asked_about(shift: ShiftRow, span: Interval, asked: Iterable[Swap]) -> Swap | None:
    """Return the first of the requests ``asked`` that is about some of ``span`` in the turn of ``shift``."""
    turn = (shift.source.rotation, shift.source.ordinal, shift.person.pk)
    for swap in asked:
        is_of_turn = turn == (swap.rotation_id, swap.ordinal, swap.replaces_id)
        if is_of_turn and agreed_span(swap).overlaps(span):
            return swap
    return None


def _conflicts(shifts: Collection[PersonShift], away: Mapping[int, Sequence[Interval]]) -> tuple[ShiftConflict, ...]:
    found = [each for shift in shifts for each in _within(shift, away.get(shift.shift.person.pk, ()))]
    asked = _asked_for(found)
    named = (replace(each, swap=asked_about(each.shift, each.span, asked)) for each in found)
    return tuple(sorted(named, key=lambda each: (each.span.start, each.schedule.pk, each.shift.uid)))


def _within(each: PersonShift, away: Sequence[Interval]) -> Iterator[ShiftConflict]:
    return (ShiftConflict(each.schedule, each.shift, part) for part in parts_away(each.shift, away))


def _asked_for(conflicts: Collection[ShiftConflict]) -> list[Swap]:
    rotations = {each.rotation for each in conflicts} - {None}
    if not rotations:
        return []
    waiting = Swap.objects.filter(rotation__in=rotations, state=SwapState.ASKED)
    return list(waiting.select_related("person").order_by("pk"))
