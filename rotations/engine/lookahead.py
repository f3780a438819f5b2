"""Who is on call now, until when, and who is next? A window compiled for questions, and a look ahead."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from rotations.engine.intervals import Interval, in_utc, instant, micros
from rotations.engine.plan import answer_at
from rotations.engine.rules import NOBODY, Held, one_entry_each
from rotations.engine.sweep import outlook, people_track, shadow_track
from rotations.engine.terms import Answer, Cover, Plan, Shift
from rotations.engine.tracks import Track, held_in

_INSTANT: Final = timedelta(microseconds=1)
# Where the looks begin and end. Most changes are near; the last look ends with the look-ahead, 400 days.
_LOOKS: Final = tuple(timedelta(days=days) for days in (0, 8, 40, 160, 400))


class Timeline:
    """The answers of a plan within a window, ready: to ask takes one search and no rule.

    ``answers[i]`` holds from the instant ``edges[i]``, in microseconds, until the next.
    """

    def __init__(self, plan: Plan, window: Interval) -> None:
        self._start, self._end = micros(window.start), micros(window.end)
        people, shadows = people_track(plan, self._start, self._end), shadow_track(plan, self._start, self._end)
        bounds = {edge for track in (people, shadows) for span in track for edge in span[:2] if edge < self._end}
        self.edges: Final = sorted(bounds | {self._start})
        self.answers: Final = [
            Answer(one_entry_each(held.covers), one_entry_each(watching.covers), held.silence)
            for held, watching in zip(_held_from(people, self.edges), _held_from(shadows, self.edges), strict=True)
        ]

    def at(self, moment: datetime) -> Answer:
        """Return what ``answer_at`` returns.

        Raises:
            ValueError: ``moment`` is outside the window.
        """
        at = micros(moment)
        if not self._start <= at < self._end:
            raise ValueError(f"{moment.isoformat()} is outside the compiled window")
        return self.answers[bisect_right(self.edges, at) - 1]


class Change(NamedTuple):
    """The instant from which another answer holds, and that answer."""

    at: datetime
    answer: Answer


class OnCall(NamedTuple):
    """A person on call, and the whole shift they are in: the look-ahead of 400 days is the most it shows."""

    cover: Cover
    since: datetime
    until: datetime


class Standing(NamedTuple):
    """Everything there is to say about who is on call at a moment.

    ``next`` is the next change of the people on call, possibly to nobody; None within 400 days. All of it holds
    until ``valid_until``, when anything of the answer changes.
    """

    people: tuple[OnCall, ...]
    shadows: tuple[OnCall, ...]
    silence: int | None
    next: Change | None
    valid_until: datetime


def standing_at(plan: Plan, moment: datetime) -> Standing:
    """Return who is on call at ``moment``, since when and until when, and who is next."""
    moment = in_utc(moment)
    answer = answer_at(plan, moment)
    around = outlook(plan, Interval(moment, moment + _INSTANT), clip=False)
    upcoming = next_change(plan, moment)
    return Standing(
        people=_with_shifts(answer.people, around.shifts),
        shadows=_with_shifts(answer.shadows, around.shadows),
        silence=answer.silence,
        next=upcoming,
        valid_until=next((change.at for change in changes_after(plan, moment)), moment + _LOOKS[-1]),
    )


def next_change(plan: Plan, moment: datetime) -> Change | None:
    """Return the first change of the people on call after ``moment``, or None within 400 days."""
    now = _people(answer_at(plan, moment))
    return next((change for change in changes_after(plan, moment) if _people(change.answer) != now), None)


def next_on_call(plan: Plan, moment: datetime) -> Change | None:
    """Return the first answer after ``moment`` with somebody who is not on call then, or None within 400 days."""
    now = _people(answer_at(plan, moment))
    return next((change for change in changes_after(plan, moment) if _people(change.answer) - now), None)


def changes_after(plan: Plan, moment: datetime) -> Iterator[Change]:
    """Yield every change of the answer after ``moment``, reasons and shadows included; lazily, for 400 days."""
    moment = in_utc(moment)
    before = answer_at(plan, moment)
    for near, far in pairwise(_LOOKS):
        timeline = Timeline(plan, Interval(moment + near, moment + far))
        for edge, answer in zip(timeline.edges, timeline.answers, strict=True):
            if answer != before:
                yield Change(instant(edge), answer)
                before = answer


def _with_shifts(covers: tuple[Cover, ...], shifts: tuple[Shift, ...]) -> tuple[OnCall, ...]:
    of_person = {shift.person: shift for shift in shifts}
    return tuple(OnCall(cover, of_person[cover.person].start, of_person[cover.person].end) for cover in covers)


def _people(answer: Answer) -> set[int]:
    return {cover.person for cover in answer.people}


def _held_from(track: Track, edges: list[int]) -> Iterator[Held]:
    """Yield what is held from each of the edges, among which are all those of the track."""
    place = 0
    for edge in edges:
        while place < len(track) and track[place][1] <= edge:
            place += 1
        yield held_in(track[place]) if place < len(track) and track[place][0] <= edge else NOBODY
