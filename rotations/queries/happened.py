"""What happened in a schedule, by its plan, ready to be recorded?"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

from rotations.engine.intervals import Interval, instant
from rotations.engine.lookahead import Timeline
from rotations.engine.shifts import place_of
from rotations.engine.sweep import outlook
from rotations.engine.terms import Plan, Shift, Silence, Source
from rotations.models import Duty, Schedule
from rotations.queries.duty import Reasons, shift_of, source_values
from rotations.queries.whole import Piece, begun_after
from rotations.queries.wording import Wording

SILENCE: Final = "silence"


@dataclass(frozen=True, slots=True)
class Happening:
    """Who was on call or, with ``is_shadow``, watched in ``[start, end)``; with ``person`` None nobody, as planned.

    ``place`` stays as long as it goes on; ``reasons`` are those in force, each list from a moment on.
    """

    person: int | None
    start: datetime
    end: datetime
    place: object
    source: dict[str, Any]
    because: str
    uid: str = ""
    is_shadow: bool = False
    reasons: Reasons = ()

    @property
    def who(self) -> tuple[int | None, bool, object]:
        """What a row and its continuation have in common."""
        return self.person, self.is_shadow, self.place


def who_was(row: Duty) -> tuple[int | None, bool, object]:
    """Return what ``row`` and a happening that continues it have in common."""
    if row.person_id is None:
        return None, False, row.source["override"]
    return row.person_id, row.shadow, place_of(shift_of(row, until=row.end))


def happenings(schedule: Schedule, plan: Plan, span: Interval) -> Iterator[Happening]:
    """Yield what ``plan`` says of ``span``, cut to it; shifts bear the name of the whole."""
    view = outlook(plan, span)
    # Where the record begins, what is running keeps the name that it has been computed with.
    since = None if span.start == schedule.recorded_from else span.start
    pieces = [_cut(piece, span) for piece in begun_after(plan, span, since)]
    shown = [*(piece.shift for piece in pieces), *view.shadows]
    wording = Wording(schedule, plan, [shift.source for shift in shown], [each.override for each in view.silence])
    reasons = _reasons(plan, span)
    for piece in pieces:
        shift = piece.shift
        yield replace(_happening(shift, wording), uid=piece.uid, reasons=_within(reasons[shift.person], shift))
    for shift in view.shadows:
        yield replace(_happening(shift, wording), is_shadow=True)
    for silence in view.silence:
        yield _silence(silence, wording)


def reasoned(source: dict[str, Any], reasons: Reasons) -> dict[str, Any]:
    """Return ``source`` with the ``reasons`` that differ from the latest it has."""
    kept = list(source["reasons"])
    latest = kept[-1][1] if kept else [{key: source[key] for key in source if key not in {"name", "reasons"}}]
    for since, sources in reasons:
        values = [source_values(each) for each in sources]
        if values != latest:
            kept.append([since.isoformat(), values])
            latest = values
    return source | {"reasons": kept}


def _cut(piece: Piece, span: Interval) -> Piece:
    start, end = max(piece.shift.start, span.start), min(piece.shift.end, span.end)
    return replace(piece, shift=piece.shift._replace(start=start, end=end))


def _happening(shift: Shift, wording: Wording) -> Happening:
    source = source_values(shift.source) | {"name": wording.name_of(shift.source), "reasons": []}
    return Happening(shift.person, shift.start, shift.end, place_of(shift), source, wording.of(shift.source))


def _silence(silence: Silence, wording: Wording) -> Happening:
    source = {"kind": SILENCE, "override": silence.override}
    because = wording.of_silence(silence.override)
    return Happening(None, silence.start, silence.end, silence.override, source, because)


def _within(reasons: list[tuple[datetime, tuple[Source, ...]]], shift: Shift) -> Reasons:
    first, past = (bisect_left(reasons, moment, key=itemgetter(0)) for moment in (shift.start, shift.end))
    return tuple(reasons[first:past])


def _reasons(plan: Plan, span: Interval) -> dict[int, list[tuple[datetime, tuple[Source, ...]]]]:
    timeline = Timeline(plan, span)
    reasons: dict[int, list[tuple[datetime, tuple[Source, ...]]]] = defaultdict(list)
    for edge, answer in zip(timeline.edges, timeline.answers, strict=True):
        for cover in answer.people:
            reasons[cover.person].append((instant(edge), (cover.source, *cover.also)))
    return reasons
