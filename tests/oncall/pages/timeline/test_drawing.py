"""Where is everything drawn? Exact places, rows that tile, and words that fit."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall.pages.timeline.axis import sheet
from oncall.pages.timeline.chart import chart_of
from oncall.pages.timeline.drawing import NARROWEST, Mark, Scale, Wanted, lanes_of, text_that_fits
from rotations.engine.intervals import Interval

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = Interval(MONDAY, MONDAY + 7 * DAY)


def mark(start: datetime, end: datetime, **more) -> Mark:
    return Mark(more.pop("kind", "shift"), Interval(start, end), **more)


def row(*marks: Mark, height: int = 20) -> Wanted:
    return Wanted("Primary", "layer 1", marks, height)


def test_a_bar_lies_where_its_time_lies_and_is_cut_at_the_edges_of_the_window():
    (lane,) = lanes_of(
        [row(mark(MONDAY - DAY, MONDAY + 42 * HOUR), mark(MONDAY + 6 * DAY, MONDAY + 9 * DAY))], WEEK, top=50
    )

    assert [(bar.x, bar.width, bar.y, bar.height, bar.is_cut) for bar in lane.bars] == [
        ("0%", "25%", 56, 20, (True, False)),
        ("85.7143%", "14.2857%", 56, 20, (False, True)),
    ]
    assert (lane.y, lane.height, lane.middle) == (50, 32, 65)


def test_what_overlaps_lies_side_by_side_and_rows_lie_below_each_other():
    both = row(
        mark(MONDAY, MONDAY + 2 * DAY), mark(MONDAY + DAY, MONDAY + 3 * DAY), mark(MONDAY + 2 * DAY, MONDAY + 4 * DAY)
    )
    upper, lower = lanes_of([both, row(mark(MONDAY, MONDAY + DAY))], WEEK, top=0)

    assert [bar.y for bar in upper.bars] == [6, 29, 6]
    assert (upper.height, lower.y, [bar.y for bar in lower.bars]) == (55, 55, [61])


def test_a_row_with_nothing_in_it_has_its_place_all_the_same():
    (lane,) = lanes_of([row(mark(MONDAY - 2 * DAY, MONDAY))], WEEK, top=0)

    assert (lane.bars, lane.height) == ((), 32)


def test_an_hour_is_as_wide_on_the_day_of_a_clock_change_as_the_day_has_hours():
    day = sheet("day", date(2026, 10, 25), BERLIN).window
    scale = Scale(day)

    assert scale.width(Interval(day.start, day.start + HOUR)) == "4%"
    assert scale.place(day.end) == "100%"
    # 02:30 the first and the second time.
    assert [scale.place(day.start + 2.5 * HOUR), scale.place(day.start + 3.5 * HOUR)] == ["10%", "14%"]


@settings(max_examples=100)
@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago"]),
    st.sampled_from([date(2026, 4, 5), date(2026, 9, 6), date(2026, 10, 4), date(2026, 10, 25), date(2027, 3, 14)]),
    st.sampled_from(["day", "week", "month"]),
    st.lists(st.integers(1, 1439), max_size=12, unique=True),
)
def test_what_tiles_the_window_tiles_the_row(zone: str, day: date, view, parts: list[int]):
    window = sheet(view, day, ZoneInfo(zone)).window
    edges = [window.start, *(window.start + window.length * part / 1440 for part in sorted(parts)), window.end]
    (lane,) = lanes_of([row(*(mark(*edges) for edges in pairwise(edges)))], window, top=0)

    numbers = [(float(bar.x[:-1]), float(bar.width[:-1])) for bar in lane.bars]
    assert (numbers[0][0], {bar.y for bar in lane.bars}) == (0, {6})
    assert [round(x + width, 4) for x, width in numbers] == [*(x for x, _ in numbers[1:]), 100]


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (88, ("Ada Okafor", False)),
        (87, ("Ada", False)),
        (36, ("AO", False)),
        (19, ("AO", True)),
        (18, ("", False)),
    ],
)
def test_a_name_is_written_as_far_as_there_is_room(width: float, text: tuple[str, bool]):
    assert text_that_fits(("Ada Okafor", "Ada", "AO"), width) == text


def test_what_fits_is_measured_on_the_narrowest_drawing_there_is():
    (lane,) = lanes_of([row(mark(MONDAY, MONDAY + DAY, names=("x" * 20, "y" * 16, "z")))], WEEK, top=0)

    assert NARROWEST / 7 > 16 * 7.4 + 14 > 0
    assert [bar.text for bar in lane.bars] == ["y" * 16]


def test_the_line_of_now_is_drawn_where_it_is_and_only_where_it_is():
    week = sheet("week", date(2026, 11, 23), BERLIN)
    monday = week.window.start

    def drawn(now: datetime):
        chart = chart_of(week, [], zone=BERLIN, now=now)
        return chart.now and (chart.now.x, chart.now.label, chart.now.is_late), chart.past

    assert drawn(monday + 3.5 * DAY) == (("50%", "now 12:00", False), "50%")
    assert drawn(monday + 6 * DAY) == (("85.7143%", "now 00:00", True), "85.7143%")
    assert drawn(monday - HOUR) == (None, "0%")
    assert drawn(week.window.end) == (None, "100%")


def test_the_axis_says_how_long_an_odd_day_is_and_when_the_clocks_are_set():
    chart = chart_of(sheet("week", date(2026, 10, 25), BERLIN), [], zone=BERLIN, now=MONDAY)

    assert [(day.label, day.hours) for day in chart.days[-2:]] == [("Sat 24 Oct", ""), ("Sun 25 Oct", "25 h")]
    assert [(line.x, line.label) for line in chart.changes] == [("86.9822%", "02:00 to 03:00 comes twice")]


def test_in_a_month_how_long_an_odd_day_is_stands_below_its_number():
    chart = chart_of(sheet("month", date(2026, 10, 25), BERLIN), [], zone=BERLIN, now=MONDAY)

    assert [(day.label, day.below, day.hours) for day in chart.days[23:26]] == [
        ("24", "Sa", ""),
        ("25", "25 h", ""),
        ("26", "Mo", ""),
    ]
