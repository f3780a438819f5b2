"""Who is on call at a moment, and what comes next? With ids in place of people."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from rotations.engine.intervals import Interval
from rotations.engine.lookahead import Change, changes_after
from rotations.engine.plan import answer_at
from rotations.engine.sweep import shifts
from rotations.engine.terms import Answer, Plan, Shift

_INSTANT: Final = timedelta(microseconds=1)
# What is next is looked for within 400 days of the moment, so it must not be believed for long.
_BELIEVED_AT_MOST: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OnCallNow:
    """The answer at a moment; all of it holds until ``valid_until``.

    ``running`` gives each person's whole shift. ``takes_over`` is the next change after which somebody is on call, None
    within 400 days; ``gap_at`` and ``silence_at`` are when nobody is before that, unplanned and planned.
    """

    answer: Answer
    running: dict[int, Shift]
    takes_over: Change | None
    gap_at: datetime | None
    silence_at: datetime | None
    valid_until: datetime

    @property
    def people(self) -> set[int]:
        following = self.takes_over.answer.people if self.takes_over else ()
        return {cover.person for cover in (*self.answer.people, *self.answer.shadows, *following)}


def on_call_now(plan: Plan, moment: datetime) -> OnCallNow:
    """Return who is on call at ``moment``, and what is next."""
    answer = answer_at(plan, moment)
    valid_until = moment + _BELIEVED_AT_MOST
    takes_over = gap_at = silence_at = None
    on_before = _people(answer)
    for change in changes_after(plan, moment):
        valid_until = min(valid_until, change.at)
        on_then = _people(change.answer)
        if on_then and on_then != on_before:
            takes_over = change
            break
        if not on_then and change.answer.silence is None:
            gap_at = gap_at or change.at
        elif not on_then:
            silence_at = silence_at or change.at
        on_before = on_then
    running = {shift.person: shift for shift in shifts(plan, Interval(moment, moment + _INSTANT), clip=False)}
    return OnCallNow(answer, running, takes_over, gap_at, silence_at, valid_until)


def _people(answer: Answer) -> set[int]:
    return {cover.person for cover in answer.people}
