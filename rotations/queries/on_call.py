"""Who is on call at a moment, since when and until when, and who takes over next?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from rotations.engine.intervals import Interval
from rotations.engine.plan import answer_at
from rotations.engine.sweep import outlook
from rotations.engine.terms import Answer, Outlook, Plan, Shift, Source
from rotations.models import Person, Schedule
from rotations.queries.memory import compiled
from rotations.queries.people import people_by_id

# Most schedules hand over within the first; a gap may last longer.
LOOK_AHEADS: Final = (timedelta(days=8), timedelta(days=64), timedelta(days=400))


@dataclass(frozen=True, slots=True)
class OnCallPerson:
    """Somebody on call: their shift is ``[since, until)``; ``also`` lists the other reasons why they are on."""

    person: Person
    since: datetime
    until: datetime
    source: Source
    also: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class NextOnCall:
    """The first later moment at which others are on call than just before it, and somebody is."""

    at: datetime
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class OnCall:
    """The answer of one schedule. Without people it is a gap or, with ``silence``, planned.

    ``next`` is None where nobody takes over within 400 days. ``gap_at`` and ``silence_at`` are the first later moments
    before it at which a gap or a planned silence begins, None where none does.
    """

    schedule: Schedule
    people: tuple[OnCallPerson, ...]
    shadows: tuple[Person, ...]
    silence: bool
    next: NextOnCall | None
    gap_at: datetime | None = None
    silence_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Standing:
    """An answer with ids in place of people."""

    answer: Answer
    running: dict[int, Shift]
    next_at: datetime | None
    next_people: tuple[int, ...]
    gap_at: datetime | None
    silence_at: datetime | None

    @property
    def ids(self) -> set[int]:
        covers = (*self.answer.people, *self.answer.shadows)
        return {cover.person for cover in covers} | set(self.next_people)


def on_call(schedules: Iterable[Schedule], *, at: datetime) -> list[OnCall]:
    """Return who is on call in each schedule at ``at``, in the order given.

    Two queries where the plans are remembered (revisions, people), a fixed number more where they are not.
    """
    schedules = list(schedules)
    plans = compiled(schedule.pk for schedule in schedules)
    standings = [_standing(plans[schedule.pk].plan, at) for schedule in schedules]
    people = people_by_id(set().union(*(standing.ids for standing in standings)))
    return [_named(schedule, standing, people) for schedule, standing in zip(schedules, standings, strict=True)]


def _standing(plan: Plan, at: datetime) -> _Standing:
    answer = answer_at(plan, at)
    seen, takes_over = _seen(plan, at)
    following = answer_at(plan, takes_over).people if takes_over else ()
    return _Standing(
        answer=answer,
        running={shift.person: shift for shift in seen.shifts if shift.start <= at < shift.end},
        next_at=takes_over,
        next_people=tuple(cover.person for cover in following),
        gap_at=_first_between((gap.start for gap in seen.gaps), at, takes_over),
        silence_at=_first_between((silence.start for silence in seen.silence), at, takes_over),
    )


def _seen(plan: Plan, at: datetime, look_aheads: Sequence[timedelta] = LOOK_AHEADS) -> tuple[Outlook, datetime | None]:
    """Look ahead until others come on; return what was seen, and when they do, None if they never did."""
    nearest, *further = look_aheads
    seen = outlook(plan, Interval(at, at + nearest), clip=False)
    takes_over = _next_change(seen.shifts, after=at, until=at + nearest)
    return _seen(plan, at, further) if takes_over is None and further else (seen, takes_over)


def _first_between(moments: Iterable[datetime], after: datetime, before: datetime | None) -> datetime | None:
    later = (moment for moment in moments if after < moment and (before is None or moment < before))
    return min(later, default=None)


def _next_change(shifts: tuple[Shift, ...], *, after: datetime, until: datetime) -> datetime | None:
    """Return the first moment in ``(after, until)`` at which others come on, or the same after a gap."""
    edges = sorted({edge for shift in shifts for edge in (shift.start, shift.end) if after < edge < until})
    before = _people_at(shifts, after)
    for edge in edges:
        people = _people_at(shifts, edge)
        if people and people != before:
            return edge
        before = people
    return None


def _people_at(shifts: tuple[Shift, ...], moment: datetime) -> set[int]:
    return {shift.person for shift in shifts if shift.start <= moment < shift.end}


def _named(schedule: Schedule, standing: _Standing, people: dict[int, Person]) -> OnCall:
    running = standing.running
    return OnCall(
        schedule=schedule,
        people=tuple(
            OnCallPerson(people[who], running[who].start, running[who].end, source, also)
            for who, source, also in standing.answer.people
        ),
        shadows=tuple(people[cover.person] for cover in standing.answer.shadows),
        silence=standing.answer.silence is not None,
        next=NextOnCall(standing.next_at, tuple(people[who] for who in standing.next_people))
        if standing.next_at
        else None,
        gap_at=standing.gap_at,
        silence_at=standing.silence_at,
    )
