"""Hours at night, on weekends and on holidays are counted by the clock on the wall, across clock changes."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotations.engine.intervals import instant
from rotations.engine.load import Calendar, Load, load
from rotations.engine.offsets import offsets_of
from rotations.engine.terms import Shift
from tests.rotations.engine.pictures import HOUR, at, person
from tests.rotations.engine.random_plans import FROM, UNTIL, ZONES

A, B = person("A"), person("B")
MINUTE = timedelta(minutes=1)
NOTHING = timedelta()


def shift(start: datetime, end: datetime, *, of: int = A) -> Shift:
    return Shift(of, start, end, rotation=1, layer=1, ordinal=0)


def one_load(start: str, end: str, zone: str, *holidays: date) -> Load:
    return load([shift(at(start), at(end))], {A: Calendar(ZoneInfo(zone), frozenset(holidays))})[A]


def in_hours(of: Load) -> dict[str, float]:
    spans = {**of._asdict(), "day": of.day}
    return {name: span / HOUR for name, span in spans.items() if name != "shifts" and span}


@pytest.mark.parametrize(
    ("what", "start", "end", "zone", "hours"),
    [
        (
            "a Wednesday",
            "2026-11-18T00:00",
            "2026-11-19T00:00",
            "UTC",
            {"time": 24, "night": 8, "night_alone": 8, "day": 16},
        ),
        (
            "a Wednesday elsewhere",
            "2026-11-18T00:00",
            "2026-11-18T06:00",
            "Asia/Tokyo",
            {"time": 6, "day": 6},
        ),
        (
            "the Sunday of 23 hours",
            "2026-03-29 00:00+01",
            "2026-03-30 00:00+02",
            "Europe/Berlin",
            {"time": 23, "night": 7, "weekend": 23, "weekend_alone": 23},
        ),
        (
            "the Sunday of 25 hours",
            "2026-10-25 00:00+02",
            "2026-10-26 00:00+01",
            "Europe/Berlin",
            {"time": 25, "night": 9, "weekend": 25, "weekend_alone": 25},
        ),
        (
            "a midnight that the clock skips: Sunday begins at 01:00",
            "2024-09-08T03:59",
            "2024-09-08T04:01",
            "America/Santiago",
            {"time": 1 / 30, "night": 1 / 30, "weekend": 1 / 30, "weekend_alone": 1 / 30},
        ),
        (
            "a day that the clock skips: after Thursday comes Saturday",
            "2011-12-30T09:00",
            "2011-12-30T11:00",
            "Pacific/Apia",
            {"time": 2, "night": 2, "weekend": 1, "weekend_alone": 1, "night_alone": 1},
        ),
    ],
)
def test_what_an_hour_is_stands_on_the_clock_of_the_person(what, start, end, zone, hours):
    assert in_hours(one_load(start, end, zone)) == hours


def test_a_holiday_lasts_from_midnight_to_midnight_and_may_be_at_night_and_on_a_weekend_too():
    christmas = [date(2026, 12, 25), date(2026, 12, 26)]  # a Friday and a Saturday

    counted = one_load("2026-12-24 12:00+01", "2026-12-28 12:00+01", "Europe/Berlin", *christmas)

    assert in_hours(counted) == {
        "time": 96,
        "night": 32,
        "weekend": 48,
        "holiday": 48,
        "weekend_alone": 24,
        "night_alone": 8,
        "day": 16,
    }


def test_each_shift_counts_and_two_people_have_two_loads():
    monday = at("2026-03-02")
    shifts = [shift(monday, monday + HOUR), shift(monday + HOUR, monday + 9 * HOUR, of=B), shift(monday, monday + HOUR)]

    counted = load(shifts, {A: Calendar(ZoneInfo("UTC")), B: Calendar(ZoneInfo("UTC"))})

    assert counted == {
        A: Load(2, 2 * HOUR, 2 * HOUR, NOTHING, NOTHING, NOTHING, 2 * HOUR),
        B: Load(1, 8 * HOUR, 5 * HOUR, NOTHING, NOTHING, NOTHING, 5 * HOUR),
    }


def test_a_microsecond_is_not_lost():
    midnight = at("2026-11-21T00:00")
    end = midnight + timedelta(microseconds=1)

    counted = load([shift(midnight - timedelta(microseconds=2), end)], {A: Calendar(ZoneInfo("UTC"))})[A]

    assert (counted.time, counted.weekend) == (timedelta(microseconds=3), timedelta(microseconds=1))


def minute_by_minute(of: Shift, calendar: Calendar) -> Counter[str]:
    """Look at the clock every minute."""
    seen: Counter[str] = Counter()
    moment = of.start
    while moment < of.end:
        local = moment.astimezone(calendar.zone)
        is_night = not time(6) <= local.time() < time(22)
        is_weekend, is_holiday = local.weekday() >= 5, local.date() in calendar.holidays
        seen["time"] += 1
        seen["night"] += is_night
        seen["weekend"] += is_weekend
        seen["holiday"] += is_holiday
        seen["weekend_alone"] += is_weekend and not is_holiday
        seen["night_alone"] += is_night and not is_weekend and not is_holiday
        moment += MINUTE
    return seen


@given(
    st.sampled_from([*ZONES, "America/St_Johns"]),
    st.integers(0, 10**6),
    st.integers(-2 * 24 * 60, 24 * 60),
    st.integers(1, 3 * 24 * 60),
    st.sets(st.integers(-2, 3)),
)
def test_load_is_what_a_look_at_the_clock_every_minute_counts(zone, pick, before, minutes, holidays):
    near = _a_clock_change(ZoneInfo(zone), pick)
    calendar = Calendar(ZoneInfo(zone), frozenset(near.date() + timedelta(days=day) for day in holidays))
    served = shift(near + before * MINUTE, near + (before + minutes) * MINUTE)

    counted = load([served], {A: calendar})[A]

    expected = minute_by_minute(served, calendar)
    assert {name: span / MINUTE for name, span in counted._asdict().items() if name != "shifts"} == expected


def _a_clock_change(zone: ZoneInfo, pick: int) -> datetime:
    changes = [instant(begin) for begin in offsets_of(zone).begins[1:]]
    near = [change for change in changes if FROM < change < UNTIL] or [at("2026-03-01")]
    return near[pick % len(near)]
