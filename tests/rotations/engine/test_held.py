"""Turns by their number: where they lie after every edit, and who holds them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from rotations.engine.edits import edited
from rotations.engine.held import holders, ordinal_at, turn_numbered
from rotations.engine.intervals import Interval, instant, micros
from rotations.engine.plan import Plan
from rotations.engine.terms import Absence, Swap
from tests.rotations.engine.pictures import DAY, at, cadence, person, rotation, span, version
from tests.rotations.engine.random_plans import plans_and_windows

WEEKLY = cadence("2024-01-01 09:00", unit="week")
A, B, C = person("A"), person("B"), person("C")


@given(plans_and_windows())
def test_a_turn_is_where_its_number_is_in_force_and_nowhere_else(drawn):
    plan, window = drawn
    for one in plan.rotations:
        for moment in (window.start, window.end):
            ordinal = ordinal_at(one, micros(moment))
            if ordinal is None:
                continue
            turn = turn_numbered(one, ordinal)
            assert turn is not None
            assert moment in turn
            assert ordinal_at(one, micros(turn.start) - 1) != ordinal
            assert ordinal_at(one, micros(turn.end)) != ordinal
            assert ordinal_at(one, micros(turn.end) - 1) == ordinal


def test_a_turn_that_an_edit_fell_into_is_one_turn():
    before = rotation("ABC", WEEKLY)
    later = cadence("2024-01-02 12:00", unit="week")

    after = edited(before, version("ABC", later, since="2024-01-10 00:00"))

    assert turn_numbered(before, 1) == span("2024-01-08 09:00", "2024-01-15 09:00")
    assert turn_numbered(after, 1) == span("2024-01-08 09:00", "2024-01-16 12:00")
    assert turn_numbered(after, 2) == span("2024-01-16 12:00", "2024-01-23 12:00")


def test_a_turn_is_cut_where_the_rotation_begins_and_ends():
    cut = rotation("AB", WEEKLY, since="2024-01-03 00:00", ends="2024-01-10 00:00")

    turns = [turn_numbered(cut, ordinal) for ordinal in (-1, 0, 1, 2)]

    assert turns == [None, span("2024-01-03", "2024-01-08 09:00"), span("2024-01-08 09:00", "2024-01-10"), None]


@pytest.mark.parametrize("ordinal", [-(2**63), -1000, 2**63])
def test_a_number_that_no_turn_has_is_no_error(ordinal: int):
    turn = turn_numbered(rotation("AB", WEEKLY), ordinal)

    assert turn is None or turn.start == turn.end == instant(10**30)


def test_an_empty_turn_is_none():
    """Two handoffs on one instant make an empty turn: nobody holds it."""
    hourly = rotation("ABC", cadence("2020-03-08 00:00", "America/Chicago", "hour"))

    assert turn_numbered(hourly, 2) is None
    assert turn_numbered(hourly, 3) == span("2020-03-08 08:00", "2020-03-08 09:00")


def test_the_order_absences_and_earlier_swaps_say_who_holds_a_turn():
    weekly = rotation("AB", WEEKLY)
    turn = span("2024-01-15 09:00", "2024-01-22 09:00")
    first = Swap(1, 1, 2, replaces=A, person=C, accepted_at=at("2024-01-01"))
    part = Swap(2, 1, 2, C, B, at("2024-01-02"), Interval(turn.start, turn.start + DAY))
    plan = Plan((weekly,), swaps=(part, first))
    away = Absence(1, A, turn.start, turn.start + timedelta(days=2))

    assert holders(Plan((weekly,)), weekly, 2, turn) == {A}
    assert holders(plan, weekly, 2, turn) == {B, C}
    assert holders(plan, weekly, 2, turn, before=part) == {C}
    assert holders(plan, weekly, 2, turn, before=first) == {A}
    assert holders(Plan((weekly,), absences=(away,), absence_policy="next"), weekly, 2, turn) == {A, B}
    assert holders(replace(Plan((weekly,)), deactivated={A: at("2024-01-01")}), weekly, 2, turn) == set()
    assert holders(plan, weekly, 3, turn) == set()
