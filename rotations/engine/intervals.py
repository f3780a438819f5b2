"""Which span of time is meant? Half-open spans of instants, and the algebra on them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Final, Self

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECONDS_A_SECOND: Final = 1_000_000
SECONDS_A_DAY: Final = 86_400
DAY: Final = SECONDS_A_DAY * MICROSECONDS_A_SECOND
ALWAYS: Final = 10**60
"""Later than any instant and, negated, earlier than any."""

_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)


def micros(moment: datetime) -> int:
    """Return the whole microseconds from 1970-01-01T00:00Z to an aware ``moment``.

    Raises:
        TypeError: ``moment`` is naive.
    """
    # EPOCH is in UTC, so Python subtracts instants here and never two wall-clock readings of one zone.
    passed = moment - EPOCH
    return (passed.days * SECONDS_A_DAY + passed.seconds) * MICROSECONDS_A_SECOND + passed.microseconds


def instant(microseconds: int) -> datetime:
    """Return the UTC datetime that many microseconds after 1970, held within the years 1 to 9999."""
    if not _FIRST_MICROS <= microseconds <= _LAST_MICROS:
        return _FIRST if microseconds < 0 else _LAST
    return EPOCH + timedelta(0, *divmod(microseconds, MICROSECONDS_A_SECOND))


@lru_cache(maxsize=4096)
def length(microseconds: int) -> timedelta:
    """Return that length of time; kept, because most shifts are equally long and making one is slow."""
    return timedelta(0, *divmod(microseconds, MICROSECONDS_A_SECOND))


_FIRST_MICROS: Final = micros(_FIRST)
_LAST_MICROS: Final = micros(_LAST)


def in_utc(moment: datetime) -> datetime:
    """Return the same instant in UTC.

    Raises:
        ValueError: ``moment`` is naive.
    """
    if moment.tzinfo is UTC:
        return moment
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The instants from ``start`` up to, but not including, ``end``; kept in UTC, possibly empty.

    Raises:
        ValueError: a bound is naive, or ``end`` is before ``start``.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", in_utc(self.start))
        object.__setattr__(self, "end", in_utc(self.end))
        if self.end < self.start:
            raise ValueError(f"a span cannot end at {self.end.isoformat()}, before its start {self.start.isoformat()}")

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def overlaps(self, other: Self) -> bool:
        """Tell whether the two share an instant."""
        return max(self.start, other.start) < min(self.end, other.end)

    def clip(self, bounds: Self) -> "Interval | None":
        """Return the part within ``bounds``, or None where they share no instant."""
        if not self.overlaps(bounds):
            return None
        return Interval(max(self.start, bounds.start), min(self.end, bounds.end))


def merge(spans: Iterable[Interval]) -> tuple[Interval, ...]:
    """Join spans that overlap or touch; ordered, disjoint, none empty."""
    joined: list[Interval] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Interval(joined[-1].start, max(joined[-1].end, span.end))
        elif span.start < span.end:
            joined.append(span)
    return tuple(joined)


def gaps(window: Interval, spans: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the parts of ``window`` that no span touches; ordered and disjoint."""
    holes: list[Interval] = []
    covered_until = window.start
    for span in merge(spans):
        if covered_until < min(span.start, window.end):
            holes.append(Interval(covered_until, min(span.start, window.end)))
        covered_until = max(covered_until, span.end)
    if covered_until < window.end:
        holes.append(Interval(covered_until, window.end))
    return tuple(holes)


def subtract(spans: Iterable[Interval], holes: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the parts of ``spans`` that no hole touches; ordered and disjoint."""
    removed = merge(holes)
    return tuple(part for span in merge(spans) for part in gaps(span, touching(span, removed)))


def touching(span: Interval, spans: Sequence[Interval]) -> Sequence[Interval]:
    """Return those of ``spans``, ordered and disjoint, that share an instant with ``span``."""
    first = bisect_right(spans, span.start, key=attrgetter("end"))
    return spans[first : bisect_left(spans, span.end, key=attrgetter("start"))]
