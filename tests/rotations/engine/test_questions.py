"""What is asked of a schedule: at the handoff, of nothing at all, of a window inside a shift, after a long past."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rotations.engine.intervals import Interval
from rotations.engine.lookahead import Change, OnCall, Timeline, changes_after, next_change, next_on_call, standing_at
from rotations.engine.plan import Plan, answer_at, on_call_at
from rotations.engine.sweep import outlook, shifts
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
    override,
    person,
    plan_of,
    span,
    window,
)

NOON = "2026-03-02 12:00"
WEEKLY = plan_of("AB", cadence("2026-03-02T12:00", unit="week"))


def test_at_the_handoff_instant_the_incoming_person_is_on_call():
    plan = plan_of("AB", cadence("2026-03-01T12:00"))

    assert [on(plan, moment) for moment in ("2026-03-02 11:59:59.999999", NOON)] == ["A", "B"]


def test_a_schedule_without_rotations_is_one_gap():
    window = span("2026-03-02", "2026-03-09")

    assert outlook(Plan(), window) == (window, (), (), (window,), ())
    assert on_call_at(Plan(), window.start) == ()


def test_a_hole_of_thirty_seconds_is_a_gap():
    hole = override("remove", "2026-03-03 10:00", "2026-03-03 10:00:30", of="A")
    plan = Plan(WEEKLY.rotations, (hole,))

    assert outlook(plan, span("2026-03-03", "2026-03-04")).gaps == (Interval(hole.start, hole.end),)


def test_a_hole_of_a_microsecond_is_a_gap():
    hole = override("remove", "2026-03-03 10:00", "2026-03-03 10:00:00.000001", of="A")

    assert outlook(Plan(WEEKLY.rotations, (hole,)), span("2026-03-03", "2026-03-04")).gaps == (
        Interval(hole.start, hole.end),
    )


def test_a_window_that_ends_before_it_starts_or_is_naive_is_refused():
    with pytest.raises(ValueError, match="before its start"):
        span("2026-03-03", "2026-03-02")
    with pytest.raises(ValueError, match="no time zone"):
        Interval(datetime(2026, 3, 2), at(NOON))  # noqa: DTZ001
    with pytest.raises(ValueError, match="no time zone"):
        on_call_at(WEEKLY, datetime(2026, 3, 2))  # noqa: DTZ001


def test_an_empty_window_holds_nothing():
    assert outlook(WEEKLY, span(NOON, NOON))[1:] == ((), (), (), ())


def test_a_moment_may_come_in_any_zone():
    second_pass = datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/Chicago"), fold=1)

    assert answer_at(WEEKLY, second_pass) == answer_at(WEEKLY, second_pass.astimezone(UTC))


def test_a_shift_is_cut_to_the_window_unless_it_is_asked_for_whole():
    inside = span("2026-03-04", "2026-03-05")

    assert listed(WEEKLY, inside, clock="%d %H") == ["A 04 00-05 00"]
    (whole,) = shifts(WEEKLY, inside, clip=False)
    assert (whole.start, whole.end) == (at(NOON), at(NOON) + WEEK)


def test_whole_shifts_reach_over_both_ends_of_the_window():
    whole = shifts(WEEKLY, span("2026-03-09 11:00", "2026-03-09 13:00"), clip=False)

    assert [(shift.start, shift.end) for shift in whole] == [
        (at(NOON), at(NOON) + WEEK),
        (at(NOON) + WEEK, at(NOON) + 2 * WEEK),
    ]


def test_a_shift_without_end_is_shown_for_the_look_ahead():
    forever = override("replace", "2020-01-01", "2099-01-01", by="Z")
    moment = at(NOON)

    (shift,) = shifts(Plan(WEEKLY.rotations, (forever,)), Interval(moment, moment + HOUR), clip=False)

    assert (moment - shift.start, shift.end - moment) == (400 * DAY, 400 * DAY + HOUR)


def test_a_seat_and_a_window_of_a_whole_shift_do_not_depend_on_where_one_looks():
    touching = [window(range(7), "08:00", "12:00"), window(range(7), "12:00", "16:00")]
    plan = plan_of("A", cadence("2026-03-02T00:00"), windows=touching)

    early, late = span("2026-03-03 09:00", "2026-03-03 10:00"), span("2026-03-03 14:00", "2026-03-03 15:00")

    assert shifts(plan, early, clip=False) == shifts(plan, late, clip=False)


def test_past_overrides_are_not_looked_at():
    past = tuple(override("replace", "2026-01-01", "2026-01-02", by="C", number=number) for number in range(1, 301))
    plan = Plan(WEEKLY.rotations, past)

    assert plan.overrides_of[None].within(*_instant(NOON)) == []
    assert answer_at(plan, at(NOON)) == answer_at(WEEKLY, at(NOON))


def _instant(text: str) -> tuple[int, int]:
    start = (at(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return start, start + 1


def test_a_compiled_timeline_answers_as_the_definition_does():
    plan = Plan(WEEKLY.rotations, (override("silence", "2026-03-05", "2026-03-06"),))
    month = span("2026-03-02", "2026-04-02")
    timeline = Timeline(plan, month)
    moments = [month.start + HOUR * hour for hour in range(31 * 24)]

    assert [timeline.at(moment) for moment in moments] == [answer_at(plan, moment) for moment in moments]
    with pytest.raises(ValueError, match="outside the compiled window"):
        timeline.at(month.end)


def test_the_standing_shows_the_whole_shift_and_who_is_next():
    standing = standing_at(WEEKLY, at("2026-03-04"))
    turn_of_a, turn_of_b = answer_at(WEEKLY, at(NOON)), answer_at(WEEKLY, at(NOON) + WEEK)

    assert standing.people == (OnCall(turn_of_a.people[0], since=at(NOON), until=at(NOON) + WEEK),)
    assert standing.next == Change(at(NOON) + WEEK, turn_of_b)
    assert (standing.shadows, standing.silence, standing.valid_until) == ((), None, at(NOON) + WEEK)


def test_the_next_change_may_be_to_nobody_and_the_next_on_call_is_somebody_else():
    office = plan_of("AB", cadence("2026-03-02T00:00"), windows=[window(WEEKDAYS, "09:00", "17:00")])
    monday_noon = at(NOON)

    closing, opening = next_change(office, monday_noon), next_on_call(office, monday_noon)

    assert closing == Change(at("2026-03-02 17:00"), answer_at(Plan(), monday_noon))
    assert opening is not None
    assert (opening.at, letter(opening.answer.people[0].person)) == (at("2026-03-03 09:00"), "B")


def test_a_new_turn_of_the_same_person_is_no_change_of_people():
    alone = plan_of("A", cadence("2026-03-02T12:00", unit="week"))

    assert next_change(alone, at(NOON)) is None
    assert next(changes_after(alone, at(NOON))).at == at(NOON) + WEEK
    assert standing_at(alone, at(NOON)).valid_until == at(NOON) + WEEK


def test_nothing_is_looked_for_beyond_four_hundred_days():
    later = Plan((drawn("A", "2027-04-07"),))

    assert next_change(later, at("2026-03-01")) is None
    assert next_change(later, at("2026-03-04")) == Change(at("2027-04-07"), answer_at(later, at("2027-04-07")))
    assert standing_at(Plan(), at(NOON)).valid_until == at(NOON) + 400 * DAY


def test_shadows_have_their_whole_shift_too():
    plan = plan_of("(Ab)C", cadence("2026-03-02T12:00", unit="week"))

    (shadow,) = standing_at(plan, at("2026-03-04")).shadows

    assert (shadow.cover.person, shadow.since, shadow.until) == (person("B"), at(NOON), at(NOON) + WEEK)
