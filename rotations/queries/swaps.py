"""Which swaps wait for somebody's answer, and what became of those that somebody asked for?"""

from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from rotations.engine.intervals import Interval
from rotations.models import Membership, Person, Schedule, Swap, SwapFlag, SwapState


def agreed_span(swap: Swap) -> Interval:
    """Return the span that a swap was asked for: its part, or the turn as it was then."""
    return Interval(swap.start or swap.turn_start, swap.end or swap.turn_end)


def swaps_asked_of(person: Person, *, now: datetime) -> QuerySet[Swap]:
    """Return what ``person``, or a team of theirs, is asked to take over and is not over yet; the next turn first.

    Each from ``begins`` to ``finishes``, as it was asked for. Of an exchange, the one swap that was asked for.
    """
    teams = Membership.objects.filter(person=person).values("team")
    asked = Q(person=person) | (Q(person=None, rotation__schedule__team__in=teams) & ~Q(replaces=person))
    return (
        Swap.objects.filter(asked, Q(exchange=None) | Q(exchange__gt=F("pk")), state=SwapState.ASKED)
        .annotate(begins=Coalesce("start", "turn_start"), finishes=Coalesce("end", "turn_end"))
        .filter(finishes__gt=now, rotation__schedule__archived_at=None)
        # Given away meanwhile, or lost in an edit: to accept it would be refused.
        .exclude(flag=SwapFlag.NOT_THEIRS)
        .select_related("rotation__schedule", "replaces", "exchange__rotation__schedule")
        .order_by("begins", "pk")
    )


def swaps_waiting(schedule: Schedule, *, now: datetime) -> list[Swap]:
    """Return the requests of ``schedule`` that nobody has answered and that are not over yet; in order of the turns."""
    waiting = Swap.objects.filter(rotation__schedule=schedule, state=SwapState.ASKED, turn_end__gt=now)
    rows = waiting.order_by("turn_start", "pk").prefetch_related("rotation", "person", "replaces")
    return [row for row in rows if row.end is None or row.end > now]


def swaps_given_by(person: Person, *, now: datetime) -> QuerySet[Swap]:
    """Return the turns that ``person`` asks others to take over, or gave away, and that are not over; the next first.

    Each from ``begins`` to ``finishes``, as it was asked for; of an exchange, the one swap that was asked for.
    """
    return (
        Swap.objects.filter(Q(exchange=None) | Q(exchange__gt=F("pk")), replaces=person)
        .filter(state__in=(SwapState.ASKED, SwapState.ACCEPTED))
        .annotate(begins=Coalesce("start", "turn_start"), finishes=Coalesce("end", "turn_end"))
        .filter(finishes__gt=now, rotation__schedule__archived_at=None)
        .select_related("rotation__schedule", "person", "exchange__rotation__schedule")
        .order_by("begins", "pk")
    )
