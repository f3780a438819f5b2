"""Gaps, what a change gains and loses, conflicts, double bookings and short rests."""

from dataclasses import replace

from rotations.engine.coverage import (
    Conflict,
    DoubleBooking,
    LostTurn,
    ShortRest,
    changes,
    conflicts,
    double_bookings,
    gaps,
    lost_turns,
    short_rests,
)
from rotations.engine.plan import Absence, Plan
from rotations.engine.sweep import outlook, shifts
from tests.rotations.engine.pictures import HOUR, at, drawn, letter, override, person, span

DAY = span("2026-03-02", "2026-03-03")
A, B = person("A"), person("B")


def drawn_plan(text: str) -> Plan:
    return Plan((drawn(text, "2026-03-02"),))


def hours(begin: int, end: int):
    return span(f"2026-03-02 {begin:02}:00", f"2026-03-02 {end:02}:00")


def test_gaps_are_where_nobody_is():
    assert gaps(drawn_plan("A.B..C"), hours(0, 6)) == (hours(1, 2), hours(3, 5))


def test_changes_are_the_time_gained_and_lost_by_each_person_and_the_gaps():
    difference = changes(drawn_plan("AAB."), drawn_plan("AB.A"), hours(0, 4))

    assert [(letter(shift.person), shift.start.hour) for shift in difference.gained] == [("B", 1), ("A", 3)]
    assert [(letter(shift.person), shift.start.hour) for shift in difference.lost] == [("A", 1), ("B", 2)]
    assert difference.new_gaps == (hours(2, 3),)
    assert difference.closed_gaps == (hours(3, 4),)


def test_the_same_plan_changes_nothing():
    assert changes(drawn_plan("AAB."), drawn_plan("AAB."), DAY) == ((), (), (), ())


def test_conflicts_are_where_someone_on_call_is_away():
    away = Absence(5, A, at("2026-03-02 01:30"), at("2026-03-02 04:30"))

    assert conflicts(shifts(drawn_plan("AABBA"), DAY), [away]) == (
        Conflict(A, 5, span("2026-03-02 01:30", "2026-03-02 02:00")),
        Conflict(A, 5, span("2026-03-02 04:00", "2026-03-02 04:30")),
    )


def test_a_double_booking_is_time_on_call_in_two_schedules():
    one, other, third = (shifts(drawn_plan(text), DAY) for text in ("AAAB", "BAAB", ".A.."))

    assert double_bookings(one, other, third) == (DoubleBooking(A, hours(1, 3)), DoubleBooking(B, hours(3, 4)))
    assert double_bookings(one) == ()


def test_a_rest_is_short_where_shifts_do_not_touch_and_are_too_close():
    served = shifts(drawn_plan("AAB.A.....A"), DAY)

    assert short_rests(served, least=3 * HOUR) == (ShortRest(A, hours(2, 4)),)


def test_the_turns_of_somebody_deactivated_are_lost_from_then_on():
    plan = replace(drawn_plan("AABB.BA"), deactivated={B: at("2026-03-02 03:00")})

    assert lost_turns(plan, outlook(plan, DAY)) == (LostTurn(B, hours(3, 4)), LostTurn(B, hours(5, 6)))
    assert gaps(plan, hours(0, 7)) == (hours(3, 6),)


def test_a_lost_turn_is_none_where_somebody_was_put_on_or_silence_planned():
    put_on = override("replace", "2026-03-02 01:00", "2026-03-02 02:00", by="A")
    silent = override("silence", "2026-03-02 02:00", "2026-03-02 02:30", number=2)
    plan = replace(drawn_plan("BBBB"), deactivated={B: at("2026-03-01")}, overrides=(put_on, silent))

    found = lost_turns(plan, outlook(plan, hours(0, 4)))

    assert found == (
        LostTurn(B, hours(0, 1)),
        LostTurn(B, span("2026-03-02 02:30", "2026-03-02 04:00")),
    )


def test_where_nobody_left_no_turn_is_lost():
    plan = drawn_plan("A.B")

    assert lost_turns(plan, outlook(plan, DAY)) == ()
