"""What do the rules do over a stretch of time? Tracks of spans, and the ways to cut, change and combine them.

A track is a list of spans, in order and disjoint; instants are in microseconds. Within a span nothing changes; where
a track has no span, nobody is on and no silence is planned.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import Final

from rotations.engine.intervals import ALWAYS
from rotations.engine.rules import NOBODY, Held, covers_of
from rotations.engine.terms import Occurrence, Seats

Span = tuple[int, int, Held | None, Seats, int, int, int, Occurrence | None]
"""Start, end, and what is held once a rule has touched it. Where none has, None, and the turn as it is: who is seated,
ordinal, rotation, layer and window.

Most spans of a year are untouched, and spelling out who is on and why in each would take most of the time.
"""
Track = list[Span]

_NEVER: Final[Span] = (ALWAYS, ALWAYS, NOBODY, (), 0, 0, 0, None)


def touched(start: int, end: int, held: Held) -> Span:
    """Return the span in which ``held`` has taken the place of a turn."""
    return (start, end, held, (), 0, 0, 0, None)


def held_in(span: Span) -> Held:
    """Return who holds the pager in a span, and why."""
    return Held(covers_of(*span[3:])) if span[2] is None else span[2]


def people_on(span: Span) -> list[int]:
    """Return who is on in a span."""
    return [person for person, _ in span[3]] if span[2] is None else [cover.person for cover in span[2].covers]


def place_after(track: Track, at: int) -> int:
    """Return the place of the first span that ends after ``at``."""
    place = bisect_left(track, (at,))
    return place - 1 if place and track[place - 1][1] > at else place


def rewrite(track: Track, start: int, end: int, rule: Callable[[Held], Held], *, whom: int | None = None) -> None:
    """Put the result of ``rule`` in the place of what is held in ``[start, end)``, holes included.

    With ``whom``, the rule does nothing where that person is not on, and untouched turns of others stay as they are.
    """
    if start >= end:
        return
    first = past = place_after(track, start)
    written: Track = []
    reached = start
    while past < len(track) and track[past][0] < end:
        span = track[past]
        begin, finish = span[:2]
        past += 1
        if whom is None and begin > reached:
            _write(written, reached, begin, rule(NOBODY))
        reached = min(finish, end)
        if whom is not None and span[2] is None and whom not in people_on(span):
            written.append(span)
            continue
        if begin < start:
            written.append(_part(span, begin, start))
        _write(written, max(begin, start), reached, rule(held_in(span)))
        if finish > end:
            written.append(_part(span, end, finish))
    if whom is None and reached < end:
        _write(written, reached, end, rule(NOBODY))
    track[first:past] = written


def put(track: Track, start: int, end: int, held: Held) -> None:
    """Put ``held`` in the place of whatever is held in ``[start, end)``."""
    if start >= end:
        return
    first, past = place_after(track, start), place_after(track, end)
    written: Track = []
    if first < len(track) and track[first][0] < start:
        written.append(_part(track[first], track[first][0], start))
    _write(written, start, end, held)
    if past < len(track) and track[past][0] < end:
        written.append(_part(track[past], end, track[past][1]))
        past += 1
    track[first:past] = written


def cut(track: Track, edges: Iterable[int]) -> None:
    """Split the spans that contain an edge, so that none does."""
    for edge in edges:
        place = place_after(track, edge)
        if place < len(track) and track[place][0] < edge:
            span = track[place]
            track[place : place + 1] = [_part(span, span[0], edge), _part(span, edge, span[1])]


def overlay(above: Track, below: Track) -> Track:
    """Return who is on by ``above`` and, where nobody is, by ``below``."""
    answer: Track = []
    place, reached = 0, -ALWAYS
    for span in [*above, _NEVER]:
        while place < len(below) and below[place][1] <= reached:
            place += 1
        while place < len(below) and reached < span[0] and below[place][0] < span[0]:
            under = below[place]
            answer.append(_part(under, max(under[0], reached), min(under[1], span[0])))
            if under[1] > span[0]:
                break
            place += 1
        answer.append(span)
        reached = span[1]
    answer.pop()
    return answer


def together(one: Track, other: Track) -> Track:
    """Return who is on by either of two tracks, those of ``one`` first; neither plans a silence."""
    answer: Track = []
    mine = yours = 0
    reached = -ALWAYS
    while mine < len(one) or yours < len(other):
        this = one[mine] if mine < len(one) else _NEVER
        that = other[yours] if yours < len(other) else _NEVER
        reached = max(reached, min(this[0], that[0]))
        until = min(edge for edge in (*this[:2], *that[:2]) if edge > reached)
        answer.append(_joined(this, that, reached, until))
        reached = until
        mine += this[1] <= until
        yours += that[1] <= until
    return answer


def _joined(this: Span, that: Span, start: int, end: int) -> Span:
    if this[0] > start:
        return _part(that, start, end)
    if that[0] > start:
        return _part(this, start, end)
    return touched(start, end, Held(held_in(this).covers + held_in(that).covers))


def _part(span: Span, start: int, end: int) -> Span:
    return (start, end, *span[2:])


def _write(track: Track, start: int, end: int, held: Held) -> None:
    if held.covers or held.silence is not None:
        track.append(touched(start, end, held))
