"""What will go wrong in a schedule unless somebody does something?"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from rotations.engine.coverage import LostTurn, conflicts, lost_turns
from rotations.engine.intervals import Interval, merge
from rotations.engine.sweep import outlook
from rotations.engine.terms import Plan
from rotations.models import Person, Schedule, Swap, SwapFlag, WarningKind
from rotations.queries.people import people_by_id
from rotations.queries.swaps import agreed_span
from rotations.services.flags import STANDING


class Foreseen(NamedTuple):
    """One trouble within ``[start, end)``; ``person`` and ``swap`` are ids."""

    kind: WarningKind
    start: datetime
    end: datetime
    person: int | None
    swap: int | None
    text: str


def foreseen(schedule: Schedule, plan: Plan, window: Interval) -> Iterator[Foreseen]:
    """Yield the gaps, the conflicts with absences, the lost turns and the flagged swaps within ``window``.

    Spans are cut to it, but for those of swaps. No two of one kind, person and swap have the same start.
    """
    view = outlook(plan, window)
    lost, away = lost_turns(plan, view), conflicts(view.shifts, plan.absences)
    people = people_by_id({turn.person for turn in lost} | {each.person for each in away})
    for gap in view.gaps:
        yield Foreseen(WarningKind.GAP, gap.start, gap.end, None, None, _nobody(gap, lost, people))
    for person in {each.person for each in away}:
        # Two absences may overlap.
        for span in merge(each.span for each in away if each.person == person):
            text = f"{people[person]} is on call and away"
            yield Foreseen(WarningKind.ABSENT, span.start, span.end, person, None, text)
    for turn in lost:
        text = f"It is the turn of {people[turn.person]}, who was deactivated"
        yield Foreseen(WarningKind.DEACTIVATED, turn.span.start, turn.span.end, turn.person, None, text)
    yield from _flagged_swaps(schedule, window)


def _nobody(gap: Interval, lost: Iterable[LostTurn], people: dict[int, Person]) -> str:
    names = sorted({people[turn.person].name for turn in lost if turn.span.overlaps(gap)})
    return f"Nobody is on call: {', '.join(names)} left" if names else "Nobody is on call"


def _flagged_swaps(schedule: Schedule, window: Interval) -> Iterator[Foreseen]:
    flagged = Swap.objects.filter(rotation__schedule=schedule, state__in=STANDING).exclude(flag="")
    in_time = Q(start=None, turn_end__gt=window.start) | Q(end__gt=window.start)
    for swap in flagged.filter(in_time).select_related("rotation", "person", "replaces").order_by("pk"):
        span = agreed_span(swap)
        if span.start < window.end:
            what = f"{swap.person or 'The team'} for {swap.replaces} in {swap.rotation.name}"
            text = f"{what}: {SwapFlag(swap.flag).label[:1].lower()}{SwapFlag(swap.flag).label[1:]}"
            yield Foreseen(WarningKind.SWAP_FLAGGED, span.start, span.end, None, swap.pk, text)
