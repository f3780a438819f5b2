"""Who works when, and when does nobody? Tracks spelt out as shifts, gaps and silence."""

from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import Final

from rotations.engine.intervals import DAY, Interval, instant, length, micros
from rotations.engine.rules import covers_of, one_entry_each
from rotations.engine.terms import Cover, Seats, Shift, Silence, Step
from rotations.engine.tracks import Track

# In days. Most shifts are whole within a few, and a longer look costs more.
_REACHES: Final = (1, 4, 16, 64, 400)

_make: Final = tuple.__new__

Look = Callable[[int, int], tuple[Shift, ...]]
"""Finds the shifts between two instants in microseconds, cut to them."""


def shifts_of(track: Track) -> tuple[Shift, ...]:
    """Return the shifts, in order of their start; each as long as person, rotation, ordinal and chain stay."""
    shifts: list[Shift] = []
    # Whoever is on up to ``reached``, with the place of their shift; None for those of ``seats``, which come last.
    going_on: dict[int, int] | None = {}
    seats: Seats = ()
    turn: int | None = None
    reached = track[0][0] if track else 0
    finish = instant(reached)
    for start, end, held, seated, ordinal, rotation, layer, window in track:
        if start == reached:
            begin = finish
        else:
            begin = finish + length(start - reached)
            going_on = turn = None
            seats = ()
        finish, reached = begin + length(end - start), end
        if held is None and turn != ordinal and (turn is not None or not (going_on or seats)):
            # Nobody's shift goes on in another turn, and most spans of a year come by here.
            for person, seat in seated:
                # Through tuple, a Shift is made in a third of the time.
                shifts.append(_make(Shift, (person, begin, finish, rotation, layer, ordinal, seat, window, None, ())))
            going_on, seats = None, seated
        else:
            if going_on is None:
                going_on = {person: len(shifts) - after for after, (person, _) in enumerate(reversed(seats), 1)}
            covers = covers_of(seated, ordinal, rotation, layer, window) if held is None else held.covers
            going_on = dict([_go_on(shifts, begin, finish, cover, going_on) for cover in one_entry_each(covers)])
        turn = ordinal if held is None else None
    return tuple(shifts)


def _go_on(
    shifts: list[Shift], begin: datetime, finish: datetime, cover: Cover, going_on: dict[int, int]
) -> tuple[int, int]:
    """Make ``cover`` part of the person's shift that goes on, or append another one; return whose, and its place."""
    person, source, _ = cover
    place = going_on.get(person)
    if place is not None and place_of(shifts[place]) == (source.rotation, source.ordinal, source.chain):
        last = shifts[place]
        shifts[place] = _make(Shift, (person, last.start, finish, *last[3:]))
        return person, place
    shifts.append(_make(Shift, (person, begin, finish, *source)))
    return person, len(shifts) - 1


def place_of(shift: Shift) -> tuple[int | None, int | None, tuple[Step, ...]]:
    """Return what stays as long as a shift of one person goes on."""
    return shift.rotation, shift.ordinal, shift.chain


def whole(shifts: tuple[Shift, ...], window: Interval, look: Look) -> tuple[Shift, ...]:
    """Return the shifts of ``window`` with their parts outside it, up to 400 days away."""
    start, end = window.start, window.end
    begun = _around(micros(start), -1, look) if any(shift.start == start for shift in shifts) else {}
    to_come = _around(micros(end) - 1, 1, look) if any(shift.end == end for shift in shifts) else {}
    from_start = (begun[shift.person]._replace(end=shift.end) if shift.start == start else shift for shift in shifts)
    both = (shift._replace(end=to_come[shift.person].end) if shift.end == end else shift for shift in from_start)
    return tuple(sorted(both, key=attrgetter("start")))


def _around(at: int, direction: int, look: Look) -> dict[int, Shift]:
    """Return the shifts at an instant by person, each whole on one side: backwards (-1) or forwards (1) in time."""
    around: dict[int, Shift] = {}
    for days in _REACHES:
        far = at + direction * days * DAY
        first, last = min(at, far), max(at, far) + 1
        around = {shift.person: shift for shift in look(first, last) if shift.start <= instant(at) < shift.end}
        cut_at = instant(first if direction < 0 else last)
        if all(cut_at not in (shift.start, shift.end) for shift in around.values()):
            break
    return around


def gaps_of(track: Track, start: int, end: int) -> tuple[Interval, ...]:
    """Return the parts of ``[start, end)`` with nobody on and no silence planned; in order and disjoint."""
    gaps: list[Interval] = []
    reached = start
    for begin, finish, *_ in track:
        if begin > reached:
            gaps.append(Interval(instant(reached), instant(begin)))
        reached = finish
    if reached < end:
        gaps.append(Interval(instant(reached), instant(end)))
    return tuple(gaps)


def silence_of(track: Track) -> tuple[Silence, ...]:
    """Return the planned silences, in order and disjoint, one for each override that planned it."""
    silent = ((begin, finish, held.silence) for begin, finish, held, *_ in track if held is not None)
    silences: list[Silence] = []
    for begin, finish, override in silent:
        if override is None:
            continue
        if silences and silences[-1].override == override and silences[-1].end == instant(begin):
            silences[-1] = silences[-1]._replace(end=instant(finish))
        else:
            silences.append(Silence(instant(begin), instant(finish), override))
    return tuple(silences)
