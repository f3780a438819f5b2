"""When handoffs fall, through every kind of clock change."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from rotations.engine.cadence import Cadence, ClockChange, Turn, clock_changes
from rotations.engine.intervals import Interval
from tests.rotations.engine.pictures import HOUR, at, cadence, span

CHICAGO = "America/Chicago"


def handoffs(handed: Cadence, start: str, end: str) -> list[datetime]:
    return list(handed.handoffs(span(start, end)))


def test_a_skipped_handoff_is_the_first_instant_after_the_gap():
    daily = cadence("2020-03-06T02:30", CHICAGO)

    assert handoffs(daily, "2020-03-07", "2020-03-10") == [
        at("2020-03-07 02:30-06:00"),
        at("2020-03-08 03:00-05:00"),
        at("2020-03-09 02:30-05:00"),
    ]


def test_an_hourly_handoff_in_the_gap_moves_to_its_end():
    hourly = cadence("2020-03-01T00:30", CHICAGO, "hour")

    assert handoffs(hourly, "2020-03-08 01:30-06:00", "2020-03-08 04:00-05:00") == [
        at("2020-03-08 01:30-06:00"),
        at("2020-03-08 03:00-05:00"),
        at("2020-03-08 03:30-05:00"),
    ]


def test_two_handoffs_on_one_instant_pass_over_a_turn():
    hourly = cadence("2020-03-08T00:00", CHICAGO, "hour")

    assert handoffs(hourly, "2020-03-08 01:00-06:00", "2020-03-08 04:30-05:00") == [
        at("2020-03-08 01:00-06:00"),
        at("2020-03-08 03:00-05:00"),
        at("2020-03-08 04:00-05:00"),
    ]
    assert hourly.handoff(2) == hourly.handoff(3)
    assert hourly.turn_at(at("2020-03-08 01:59:59-06:00")).number == 1
    assert hourly.turn_at(at("2020-03-08 03:00-05:00")).number == 3


def test_a_repeated_hour_makes_one_two_hour_turn():
    hourly = cadence("2020-10-31T00:30", CHICAGO, "hour")
    long_turn = hourly.turn_at(at("2020-11-01 01:15-06:00"))

    assert long_turn == Turn(25, at("2020-11-01 06:30"), at("2020-11-01 08:30"))
    assert handoffs(hourly, "2020-11-01 01:00-05:00", "2020-11-01 03:00-06:00") == [
        at("2020-11-01 01:30-05:00"),
        at("2020-11-01 02:30-06:00"),
    ]


def test_a_repeated_handoff_is_its_first_pass():
    daily = cadence("2020-10-30T01:30", CHICAGO)
    found = handoffs(daily, "2020-10-31", "2020-11-03")

    assert found[1] == at("2020-11-01 01:30-05:00")
    assert [(after - before) // HOUR for before, after in pairwise(found)] == [24, 25]


def test_a_half_hour_change_moves_a_handoff_by_less_than_an_hour():
    daily = cadence("2020-10-03T02:15", "Australia/Lord_Howe")

    assert daily.handoff(1) == at("2020-10-04 02:30+11:00")
    assert daily.handoff(2) == at("2020-10-05 02:15+11:00")


def test_a_day_without_midnight_does_not_stop_the_order():
    daily = cadence("2024-09-06T09:00", "America/Santiago")

    assert daily.turn_at(at("2024-09-08 12:00-03:00")) == Turn(
        2, at("2024-09-08 09:00-03:00"), at("2024-09-09 09:00-03:00")
    )


@pytest.mark.parametrize(
    ("asked", "start", "end", "hours"),
    [
        ("2024-11-04", "2024-10-29T05:00Z", "2024-11-05T06:00Z", 169),
        ("2025-03-10", "2025-03-04T06:00Z", "2025-03-11T05:00Z", 167),
    ],
)
def test_a_week_has_an_hour_more_in_autumn_and_an_hour_less_in_spring(asked, start, end, hours):
    turn = cadence("2024-10-01T00:00", CHICAGO, "week").turn_at(at(asked))

    assert (turn.start, turn.end) == (at(start), at(end))
    assert (turn.end - turn.start).total_seconds() == hours * 3600


def test_twelve_hours_by_the_clock_may_last_thirteen():
    turn = cadence("2026-10-01T08:00", CHICAGO, "hour", 12).turn_at(at("2026-11-01 03:00-06:00"))

    assert (turn.start, turn.end) == (at("2026-10-31 20:00-05:00"), at("2026-11-01 08:00-06:00"))


def test_every_five_hours_is_a_grid_of_wall_clock_hours_from_the_anchor():
    every_five = cadence("2026-10-31T22:00", CHICAGO, "hour", 5)

    assert [every_five.handoff(number) for number in range(-1, 3)] == [
        at("2026-10-31 17:00-05:00"),
        at("2026-10-31 22:00-05:00"),
        at("2026-11-01 03:00-06:00"),
        at("2026-11-01 08:00-06:00"),
    ]


def test_a_month_without_the_day_hands_over_on_its_last():
    monthly = cadence("2026-01-31T09:00", unit="month")

    assert [f"{monthly.handoff(number):%d %b}" for number in range(1, 5)] == ["28 Feb", "31 Mar", "30 Apr", "31 May"]


def test_turns_count_backwards_from_an_anchor_in_the_future():
    daily = cadence("2018-12-10T00:00")

    assert daily.turn_at(at("2018-12-05")) == Turn(-5, at("2018-12-05"), at("2018-12-06"))
    assert daily.turn_at(at("2018-12-04 23:59:59")) == Turn(-6, at("2018-12-04"), at("2018-12-05"))


def test_the_day_that_apia_skipped_has_no_turn():
    daily = cadence("2011-12-28T09:00", "Pacific/Apia")

    assert handoffs(daily, "2011-12-28 12:00-10:00", "2012-01-01 12:00+14:00") == [
        at("2011-12-29 09:00-10:00"),
        at("2011-12-31 00:00+14:00"),
        at("2011-12-31 09:00+14:00"),
        at("2012-01-01 09:00+14:00"),
    ]


def test_handoffs_include_the_start_of_the_window_and_not_its_end():
    assert handoffs(cadence("2026-01-01T00:00"), "2026-01-01", "2026-01-03") == [at("2026-01-01"), at("2026-01-02")]
    assert handoffs(cadence("2026-01-01T00:00"), "2026-01-01", "2026-01-01") == []


def test_it_is_asked_by_position_and_by_name():
    zone = ZoneInfo(CHICAGO)
    anchor = datetime(2026, 1, 1, 9)  # noqa: DTZ001

    assert Cadence(anchor, zone, "week", 2) == Cadence(anchor=anchor, zone=zone, unit="week", every=2)


@pytest.mark.parametrize("unit", ["hour", "day", "week", "month"])
@pytest.mark.parametrize("every", [1, 10**7])
def test_no_number_is_too_far(unit, every):
    far = cadence("2026-01-31T09:00", "Pacific/Apia", unit, every)
    turn = far.turn_at(at("2100-12-31 23:59"))

    assert turn.start <= at("2100-12-31 23:59") < turn.end
    assert far.handoff(-(10**9)) <= far.handoff(0) <= far.handoff(10**9)


@pytest.mark.parametrize(
    ("anchor", "unit", "every", "complaint"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), "day", 1, "no zone of its own"),
        (datetime(2026, 1, 1), "fortnight", 1, "no cadence of every 1 fortnight"),  # noqa: DTZ001
        (datetime(2026, 1, 1), "day", 0, "no cadence of every 0 day"),  # noqa: DTZ001
    ],
)
def test_a_cadence_that_means_nothing_is_refused(anchor, unit, every, complaint):
    with pytest.raises(ValueError, match=complaint):
        Cadence(anchor, ZoneInfo("UTC"), unit, every)


def test_a_naive_moment_is_refused():
    with pytest.raises(TypeError):
        cadence("2026-01-01T00:00").turn_at(datetime(2026, 1, 1))  # noqa: DTZ001


def test_today_in_paris_begins_at_its_midnight():
    today = cadence("2024-06-01T00:00", "Europe/Paris").turn_at(at("2024-06-01 12:00"))

    assert Interval(today.start, today.end) == span("2024-05-31T22:00", "2024-06-01T22:00")


@pytest.mark.parametrize(
    ("zone", "around", "change"),
    [
        ("Europe/Berlin", "2026-10-25", ("2026-10-25 01:00", "2026-10-25 03:00", "2026-10-25 02:00")),
        ("America/New_York", "2027-03-14", ("2027-03-14 07:00", "2027-03-14 02:00", "2027-03-14 03:00")),
        ("Australia/Lord_Howe", "2026-04-04", ("2026-04-04 15:00", "2026-04-05 02:00", "2026-04-05 01:30")),
        ("America/Santiago", "2026-09-06", ("2026-09-06 04:00", "2026-09-06 00:00", "2026-09-06 01:00")),
        ("Pacific/Apia", "2011-12-30", ("2011-12-30 10:00", "2011-12-30 00:00", "2011-12-31 00:00")),
    ],
)
def test_a_clock_change_is_what_the_clock_would_show_and_what_it_shows(zone: str, around: str, change: tuple[str, ...]):
    moment, before, after = (datetime.fromisoformat(each) for each in change)
    day = Interval(at(around), at(around) + timedelta(days=1))

    assert clock_changes(ZoneInfo(zone), day) == (ClockChange(moment.replace(tzinfo=UTC), before, after),)


def test_a_clock_change_is_of_the_window_that_it_begins_and_not_of_the_one_that_it_ends():
    change, berlin = at("2026-10-25 01:00"), ZoneInfo("Europe/Berlin")

    assert [each.at for each in clock_changes(berlin, Interval(change, change + HOUR))] == [change]
    assert clock_changes(berlin, Interval(change - HOUR, change)) == ()
    assert clock_changes(ZoneInfo("UTC"), Interval(change, change + timedelta(days=400))) == ()
