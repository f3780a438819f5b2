"""When is each person on call, what of it changed, and which of it is near? Turns that touch are one spell."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rotations.engine.intervals import Interval, merge, subtract
from rotations.engine.terms import Shift

Spells = Mapping[int, Sequence[Interval]]
"""When each person is on call; ordered and disjoint."""
Leads = Mapping[int, Sequence[int]]
"""How many minutes before a shift each person is reminded of it."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What one person gained and lost; ordered and disjoint."""

    gained: tuple[Interval, ...] = ()
    lost: tuple[Interval, ...] = ()


def spells_of(shifts: Iterable[Shift]) -> Spells:
    """Return when each person works."""
    spans: dict[int, list[Interval]] = {}
    for shift in shifts:
        spans.setdefault(shift.person, []).append(Interval(shift.start, shift.end))
    return {person: merge(theirs) for person, theirs in spans.items()}


def moved(before: Spells, after: Spells, window: Interval, *, near: datetime) -> dict[int, Moved]:
    """Return, by person, what of ``window`` they are on call for by one of the two only.

    Only what begins before ``near``, then with what follows it; who gained and lost nothing is left out.
    """
    found = {}
    for person in sorted({*before, *after}):
        old, new = (_within(spells.get(person, ()), window) for spells in (before, after))
        each = Moved(_beginning(subtract(new, old), near), _beginning(subtract(old, new), near))
        if each.gained or each.lost:
            found[person] = each
    return found


def _within(spells: Iterable[Interval], window: Interval) -> list[Interval]:
    return [part for spell in spells if (part := spell.clip(window)) is not None]


def _beginning(spells: Iterable[Interval], before: datetime) -> tuple[Interval, ...]:
    return tuple(spell for spell in spells if spell.start < before)


def due_reminders(
    spells: Spells, leads: Leads, *, since: datetime, now: datetime
) -> Iterator[tuple[int, Interval, int]]:
    """Yield, for each spell to come, the person and the latest of the reminders that fell due after ``since``."""
    for person, theirs in spells.items():
        for spell in theirs:
            due = [lead for lead in leads[person] if since < spell.start - timedelta(minutes=lead) <= now]
            if due and now < spell.start:
                yield person, spell, min(due)


def next_due(spells: Spells, leads: Leads, *, now: datetime) -> datetime | None:
    """Return when next a reminder is due, or somebody comes on call or goes; None where nothing is known of."""
    moments = (
        moment
        for person, theirs in spells.items()
        for spell in theirs
        for moment in (spell.start, spell.end, *(spell.start - timedelta(minutes=lead) for lead in leads[person]))
    )
    return min((moment for moment in moments if now < moment), default=None)


def to_json(spells: Spells) -> dict[str, list[list[str]]]:
    """Return plain values."""
    return {
        str(person): [[spell.start.isoformat(), spell.end.isoformat()] for spell in theirs]
        for person, theirs in spells.items()
    }


def from_json(known: Mapping[str, Sequence[Sequence[str]]]) -> Spells:
    """Read what ``to_json`` wrote."""
    return {
        int(person): tuple(Interval(*map(datetime.fromisoformat, ends)) for ends in theirs)
        for person, theirs in known.items()
    }
