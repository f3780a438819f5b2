"""Which days and hours does the axis show, above all on days on which the clocks are set?"""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall.pages.timeline.axis import VIEWS, View, changes_of, clock, days_of, sheet, ticks_of
from rotations.engine.intervals import Interval

BERLIN, NEW_YORK, LORD_HOWE, SANTIAGO, APIA = (
    ZoneInfo(name)
    for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Pacific/Apia")
)
ZONES = [BERLIN, NEW_YORK, LORD_HOWE, SANTIAGO, APIA, ZoneInfo("America/Havana"), ZoneInfo("UTC")]
INSTANT = timedelta(microseconds=1)


def hours(span: Interval) -> float:
    return span.length / timedelta(hours=1)


@pytest.mark.parametrize(
    ("view", "title", "earlier", "later", "length"),
    [
        ("day", "Sunday 25 October 2026", date(2026, 10, 24), date(2026, 10, 26), 25),
        ("week", "19 to 25 October 2026", date(2026, 10, 12), date(2026, 10, 26), 7 * 24 + 1),
        ("fortnight", "12 to 25 October 2026", date(2026, 9, 28), date(2026, 10, 26), 14 * 24 + 1),
        ("month", "October 2026", date(2026, 9, 1), date(2026, 11, 1), 31 * 24 + 1),
    ],
)
def test_a_sheet_is_the_day_the_week_from_monday_two_of_them_or_the_month(
    view: View, title: str, earlier: date, later: date, length: int
):
    found = sheet(view, date(2026, 10, 25), BERLIN)

    assert (found.title, found.earlier, found.later, hours(found.window)) == (title, earlier, later, length)


@pytest.mark.parametrize(
    ("view", "day", "title"),
    [
        ("week", date(2026, 10, 1), "28 September to 4 October 2026"),
        ("week", date(2027, 1, 1), "28 December 2026 to 3 January 2027"),
        ("month", date(2028, 2, 29), "February 2028"),
    ],
)
def test_a_title_says_no_more_than_it_must(view: View, day: date, title: str):
    assert sheet(view, day, BERLIN).title == title


@pytest.mark.parametrize(
    ("zone", "day", "length", "begins", "told"),
    [
        (BERLIN, date(2026, 10, 25), 25, "00:00", "02:00 to 03:00 comes twice"),
        (BERLIN, date(2027, 3, 28), 23, "00:00", "02:00 to 03:00 is skipped"),
        (NEW_YORK, date(2027, 3, 14), 23, "00:00", "02:00 to 03:00 is skipped"),
        (LORD_HOWE, date(2026, 4, 5), 24.5, "00:00", "01:30 to 02:00 comes twice"),
        (LORD_HOWE, date(2026, 10, 4), 23.5, "00:00", "02:00 to 02:30 is skipped"),
        # The day begins where the clock first shows it; the other change is told on the day that it makes longer.
        (SANTIAGO, date(2026, 9, 6), 23, "01:00", "00:00 to 01:00 is skipped"),
        (SANTIAGO, date(2026, 4, 4), 25, "00:00", "23:00 to 24:00 comes twice"),
    ],
)
def test_a_day_is_as_long_as_it_is_and_says_why(zone: ZoneInfo, day: date, length: float, begins: str, told: str):
    found = sheet("day", day, zone)

    (only,) = days_of(found.window, zone)
    assert (only.date, hours(only.span), only.is_odd) == (day, length, True)
    assert f"{found.window.start.astimezone(zone):%H:%M}" == begins
    assert [words for _, words in changes_of(found.window, zone)] == [told]


def test_a_day_that_was_skipped_is_on_no_sheet():
    week = sheet("week", date(2011, 12, 30), APIA)

    assert [day.date.day for day in days_of(week.window, APIA)] == [26, 27, 28, 29, 31, 1]
    assert [words for _, words in changes_of(week.window, APIA)] == ["Fri 30 December 2011 is skipped"]
    assert sheet("day", date(2011, 12, 30), APIA) == sheet("day", date(2011, 12, 31), APIA)


def test_the_hours_of_a_day_are_those_that_its_clock_shows():
    def labels(day: date, zone: ZoneInfo) -> list[str]:
        return [tick.label for tick in ticks_of(sheet("day", day, zone), zone)]

    assert labels(date(2026, 6, 1), BERLIN) == [f"{hour:02}" for hour in range(1, 24)]
    # The hour that comes again is no new one: the change itself is marked where it begins.
    assert labels(date(2026, 10, 25), BERLIN) == [f"{hour:02}" for hour in range(1, 24)]
    assert labels(date(2027, 3, 28), BERLIN) == ["01", *(f"{hour:02}" for hour in range(3, 24))]
    assert labels(date(2026, 10, 4), LORD_HOWE)[:3] == ["01", "02:30", "03"]
    assert labels(date(2026, 9, 6), SANTIAGO)[:2] == ["02", "03"]


def test_an_hour_lies_where_it_falls_in_real_time():
    ticks = {tick.label: tick.at for tick in ticks_of(sheet("day", date(2026, 10, 25), BERLIN), BERLIN)}

    assert ticks["02"] == datetime(2026, 10, 25, 0, tzinfo=UTC)
    assert ticks["03"] == datetime(2026, 10, 25, 2, tzinfo=UTC)


def test_a_week_marks_every_six_hours_two_weeks_the_noons_and_a_month_none():
    def labels(view: View) -> list[str]:
        return [tick.label for tick in ticks_of(sheet(view, date(2026, 6, 1), BERLIN), BERLIN)]

    assert (labels("week"), labels("fortnight"), labels("month")) == (["06", "12", "18"] * 7, ["12"] * 14, [])


def test_a_moment_says_which_of_two_it_is_where_the_clock_shows_it_twice():
    shown = [clock(datetime(2026, 10, 25, hour, 30, tzinfo=UTC), BERLIN) for hour in range(4)]

    assert shown == [
        "Sun 25 Oct 02:30 CEST",
        "Sun 25 Oct 02:30 CET",
        "Sun 25 Oct 03:30",
        "Sun 25 Oct 04:30",
    ]


@settings(max_examples=80)
@given(
    st.sampled_from([*VIEWS]),
    st.dates(date(2010, 1, 1), date(2035, 12, 31)),
    st.sampled_from(ZONES),
)
def test_sheets_follow_each_other_and_days_tile_them(view: View, day: date, zone: ZoneInfo):
    found = sheet(view, day, zone)
    days = days_of(found.window, zone)

    assert sheet(view, found.later, zone).window.start == found.window.end
    assert sheet(view, found.earlier, zone).window.end == found.window.start
    assert (days[0].span.start, days[-1].span.end) == (found.window.start, found.window.end)
    assert all(before.span.end == after.span.start for before, after in pairwise(days))
    for each in days:
        assert each.span.start.astimezone(zone).date() == each.date
        assert (each.span.end - INSTANT).astimezone(zone).date() == each.date


@settings(max_examples=40)
@given(
    st.sampled_from(["day", "week", "fortnight"]),
    st.dates(date(2010, 1, 1), date(2035, 12, 31)),
    st.sampled_from(ZONES),
)
def test_ticks_are_within_the_sheet_in_order_and_say_what_the_clock_shows(view: View, day: date, zone: ZoneInfo):
    found = sheet(view, day, zone)
    ticks = ticks_of(found, zone)

    assert [tick.at for tick in ticks] == sorted({tick.at for tick in ticks})
    for tick in ticks:
        assert tick.at in found.window
        assert f"{tick.at.astimezone(zone):%H:%M}".startswith(tick.label)
