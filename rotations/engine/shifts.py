"""Who works when, and when does nobody? Tracks spelt out as shifts, gaps and silence."""

from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import Final

from rotations.engine.intervals import DAY, Interval, instant, length, micros
from rotations.engine.rules import one_entry_each
from rotations.engine.terms import Shift, Silence, Step
from rotations.engine.tracks import Track

# In days. Most shifts are whole within a few, and a longer look costs more.
_REACHES: Final = (1, 4, 16, 64, 400)

Look = Callable[[int, int], tuple[Shift, ...]]
"""Finds the shifts between two instants in microseconds, cut to them."""


def shifts_of(track: Track) -> tuple[Shift, ...]:
    """Return the shifts, in order of their start; each as long as person, rotation, ordinal and chain stay."""
    shifts: list[Shift] = []
    ends: dict[int, datetime] = {}
    reached = track[0][0] if track else 0
    finish = instant(reached)
    make = tuple.__new__
    for start, end, crew, ordinal, held in track:
        begin = finish if start == reached else finish + length(start - reached)
        finish, reached = begin + length(end - start), end
        if held is None:
            rotation, layer, seats, window = crew
            for person, seat in seats:
                # Through tuple a Shift is made in half the time, and most spans of a year come by here.
                shift = make(Shift, (person, begin, finish, rotation, layer, ordinal, seat, window, None, ()))
                # The same object, not an equal one: a span that follows another begins with the end of that.
                if ends.get(person) is begin:
                    _prolong(shifts, shift)
                else:
                    shifts.append(shift)
                ends[person] = finish
        else:
            for person, source, _ in one_entry_each(held.covers):
                shift = make(Shift, (person, begin, finish, *source))
                if ends.get(person) is begin:
                    _prolong(shifts, shift)
                else:
                    shifts.append(shift)
                ends[person] = finish
    return tuple(shifts)


def _prolong(shifts: list[Shift], shift: Shift) -> None:
    """Append ``shift``, or make it part of the person's last one where it goes on."""
    for place in range(len(shifts) - 1, -1, -1):
        last = shifts[place]
        if last.person == shift.person:
            if place_of(last) != place_of(shift):
                break
            shifts[place] = Shift(last.person, last.start, shift.end, *last[3:])
            return
    shifts.append(shift)


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
    silent = ((begin, finish, held.silence) for begin, finish, _, _, held in track if held is not None)
    silences: list[Silence] = []
    for begin, finish, override in silent:
        if override is None:
            continue
        if silences and silences[-1].override == override and silences[-1].end == instant(begin):
            silences[-1] = silences[-1]._replace(end=instant(finish))
        else:
            silences.append(Silence(instant(begin), instant(finish), override))
    return tuple(silences)
