"""Which rows has the timeline? Each rotation by itself, overrides and swaps, and who is on call after everything."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from oncall.pages.timeline.drawing import Mark, Wanted
from oncall.pages.timeline.words import (
    NOBODY,
    SILENCE,
    names_of,
    override_names,
    reason_words,
    span_words,
    swap_names,
    with_reason,
)
from rotations.engine.alone import Alone
from rotations.engine.intervals import Interval
from rotations.engine.terms import Shift
from rotations.queries import ShiftRow
from rotations.queries.timeline import OverrideRow, SwapRow, Timeline

FINAL_HEIGHT, OWN_HEIGHT = 34, 24


class Addresses(Protocol):
    """Where a press leads: to why it is so, or to a form that changes it."""

    def why(self, at: datetime) -> str:
        """Return where it is told why somebody is on call at ``at``."""

    def change(self, span: Interval, person: int | None) -> str:
        """Return where ``span`` is changed, empty for whoever may not; ``person`` is on call in it, None nobody."""


class Entry(NamedTuple):
    """One line of the table: a shift, a gap or planned silence. ``change`` is empty where nothing can be changed."""

    kind: str
    span: Interval
    who: str
    person: int | None
    why: str
    when: tuple[str, str]
    href: str
    change: str
    is_now: bool
    is_recorded: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How a timeline is read: by which clocks, at what moment, in which colours, and where a press leads."""

    zone: ZoneInfo
    now: datetime
    colours: Mapping[int, int]
    addresses: Addresses

    def is_past(self, span: Interval) -> bool:
        """Return whether ``span`` is over."""
        return span.end <= self.now

    def words(self, span: Interval) -> str:
        """Return a span in words."""
        return span_words(span.start, span.end, self.zone)


def entries_of(found: Timeline, reading: Reading) -> tuple[Entry, ...]:
    """Return the lines of the table in order of start: shifts, gaps and silence, which fill the window."""
    final = found.final
    shifts = (_shift_entry(row, found.window, reading) for row in final.shifts)
    gaps = (_empty_entry("gap", gap, NOBODY, "", reading) for gap in final.gaps)
    reasons = {row.override.pk: row.override.reason for row in found.overrides}
    silence = (
        _empty_entry("silence", Interval(each.start, each.end), SILENCE, reasons.get(each.override, ""), reading)
        for each in final.silence
    )
    return tuple(sorted((*shifts, *gaps, *silence), key=_start))


def wanted_rows(found: Timeline, entries: tuple[Entry, ...], reading: Reading) -> Iterator[Wanted]:
    """Yield the rows from top to bottom; ``entries`` are those of the last."""
    for alone in found.rotations:
        marks = tuple(_own_marks(alone, found, reading))
        yield Wanted(alone.rotation.name, f"layer {alone.rotation.layer}", marks, OWN_HEIGHT)
    changes = (
        *(_override_mark(each, reading) for each in found.overrides),
        *(_swap_mark(each, reading) for each in found.swaps),
    )
    yield Wanted("Overrides", "and swaps" if changes else "and swaps: none", changes, OWN_HEIGHT)
    final = [_final_mark(each, reading) for each in entries]
    yield Wanted("On call", "after everything", final, FINAL_HEIGHT, is_final=True)


def _shift_entry(row: ShiftRow, window: Interval, reading: Reading) -> Entry:
    whole = Interval(row.start, row.end)
    return Entry(
        kind="shift",
        span=whole,
        who=row.person.name,
        person=row.person.pk,
        why=_sentence(row.because) or reason_words(row.source, row.rotation_name),
        when=_when(whole, reading),
        href=reading.addresses.why(max(row.start, window.start)),
        change="" if reading.is_past(whole) else reading.addresses.change(whole, row.person.pk),
        is_now=reading.now in whole,
        is_recorded=row.recorded,
    )


def _empty_entry(kind: str, span: Interval, who: str, why: str, reading: Reading) -> Entry:
    change = "" if reading.is_past(span) else reading.addresses.change(span, None)
    href = reading.addresses.why(span.start)
    return Entry(kind, span, who, None, why, _when(span, reading), href, change, is_now=reading.now in span)


def _final_mark(entry: Entry, reading: Reading) -> Mark:
    names = names_of(entry.who) if entry.person is not None else (entry.who, entry.who.split()[-1])
    said = with_reason(f"{entry.who}, {reading.words(entry.span)}", entry.why)
    recorded = ", as recorded" if entry.is_recorded else ""
    return Mark(
        entry.kind,  # type: ignore[arg-type]  # one of the kinds: entries are made above
        entry.span,
        names,
        f"{said}{recorded}. {'Change it' if entry.change else 'Why?'}",
        entry.change or entry.href,
        opens=bool(entry.change),
        colour=None if entry.person is None else reading.colours[entry.person],
        is_past=reading.is_past(entry.span),
    )


def _own_marks(alone: Alone, found: Timeline, reading: Reading) -> Iterator[Mark]:
    for shift in alone.shifts:
        yield _own_mark(shift, found, reading, is_shadow=False)
    for shift in alone.shadows:
        yield _own_mark(shift, found, reading, is_shadow=True)


def _own_mark(shift: Shift, found: Timeline, reading: Reading, *, is_shadow: bool) -> Mark:
    span, name = Interval(shift.start, shift.end), found.people[shift.person].name
    how = "shadows" if is_shadow else "stands in for somebody away" if shift.absence is not None else "has the turn"
    names = names_of(name)
    return Mark(
        "shadow" if is_shadow else "turn",
        span,
        (f"{name}, shadow", *names) if is_shadow else names,
        f"{name} {how}, {reading.words(span)}. Why?",
        reading.addresses.why(max(shift.start, found.window.start)),
        colour=reading.colours[shift.person],
        is_past=reading.is_past(span),
    )


def names_of_override(row: OverrideRow) -> tuple[str, ...]:
    """Return what an override does, in less and less words."""
    person, replaces = (each.name if each else "" for each in (row.person, row.replaces))
    return override_names(row.override.kind, person, replaces)


def _override_mark(row: OverrideRow, reading: Reading) -> Mark:
    span, names = row.span, names_of_override(row)
    where = f" in {row.rotation_name}" if row.rotation_name else ""
    title = with_reason(f"Override: {names[0]}{where}, {reading.words(span)}", row.override.reason)
    return Mark(
        "silence" if row.override.kind == "silence" else "override",
        span,
        names,
        f"{title}. Why?",
        reading.addresses.why(reading.now if reading.now in span else span.start),
        colour=reading.colours[row.person.pk] if row.person else None,
        is_past=reading.is_past(span),
    )


def _swap_mark(row: SwapRow, reading: Reading) -> Mark:
    names = swap_names(row.person.name, row.replaces.name)
    title = with_reason(f"Swap: {names[0]} in {row.rotation_name}, {reading.words(row.span)}", row.swap.reason)
    return Mark(
        "swap",
        row.span,
        names,
        f"{title}. Why?",
        reading.addresses.why(row.span.start),
        colour=reading.colours[row.person.pk],
        is_past=reading.is_past(row.span),
    )


def _when(span: Interval, reading: Reading) -> tuple[str, str]:
    start, end = reading.words(span).split(" to ")
    return start, end


def _start(entry: Entry) -> tuple[datetime, str]:
    return entry.span.start, entry.who


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
