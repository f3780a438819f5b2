"""Is the schedule covered, who is on call too much at once, and what would a change do to it?"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from operator import attrgetter, itemgetter
from typing import NamedTuple

from rotations.engine.intervals import Interval, merge, subtract, touching
from rotations.engine.intervals import gaps as gaps_between
from rotations.engine.sweep import outlook, shifts
from rotations.engine.terms import Absence, Outlook, Plan, Shift


class Changes(NamedTuple):
    """What differs between two plans; each in order of start.

    ``gained`` and ``lost`` are shifts, or the parts of shifts, in which a person is on call by one plan only.
    """

    gained: tuple[Shift, ...]
    lost: tuple[Shift, ...]
    new_gaps: tuple[Interval, ...]
    closed_gaps: tuple[Interval, ...]


class Conflict(NamedTuple):
    """A span in which someone is on call although they are away."""

    person: int
    absence: int
    span: Interval


class LostTurn(NamedTuple):
    """A span in which it is the turn of somebody who was deactivated."""

    person: int
    span: Interval


class DoubleBooking(NamedTuple):
    """A span in which someone is on call in more than one schedule at once."""

    person: int
    span: Interval


class ShortRest(NamedTuple):
    """The time that someone has between two spells on call, shorter than it should be."""

    person: int
    rest: Interval


def gaps(plan: Plan, window: Interval) -> tuple[Interval, ...]:
    """Return the parts of ``window`` with nobody on call and no silence planned; in order, disjoint, maximal."""
    return outlook(plan, window).gaps


def changes(before: Plan, after: Plan, window: Interval) -> Changes:
    """Return what ``window`` gains and loses when ``before`` becomes ``after``."""
    old, new = outlook(before, window), outlook(after, window)
    return Changes(
        gained=_beyond(new.shifts, old.shifts),
        lost=_beyond(old.shifts, new.shifts),
        new_gaps=subtract(new.gaps, old.gaps),
        closed_gaps=subtract(old.gaps, new.gaps),
    )


def conflicts(shifts: Iterable[Shift], absences: Iterable[Absence]) -> tuple[Conflict, ...]:
    """Return where the people of ``shifts`` are away; in order of start."""
    spells = _spells(shifts)
    found = (
        Conflict(absence.person, absence.id, span)
        for absence in absences
        for away in [Interval(absence.start, absence.end)]
        for spell in touching(away, spells.get(absence.person, ()))
        if (span := spell.clip(away)) is not None
    )
    return tuple(sorted(found, key=attrgetter("span")))


def lost_turns(plan: Plan, view: Outlook) -> tuple[LostTurn, ...]:
    """Return when it would be the turn of people who left, in order of start; ``view`` is the plan's outlook.

    Not where an override or a swap put somebody in their place, or planned for nobody.
    """
    if not plan.deactivated:
        return ()
    seen_to = merge(
        [Interval(shift.start, shift.end) for shift in view.shifts if shift.chain]
        + [Interval(silence.start, silence.end) for silence in view.silence]
    )
    with_everybody = replace(plan, deactivated={}, overrides=(), swaps=())
    found = (
        LostTurn(person, part)
        for person, spells in _spells(shifts(with_everybody, view.window)).items()
        if (left_at := plan.deactivated.get(person)) is not None and left_at < view.window.end
        for gone in [Interval(max(left_at, view.window.start), view.window.end)]
        for span in touching(gone, spells)
        for part in subtract([span.clip(gone) or span], seen_to)
    )
    return tuple(sorted(found, key=attrgetter("span")))


def double_bookings(*schedules: Iterable[Shift]) -> tuple[DoubleBooking, ...]:
    """Return where anybody is on call in several of the schedules, each given by its shifts; in order of start."""
    spells = [(person, spell) for shifts in schedules for person, spells in _spells(shifts).items() for spell in spells]
    found: dict[int, list[Interval]] = defaultdict(list)
    reached: dict[int, datetime] = {}
    for person, spell in sorted(spells, key=itemgetter(1)):
        if person in reached and spell.start < reached[person]:
            found[person].append(Interval(spell.start, min(spell.end, reached[person])))
        reached[person] = max(spell.end, reached.get(person, spell.end))
    booked = (DoubleBooking(person, span) for person, spans in found.items() for span in merge(spans))
    return tuple(sorted(booked, key=attrgetter("span")))


def short_rests(shifts: Iterable[Shift], *, least: timedelta) -> tuple[ShortRest, ...]:
    """Return the rests shorter than ``least``; shifts that touch make one spell, with no rest between; in order."""
    rests = (
        ShortRest(person, Interval(before.end, after.start))
        for person, spells in _spells(shifts).items()
        for before, after in pairwise(spells)
        if after.start - before.end < least
    )
    return tuple(sorted(rests, key=attrgetter("rest")))


def _spells(shifts: Iterable[Shift]) -> dict[int, tuple[Interval, ...]]:
    """Return when each person is on call; ordered and disjoint."""
    spans: dict[int, list[Interval]] = defaultdict(list)
    for shift in shifts:
        spans[shift.person].append(Interval(shift.start, shift.end))
    return {person: merge(of_person) for person, of_person in spans.items()}


def _beyond(shifts: Iterable[Shift], others: Iterable[Shift]) -> tuple[Shift, ...]:
    """Return the parts of ``shifts`` in which their person has no shift in ``others``."""
    spells = _spells(others)
    return tuple(
        shift._replace(start=part.start, end=part.end)
        for shift in shifts
        for span in [Interval(shift.start, shift.end)]
        for part in gaps_between(span, touching(span, spells.get(shift.person, ())))
    )
