"""Who was on call at a moment of the past, and what came next? From duty, and from the plan where duty ends."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from rotations.engine.intervals import Interval
from rotations.engine.lookahead import Change
from rotations.engine.plan import answer_at
from rotations.engine.terms import Answer, Cover
from rotations.queries.duty import Record, Recorded, records_of
from rotations.queries.memory import Known
from rotations.queries.now import OnCallNow
from rotations.queries.reach import LAST
from rotations.queries.whole import Piece, Seen, place_rank, seen

# How far to look for what came next: mostly it is near.
_LOOKS: Final = tuple(timedelta(days=days) for days in (2, 16, 100, 400))


def on_call_then(plans: Mapping[int, Known], at: datetime) -> dict[int, OnCallNow]:
    """Return who was on call at ``at``, which is before the end of each schedule's record; at most four queries."""
    answers: dict[int, OnCallNow] = {}
    for look in _LOOKS:
        window = Interval(at, min(at + look, LAST))
        left = {pk: each for pk, each in plans.items() if pk not in answers or answers[pk].takes_over is None}
        if not left:
            break
        records = records_of({pk: each.recorded for pk, each in left.items() if each.recorded}, window=window)
        answers |= {pk: _answer(each, records[pk], window) for pk, each in left.items()}
    return answers


def _answer(of: Known, record: Record, window: Interval) -> OnCallNow:
    plan, at = of.compiled.plan, window.start
    view = seen(plan, window, recorded=of.recorded, record=record)
    running = [piece for piece in view.pieces if piece.shift.start <= at]
    following = _following(view, at)
    return OnCallNow(
        answer=answer_at(plan, at) if of.recorded is None or at < of.recorded.start else _recorded(view, record, at),
        running={piece.shift.person: piece.shift for piece in running},
        takes_over=following.takes_over,
        gap_at=following.gap_at,
        silence_at=following.silence_at,
        valid_until=at,
    )


def _recorded(view: Seen, record: Record, at: datetime) -> Answer:
    return Answer(
        people=tuple(each.cover_at(at) for each in _running(record.shifts, at)),
        shadows=tuple(Cover(each.shift.person, each.shift.source) for each in _running(record.shadows, at)),
        silence=next((span.override for span in view.silence if span.start <= at < span.end), None),
    )


def _running(recorded: Iterable[Recorded], at: datetime) -> list[Recorded]:
    found = [each for each in recorded if each.shift.start <= at < each.shift.end]
    return sorted(found, key=lambda each: place_rank(each.shift))


def _covers(pieces: Iterable[Piece], at: datetime) -> tuple[Cover, ...]:
    running = [piece.shift for piece in pieces if piece.shift.start <= at < piece.shift.end]
    return tuple(Cover(shift.person, shift.source) for shift in sorted(running, key=place_rank))


class _Following(NamedTuple):
    takes_over: Change | None = None
    gap_at: datetime | None = None
    silence_at: datetime | None = None


def _following(view: Seen, at: datetime) -> _Following:
    """Return the next change after which somebody is on call, and whether nobody is before that."""
    on_before = on = {piece.shift.person for piece in view.pieces if piece.shift.start <= at}
    gap_at = silence_at = None
    silences = {span.start for span in view.silence}
    for edge, (begin, end) in sorted(_edges(view, at).items()):
        on = (on - end) | begin
        if on and on != on_before:
            return _Following(Change(edge, Answer(_covers(view.pieces, edge))), gap_at, silence_at)
        if not on and edge in silences:
            silence_at = silence_at or edge
        elif not on:
            gap_at = gap_at or edge
        on_before = on
    return _Following(None, gap_at, silence_at)


def _edges(view: Seen, at: datetime) -> dict[datetime, tuple[set[int], set[int]]]:
    """Return the instants after ``at`` at which something changes, each with who begins and who ends."""
    edges: dict[datetime, tuple[set[int], set[int]]] = {}
    for piece in view.pieces:
        person, start, end = piece.shift[:3]
        edges.setdefault(start, (set(), set()))[0].add(person)
        edges.setdefault(end, (set(), set()))[1].add(person)
    for span in view.silence:
        edges.setdefault(span.start, (set(), set()))
        edges.setdefault(span.end, (set(), set()))
    return {edge: who for edge, who in edges.items() if edge > at}
