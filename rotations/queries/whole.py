"""How does the past, as it was recorded, go on in what is computed? One list of shifts, joined at the watermarks.

Before the record begins shifts are computed, within it they are read, after it they are computed again, by the plan as
it is now. At each of the two seams a shift that goes on is one shift: the recorded half gives its name and its reason.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from rotations.engine.intervals import Interval
from rotations.engine.intervals import gaps as gaps_between
from rotations.engine.shifts import place_of
from rotations.engine.sweep import outlook, shifts, silences
from rotations.engine.terms import Plan, Shift, Silence
from rotations.queries.duty import Record
from rotations.uids import uid_of

INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Piece:
    """A shift, or what one seam of the record leaves of it, with the name of the whole."""

    shift: Shift
    uid: str
    rotation_name: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a window shows: whole shifts in order of start, and gaps and silence, which are cut to it."""

    pieces: tuple[Piece, ...]
    gaps: tuple[Interval, ...]
    silence: tuple[Silence, ...]


def seen(plan: Plan, window: Interval, *, recorded: Interval | None, record: Record, person: int | None = None) -> Seen:
    """Return what happened and what will within ``window``; ``record`` holds what touches it of ``recorded``.

    With ``person`` the shifts are theirs alone, and gaps are whatever these leave.
    """
    if recorded is None:
        view = outlook(plan, window, clip=False)
        return Seen(_in_order(_named(plan, view.shifts, person)), view.gaps, view.silence)
    pieces = [piece for piece in _joined(plan, window, recorded, record, person) if _shares(piece.shift, window)]
    silence = _silence(plan, window, recorded, record)
    covered = [Interval(piece.shift.start, piece.shift.end) for piece in pieces]
    silent = [Interval(span.start, span.end) for span in silence]
    return Seen(_in_order(pieces), gaps_between(window, covered + silent), silence)


def begun_after(
    plan: Plan, window: Interval, since: datetime | None = None, *, person: int | None = None
) -> Iterator[Piece]:
    """Yield whole shifts of ``window``, of those that began before ``since`` only the rest."""
    found = shifts(plan, window, clip=False)
    if since is not None and any(shift.start < since for shift in found):
        # Cut by the engine, so that the reason is the one in force there.
        cut = {shift.person: shift for shift in shifts(plan, Interval(since, since + INSTANT))}
        found = tuple(cut[shift.person]._replace(end=shift.end) if shift.start < since else shift for shift in found)
    return _named(plan, found, person)


def _joined(plan: Plan, window: Interval, recorded: Interval, record: Record, person: int | None) -> list[Piece]:
    pieces = [Piece(each.shift, each.uid, each.rotation_name, each.because) for each in record.shifts]
    begins, ends = recorded.start, recorded.end
    if window.start < begins or any(piece.shift.start == begins for piece in pieces):
        early = Interval(min(window.start, begins - INSTANT), min(window.end, begins))
        found = begun_after(plan, early, person=person)
        pieces = _join((replace(piece, shift=_ended(piece.shift, begins)) for piece in found), pieces, begins)
    if window.end > ends or any(piece.shift.end == ends for piece in pieces):
        late = Interval(max(window.start, ends), max(window.end, ends + INSTANT))
        pieces = _join(pieces, begun_after(plan, late, ends, person=person), ends)
    return pieces


def _ended(shift: Shift, at: datetime) -> Shift:
    return shift._replace(end=min(shift.end, at))


def _join(before: Iterable[Piece], after: Iterable[Piece], seam: datetime) -> list[Piece]:
    """Make one piece of what goes on at ``seam``."""
    pieces = list(before)
    open_at = {_who(piece): place for place, piece in enumerate(pieces) if piece.shift.end == seam}
    for piece in after:
        place = open_at.get(_who(piece)) if piece.shift.start == seam else None
        if place is None:
            pieces.append(piece)
        else:
            pieces[place] = _one(pieces[place], piece)
    return pieces


def _who(piece: Piece) -> tuple[int, object]:
    return piece.shift.person, place_of(piece.shift)


def _one(begun: Piece, goes_on: Piece) -> Piece:
    kept = begun if begun.because or not goes_on.because else goes_on
    return replace(kept, shift=kept.shift._replace(start=begun.shift.start, end=goes_on.shift.end))


def _silence(plan: Plan, window: Interval, recorded: Interval, record: Record) -> tuple[Silence, ...]:
    spans = list(record.silence)
    if window.start < recorded.start:
        early = Interval(window.start, min(window.end, recorded.start))
        spans = [*silences(plan, early), *spans]
    if window.end > recorded.end:
        spans += silences(plan, Interval(max(window.start, recorded.end), window.end))
    found: list[Silence] = []
    for span in spans:
        cut = span._replace(start=max(span.start, window.start), end=min(span.end, window.end))
        if cut.start >= cut.end:
            continue
        if found and found[-1].override == cut.override and found[-1].end == cut.start:
            found[-1] = found[-1]._replace(end=cut.end)
        else:
            found.append(cut)
    return tuple(found)


def _named(plan: Plan, found: Iterable[Shift], person: int | None) -> Iterator[Piece]:
    names = {rotation.id: rotation.name for rotation in plan.rotations}
    for shift in found:
        if person is None or shift.person == person:
            name = "" if shift.rotation is None else names.get(shift.rotation, "")
            yield Piece(shift, uid_of(plan, shift), name)


def _shares(shift: Shift, window: Interval) -> bool:
    return shift.start < window.end and window.start < shift.end


def place_rank(shift: Shift) -> tuple[bool, int, bool, int, int]:
    """Return by what the people of one answer are sorted: their rotation, then their seat, whoever is added last."""
    added = shift.ordinal is None
    return shift.rotation is None, shift.rotation or 0, added, shift.chain[0].id if added else shift.seat, shift.person


def _in_order(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Sort by start; of those that start together, by the place they serve, so that the seams leave no trace."""
    return tuple(sorted(pieces, key=lambda piece: (piece.shift.start, place_rank(piece.shift))))
