"""What happened? Duty as it is recorded: the form of a reason in a row, and rows in, values out.

A reason is kept in the API's shape (``kind``, ``rotation``, ``ordinal``, ``layer``, and ``override`` or ``swap``), with
what else it takes to have it again: ``seat``, ``window``, ``absence``, ``chain``, and its rotation's ``name`` then.
It is the reason in force when the shift began. Where others were in force within it, or would have done as well,
``reasons`` lists them, the main one first, each list from a moment on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Q

from rotations.engine.intervals import Interval
from rotations.engine.terms import Cover, Occurrence, Shift, Silence, Source, Step
from rotations.models import Duty

Reasons = tuple[tuple[datetime, tuple[Source, ...]], ...]
"""The reasons of a shift, the main one first, each list from a moment on; empty where the first never changed."""


class Row(NamedTuple):
    """The columns of a row of duty: thousands are read at once, and to make a model of each takes long."""

    schedule_id: int
    person_id: int | None
    shadow: bool
    start: datetime
    end: datetime
    uid: str
    source: dict[str, Any]
    because: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A shift as it was recorded, its end no later than the record's; ``is_shadow`` where they only watched."""

    shift: Shift
    uid: str
    rotation_name: str
    because: str
    reasons: Reasons = ()
    is_shadow: bool = False

    def cover_at(self, moment: datetime) -> Cover:
        """Return the reasons that were in force at ``moment``."""
        found = (sources for since, sources in reversed(self.reasons) if since <= moment)
        main, *also = next(found, (self.shift.source,))
        return Cover(self.shift.person, main, tuple(also))


@dataclass(frozen=True, slots=True)
class Record:
    """What was recorded of one schedule; each in order of start."""

    shifts: tuple[Recorded, ...] = ()
    shadows: tuple[Recorded, ...] = ()
    silence: tuple[Silence, ...] = ()


def records_of(spans: Mapping[int, Interval], *, window: Interval, person: int | None = None) -> dict[int, Record]:
    """Return what touches ``window``, by schedule; one query. ``spans`` gives the recorded span of each.

    Rows that were recorded after the span was read are left out, and what they extended is cut: so the answer is that
    of one instant.
    """
    if not spans:
        return {}
    rows: dict[int, list[Row]] = {pk: [] for pk in spans}
    for row in _touching(spans, window, person):
        if row.start < spans[row.schedule_id].end:
            rows[row.schedule_id].append(row)
    return {pk: _record(found, until=spans[pk].end) for pk, found in rows.items()}


def _touching(spans: Mapping[int, Interval], window: Interval, person: int | None) -> Iterator[Row]:
    touching = Q()
    for pk, span in spans.items():
        # Of a window beyond the record, the row at which both meet.
        start, end = min(window.start, span.end), max(window.end, span.start)
        touching |= Q(schedule=pk, end__gte=start, start__lte=end)
    rows = Duty.objects.filter(touching).order_by("schedule_id", "start", "id")
    if person is not None:
        rows = rows.filter(person=person)
    return map(Row._make, rows.values_list(*Row._fields))


def _record(rows: Sequence[Row], *, until: datetime) -> Record:
    values = [_recorded(row, until=until) for row in rows if row.person_id is not None]
    return Record(
        shifts=tuple(value for value in values if not value.is_shadow),
        shadows=tuple(value for value in values if value.is_shadow),
        silence=tuple(
            Silence(row.start, min(row.end, until), row.source["override"]) for row in rows if row.person_id is None
        ),
    )


def _recorded(row: Row, *, until: datetime) -> Recorded:
    return Recorded(
        shift_of(row, until=until),
        row.uid,
        row.source["name"],
        row.because,
        tuple((datetime.fromisoformat(since), tuple(map(source_of, each))) for since, each in row.source["reasons"]),
        row.shadow,
    )


def shift_of(row: Duty | Row, *, until: datetime) -> Shift:
    """Return the shift that a row of a person stands for, as far as it went by ``until``."""
    assert row.person_id is not None  # noqa: S101 - silence is no shift
    return Shift(row.person_id, row.start, min(row.end, until), *source_of(row.source))


def source_of(values: Mapping[str, Any]) -> Source:
    """Return the reason that was kept as ``values``."""
    window = values["window"]
    return Source(
        rotation=values["rotation"],
        layer=values["layer"],
        ordinal=values["ordinal"],
        seat=values["seat"],
        window=window and Occurrence(date.fromisoformat(window[0]), window[1]),
        absence=values["absence"],
        chain=tuple(Step(kind, number) for kind, number in values["chain"]),
    )


def source_values(source: Source) -> dict[str, Any]:
    """Return a reason as a row keeps it, without name and further reasons."""
    values: dict[str, Any] = {
        "kind": source.kind,
        "rotation": source.rotation,
        "ordinal": source.ordinal,
        "layer": source.layer,
        "seat": source.seat,
        "window": source.window and [source.window.starts_on.isoformat(), source.window.place],
        "absence": source.absence,
        "chain": [list(step) for step in source.chain],
    }
    if source.override is not None:
        values["override"] = source.override
    if source.swap is not None:
        values["swap"] = source.swap
    return values
