"""Who is on call at a moment, since when and until when, and who takes over next?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rotations.engine.terms import Source
from rotations.models import Person, Schedule
from rotations.queries.memory import known
from rotations.queries.now import OnCallNow
from rotations.queries.past import on_call_then
from rotations.queries.people import people_by_id
from rotations.queries.reach import require_known


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
    """The next time that the people on call change and somebody is on: after a gap, whoever ends it."""

    at: datetime
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class OnCall:
    """The answer of one schedule. Without people it is a gap or, with ``silence``, planned.

    All of it holds until ``valid_until``, unless the schedule is written to; what is recorded is not looked at again.
    ``next`` is None where nobody takes over within 400 days. ``gap_at`` and ``silence_at`` are the first later moments
    before it at which a gap or a planned silence begins, None where none does. ``revision`` is the schedule's as it was
    read; while it does not move, nobody else is on call before ``changes_at``.
    """

    schedule: Schedule
    people: tuple[OnCallPerson, ...]
    shadows: tuple[Person, ...]
    silence: bool
    next: NextOnCall | None
    valid_until: datetime
    gap_at: datetime | None = None
    silence_at: datetime | None = None
    revision: int = 0

    @property
    def changes_at(self) -> datetime | None:
        """When other people are on call, or nobody is; None where that is not within 400 days."""
        moments = (self.next.at if self.next else None, self.gap_at, self.silence_at)
        return min((moment for moment in moments if moment is not None), default=None)


def on_call(schedules: Iterable[Schedule], *, at: datetime) -> list[OnCall]:
    """Return who is on call in each schedule at ``at``, in the order given.

    What is recorded is read, the rest computed. Two queries where the plans are remembered (revisions, people), a
    fixed number more where they are not, and for the past.

    Raises:
        Invalid: ``invalid`` for a moment outside the years 1970 to 2099.
    """
    require_known(at, field="at")
    schedules = list(schedules)
    plans = known(schedule.pk for schedule in schedules)
    past = {pk: each for pk, each in plans.items() if each.recorded is not None and at < each.recorded.end}
    answers = {pk: each.compiled.on_call_at(at) for pk, each in plans.items() if pk not in past}
    if past:
        answers |= on_call_then(past, at)
    people = people_by_id(set().union(*(answer.people for answer in answers.values())))
    revisions = {pk: each.compiled.revision for pk, each in plans.items()}
    return [_named(schedule, answers[schedule.pk], people, revisions[schedule.pk]) for schedule in schedules]


def _named(schedule: Schedule, answer: OnCallNow, people: dict[int, Person], revision: int) -> OnCall:
    running, takes_over = answer.running, answer.takes_over
    return OnCall(
        schedule=schedule,
        people=tuple(
            OnCallPerson(people[who], running[who].start, running[who].end, source, also)
            for who, source, also in answer.answer.people
        ),
        shadows=tuple(people[cover.person] for cover in answer.answer.shadows),
        silence=answer.answer.silence is not None,
        next=takes_over
        and NextOnCall(takes_over.at, tuple(people[cover.person] for cover in takes_over.answer.people)),
        valid_until=answer.valid_until,
        gap_at=answer.gap_at,
        silence_at=answer.silence_at,
        revision=revision,
    )
