"""Whose turn it is: slots, windows, advance, and the end of a rotation."""

from datetime import timedelta

import pytest

from rotations.engine.intervals import Interval
from rotations.engine.plan import Cover, Plan, Shift, Source, answer_at
from rotations.engine.sweep import outlook, shifts
from rotations.engine.terms import Occurrence
from tests.rotations.engine.pictures import (
    DAY,
    HOUR,
    WEEK,
    WEEKDAYS,
    at,
    cadence,
    drawn,
    letter,
    listed,
    on,
    person,
    picture,
    plan_of,
    rotation,
    span,
    window,
)

HALF_HOUR = timedelta(minutes=30)
MONDAY = "2024-07-29T00:00"
TWO_WEEKS = span("2024-07-29", "2024-08-12")
CHICAGO = "America/Chicago"


def test_a_window_within_the_skipped_hour_is_empty():
    plan = plan_of("A", cadence("2020-03-01T00:00", CHICAGO), windows=[window(range(7), "02:15", "02:45")])

    assert listed(plan, span("2020-03-07 06:00", "2020-03-09 12:00")) == ["A 08:15-08:45", "A 07:15-07:45"]
    assert picture(plan, span("2020-03-08 06:00", "2020-03-09 06:00"), step=HALF_HOUR) == "." * 48


def test_a_window_begins_at_the_first_pass_of_a_repeated_hour_and_ends_at_the_last():
    nightly = cadence("2020-10-01T00:00", CHICAGO)
    night = span("2020-11-01T05:00", "2020-11-01T10:00")

    from_half_past = plan_of("A", nightly, windows=[window(range(7), "01:30", "03:00")])
    to_half_past = plan_of("A", nightly, windows=[window(range(7), "00:00", "01:30")])

    assert listed(from_half_past, night) == ["A 06:30-09:00"]
    assert listed(to_half_past, night) == ["A 05:00-07:30"]


def test_a_rotation_that_counts_the_days_it_serves_skips_nobody():
    three_days = plan_of("AB", cadence(MONDAY), advance="covered", windows=[window((0, 2, 4))])
    five_days = plan_of("AB", cadence(MONDAY), advance="covered", windows=[window(WEEKDAYS)])

    assert picture(three_days, TWO_WEEKS, step=DAY) == "A.B.A..B.A.B.."
    assert picture(five_days, TWO_WEEKS, step=DAY) == "ABABA..BABAB.."


def test_a_rotation_of_fridays_takes_one_friday_each():
    plan = plan_of("ABC", cadence("2024-08-01T00:00"), advance="covered", windows=[window([4])])

    assert [on(plan, day) for day in ("2024-08-02", "2024-08-09", "2024-08-16", "2024-08-23")] == list("ABCA")


@pytest.mark.parametrize(("advance", "serving"), [("turn", 10), ("covered", 14)])
def test_fourteen_people_on_weekdays_all_serve_only_if_free_days_do_not_count(advance, serving):
    plan = plan_of("ABCDEFGHIJKLMN", cadence(MONDAY), advance=advance, windows=[window(WEEKDAYS)])

    year = Interval(at(MONDAY), at(MONDAY) + 52 * WEEK)

    assert len({shift.person for shift in shifts(plan, year)}) == serving


def test_one_person_has_both_days_of_a_weekend():
    plan = plan_of("AB", cadence(MONDAY, unit="week"), windows=[window((5, 6))])

    assert picture(plan, TWO_WEEKS, step=DAY) == ".....AA.....BB"


def test_a_night_belongs_to_the_day_it_begins_on():
    nights = plan_of("A", cadence(MONDAY, unit="week"), windows=[window(WEEKDAYS, "22:00", "06:00")])
    wednesday = plan_of("A", cadence(MONDAY, unit="week"), windows=[window([2], "09:00", "09:00")])

    assert (on(nights, "2024-08-03 05:00"), on(nights, "2024-08-05 05:00")) == ("A", "")
    assert listed(wednesday, TWO_WEEKS, clock="%a %H:%M") == ["A Wed 09:00-Thu 09:00"] * 2


def test_a_handoff_within_a_window_splits_it():
    plan = plan_of("AB", cadence("2024-07-24T12:00", unit="week"), windows=[window(WEEKDAYS, "09:00", "17:00")])

    assert listed(plan, span("2024-07-31", "2024-08-01")) == ["A 09:00-12:00", "B 12:00-17:00"]


