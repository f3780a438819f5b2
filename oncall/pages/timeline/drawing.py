"""Where is everything drawn? Spans in, rectangles out: across in percent of the window, down in pixels.

Nothing here knows a zone, a person or an address: a bar says what it is told to say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple

from rotations.engine.intervals import Interval

Kind = Literal["shift", "gap", "silence", "override", "swap", "turn", "shadow"]

# The chart is at least as wide as this, in pixels, so what fits here fits always.
NARROWEST: Final = 960
PADDING: Final = 7
TIGHT: Final = 2
# Of the letters of a name at the size in which it is written, on average and rounded up.
LETTER: Final = 7.4
GAP: Final = 3
ROW_PADDING: Final = 6


class Mark(NamedTuple):
    """Something to be drawn in ``span``. ``names`` are what to write on it, the first that fits.

    ``opens`` says that the address is a form, which may be shown on the page.
    """

    kind: Kind
    span: Interval
    names: tuple[str, ...] = ()
    title: str = ""
    href: str = ""
    opens: bool = False
    colour: int | None = None
    is_past: bool = False


class Bar(NamedTuple):
    """A mark in its place: ``x`` and ``width`` such as ``12.5%``. ``text`` is empty where nothing fits.

    ``is_tight`` says that it stands in the middle, because it leaves no margin; ``is_cut`` at which sides the bar goes
    on beyond the window.
    """

    mark: Mark
    x: str
    width: str
    y: int
    height: int
    text: str
    is_tight: bool
    is_cut: tuple[bool, bool]

    @property
    def classes(self) -> str:
        """Return what the stylesheet knows it by."""
        mark = self.mark
        colour = "" if mark.colour is None else f" who-{mark.colour}"
        return f"bar {mark.kind}{colour}{' past' if mark.is_past else ''}"


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of the chart, and the bars in it: those that overlap lie below each other."""

    name: str
    note: str
    y: int
    height: int
    bars: tuple[Bar, ...]
    is_final: bool = False

    @property
    def middle(self) -> int:
        """Return where its name stands."""
        return self.y + self.height // 2 - 1

    @property
    def below(self) -> int:
        """Return where its note stands, below the name."""
        return self.middle + 14


class Wanted(NamedTuple):
    """A row as it is wanted: what it is called, what is in it, and how high its bars are."""

    name: str
    note: str
    marks: Sequence[Mark]
    bar_height: int
    is_final: bool = False


class Scale:
    """A window on a line from 0 to 100 percent."""

    def __init__(self, window: Interval) -> None:
        self.window: Final = window
        self._whole: Final = window.length

    def at(self, moment: datetime) -> float:
        """Return where ``moment`` lies, to a ten-thousandth; before and after the window its edges."""
        if moment <= self.window.start:
            return 0.0
        return 100.0 if moment >= self.window.end else round(100 * ((moment - self.window.start) / self._whole), 4)

    def place(self, moment: datetime) -> str:
        """Return where ``moment`` lies, such as ``12.5%``."""
        return percent(self.at(moment))

    def width(self, span: Interval) -> str:
        """Return how wide ``span`` is; neighbours meet, because it is the distance of their rounded edges."""
        return percent(self.at(span.end) - self.at(span.start))


def percent(value: float) -> str:
    """Return ``12.5%`` without needless zeros."""
    return f"{value:.4f}".rstrip("0").rstrip(".") + "%"


def lanes_of(wanted: Iterable[Wanted], window: Interval, *, top: int) -> tuple[Lane, ...]:
    """Return the rows one below the other from ``top`` on, in pixels."""
    scale = Scale(window)
    lanes: list[Lane] = []
    for row in wanted:
        lane = _lane(row, scale, top)
        lanes.append(lane)
        top += lane.height
    return tuple(lanes)


def text_that_fits(names: Sequence[str], width: float) -> tuple[str, bool]:
    """Return the first of ``names`` that fits into ``width`` pixels, and whether it does so only without a margin.

    The last of them, initials, may do without; where not even they fit, there is no text.
    """
    room = width - 2 * PADDING
    fits = next((name for name in names if len(name) * LETTER <= room), "")
    if fits or not names:
        return fits, False
    return (names[-1], True) if len(names[-1]) * LETTER <= width - 2 * TIGHT else ("", False)


def _lane(row: Wanted, scale: Scale, top: int) -> Lane:
    free_from: list[datetime] = []
    bars: list[Bar] = []
    for mark in sorted(row.marks, key=_start):
        start, end = max(mark.span.start, scale.window.start), min(mark.span.end, scale.window.end)
        if start >= end:
            continue
        level = next((n for n, free in enumerate(free_from) if free <= start), len(free_from))
        free_from[level : level + 1] = [end]
        bars.append(_bar(mark, scale, top + ROW_PADDING + level * (row.bar_height + GAP), row.bar_height))
    levels = max(len(free_from), 1)
    height = 2 * ROW_PADDING + levels * row.bar_height + (levels - 1) * GAP
    return Lane(row.name, row.note, top, height, tuple(bars), row.is_final)


def _bar(mark: Mark, scale: Scale, y: int, height: int) -> Bar:
    x, right = scale.at(mark.span.start), scale.at(mark.span.end)
    text, is_tight = text_that_fits(mark.names, (right - x) / 100 * NARROWEST)
    is_cut = (mark.span.start < scale.window.start, scale.window.end < mark.span.end)
    return Bar(mark, percent(x), percent(right - x), y, height, text, is_tight, is_cut)


def _start(mark: Mark) -> tuple[datetime, bool]:
    # Whoever only watches lies below whom they watch.
    return mark.span.start, mark.kind == "shadow"
