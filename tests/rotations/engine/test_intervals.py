"""The algebra of half-open spans."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rotations.engine.intervals import Interval, gaps, instant, merge, micros, subtract
from tests.rotations.engine.pictures import DAY, HOUR, at, span


def hours(begin: int, end: int) -> Interval:
    return span(f"2026-03-02 {begin:02}:00", f"2026-03-02 {end:02}:00")


def test_a_span_includes_its_start_and_not_its_end():
    assert [moment in hours(1, 2) for moment in (hours(1, 2).start, hours(1, 2).end)] == [True, False]


def test_spans_that_touch_do_not_overlap():
    assert (hours(1, 2).overlaps(hours(2, 3)), hours(1, 3).overlaps(hours(2, 4))) == (False, True)
    assert (hours(1, 2).clip(hours(2, 3)), hours(1, 3).clip(hours(2, 4))) == (None, hours(2, 3))


def test_spans_that_touch_or_overlap_are_merged():
    assert merge([hours(4, 5), hours(1, 2), hours(2, 3), hours(1, 4), hours(7, 7), hours(8, 9)]) == (
        hours(1, 5),
        hours(8, 9),
    )


def test_gaps_are_what_a_window_has_left():
    assert gaps(hours(0, 9), [hours(2, 3), hours(5, 9)]) == (hours(0, 2), hours(3, 5))
    assert gaps(hours(2, 3), [hours(0, 1), hours(4, 5)]) == (hours(2, 3),)
    assert gaps(hours(2, 3), [hours(1, 5)]) == ()


def test_what_is_subtracted_is_gone():
    assert subtract([hours(0, 4), hours(6, 9)], [hours(1, 2), hours(3, 7)]) == (hours(0, 1), hours(2, 3), hours(7, 9))


def test_a_span_is_as_long_as_it_lasts_and_not_as_the_clock_says():
    berlin = ZoneInfo("Europe/Berlin")
    spring = Interval(datetime(2026, 3, 29, tzinfo=berlin), datetime(2026, 3, 30, tzinfo=berlin))

    assert spring.length == DAY - HOUR


def test_instants_survive_as_microseconds_and_stay_within_the_calendar():
    moment = at("2026-03-02 10:11:12.345678")

    assert instant(micros(moment)) == moment
    assert instant(micros(at("1969-12-31 23:59:59.999999"))) == at("1969-12-31 23:59:59.999999")
    assert (instant(10**30), instant(-(10**30))) == (datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC))