def test_two_members_of_a_slot_have_a_shift_each():
    plan = plan_of("(AB)C", cadence(MONDAY))
    day = span("2024-07-29", "2024-07-30")

    assert on(plan, "2024-07-29") == "AB"
    assert [(letter(shift.person), shift.seat) for shift in shifts(plan, day)] == [("A", 0), ("B", 1)]


def test_an_empty_slot_shows_the_layer_below_or_a_gap():
    above = rotation("A.", cadence(MONDAY), number=2, layer=2)
    below = rotation("B", cadence(MONDAY))
    two_days = span("2024-07-29", "2024-07-31")

    assert picture(Plan((below, above)), two_days, step=DAY) == "AB"
    assert outlook(Plan((above,)), two_days).gaps == (span("2024-07-30", "2024-07-31"),)


def test_windows_are_of_the_rotations_own_zone():
    plan = plan_of("A", cadence(MONDAY, "Asia/Kolkata"), windows=[window(range(7), "09:00", "17:00")])

    assert listed(plan, span("2024-08-01", "2024-08-02")) == ["A 03:30-11:30"]


def test_a_shadow_is_listed_apart_and_is_not_on_call():
    plan = plan_of("(Ab)", cadence(MONDAY))
    day = span("2024-07-29", "2024-07-30")

    answer = answer_at(plan, day.start)

    assert answer.people == (Cover(person("A"), Source(1, 1, 0)),)
    assert answer.shadows == (Cover(person("B"), Source(1, 1, 0, seat=1)),)
    assert outlook(plan, day).shadows == (Shift(person("B"), day.start, day.end, 1, 1, 0, seat=1),)


def test_a_slot_with_only_a_shadow_is_a_gap():
    assert outlook(plan_of("a", cadence(MONDAY)), TWO_WEEKS).gaps == (TWO_WEEKS,)


def test_a_rotation_that_ends_on_a_handoff_has_no_turn_after_it():
    plan = plan_of("AB", cadence(MONDAY), ends="2024-07-31")

    assert picture(plan, span("2024-07-29", "2024-08-01"), step=12 * HOUR) == "AABB.."


def test_a_rotation_that_ends_within_a_turn_cuts_it():
    plan = plan_of("AB", cadence(MONDAY), ends="2024-07-30 12:00")

    assert picture(plan, span("2024-07-29", "2024-08-01"), step=12 * HOUR) == "AAB..."


def test_a_shift_names_the_window_it_serves():
    hours = [window([0], "09:00", "12:00"), window([0], "13:00", "17:00")]
    plan = plan_of("A", cadence(MONDAY, unit="week"), windows=hours)
    monday = at("2024-08-05").date()

    served = shifts(plan, span("2024-08-05", "2024-08-06"))

    assert [shift.window for shift in served] == [Occurrence(monday, 0), Occurrence(monday, 1)]
    assert {shift.ordinal for shift in served} == {1}


def test_windows_that_touch_or_overlap_make_one_shift():
    hours = [window(range(7), "08:00", "12:00"), window(range(7), "11:00", "14:00"), window(range(7), "14:00", "16:00")]
    plan = plan_of("A", cadence(MONDAY), windows=hours)

    assert listed(plan, span("2024-08-05", "2024-08-06")) == ["A 08:00-16:00"]


def test_a_rotation_of_no_slots_serves_nobody():
    assert picture(plan_of("", cadence(MONDAY)), TWO_WEEKS, step=WEEK) == ".."


def test_deactivated_people_leave_gaps_from_that_moment():
    whole = plan_of("AB", cadence(MONDAY))
    plan = Plan(whole.rotations, deactivated={person("B"): at("2024-07-30 12:00")})
    days = span("2024-07-29", "2024-08-02")

    assert picture(plan, days, step=12 * HOUR) == "AAB.AA.."
    assert outlook(plan, days).gaps == (span("2024-07-30 12:00", "2024-07-31"), span("2024-08-01", "2024-08-02"))


def test_drawn_turns_are_as_drawn():
    plan = Plan((drawn("A.BB", "2026-01-01"),))

    assert picture(plan, span("2026-01-01", "2026-01-01 05:00")) == "A.BB."
