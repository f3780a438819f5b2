"""What does each rotation give by itself, and where does each swap hold? Against the definition's own workings."""

from hypothesis import given

from rotations.engine.alone import each_alone, swaps_within
from rotations.engine.plan import Absence, Plan, Swap, workings_at
from tests.rotations.engine.pictures import at, cadence, letter, override, rotation, span
from tests.rotations.engine.random_plans import plans_and_windows
from tests.rotations.engine.test_properties import edges_within, looked_at


def told(plan: Plan, within):
    """List each rotation's shifts, such as ``A 01-02``."""
    return {
        each.rotation.id: [f"{letter(s.person)} {s.start:%d}-{s.end:%d}" for s in each.shifts]
        for each in each_alone(plan, within)
    }


def test_a_rotation_by_itself_has_its_turns_and_absences_but_no_override_no_swap_and_no_other_layer():
    handoffs = cadence("2026-06-01")
    plan = Plan(
        (rotation("AB", handoffs), rotation("CD", handoffs, number=2, layer=2)),
        overrides=(override("replace", "2026-06-01", "2026-06-04", by="Z"),),
        swaps=(Swap(1, 2, 1, replaces=4, person=26, accepted_at=at("2020-01-01")),),
        absences=(Absence(1, 1, at("2026-06-03"), at("2026-06-04")),),
        absence_policy="next",
    )

    assert told(plan, span("2026-06-01", "2026-06-04")) == {
        2: ["C 01-02", "D 02-03", "C 03-04"],
        1: ["A 01-02", "B 02-03", "B 03-04"],
    }


def test_shadows_are_told_apart_and_a_rotation_that_is_over_is_left_out():
    plan = Plan(
        (rotation("(Ab)", cadence("2026-06-01")), rotation("C", cadence("2026-06-01"), number=2, ends="2026-06-02"))
    )

    (only,) = each_alone(plan, span("2026-06-02", "2026-06-03"))

    assert [letter(shift.person) for shift in only.shadows] == ["B"]
    assert [letter(shift.person) for shift in only.shifts] == ["A"]


def test_whole_shifts_reach_beyond_the_window():
    plan = Plan((rotation("A", cadence("2026-06-01")),))

    (only,) = each_alone(plan, span("2026-06-02 12:00", "2026-06-02 13:00"), clip=False)

    assert [(shift.start, shift.end) for shift in only.shifts] == [(at("2026-06-02"), at("2026-06-03"))]


def test_a_swap_holds_in_its_turn_as_it_stands_or_in_the_part_that_was_agreed():
    plan = Plan(
        (rotation("AB", cadence("2026-06-01")),),
        swaps=(
            Swap(1, 1, 1, replaces=2, person=3, accepted_at=at("2020-01-01")),
            Swap(
                2, 1, 2, replaces=1, person=3, accepted_at=at("2020-01-01"), span=span("2026-06-03 06:00", "2027-01-01")
            ),
            Swap(3, 1, 9, replaces=2, person=3, accepted_at=at("2020-01-01")),
        ),
    )

    found = swaps_within(plan, span("2026-06-02 12:00", "2026-06-05"))

    assert [(each.swap.id, each.span) for each in found] == [
        (1, span("2026-06-02", "2026-06-03")),
        (2, span("2026-06-03 06:00", "2026-06-04")),
    ]


@given(plans_and_windows())
def test_each_rotation_by_itself_is_where_the_definition_begins(case):
    plan, window = case
    seen = each_alone(plan, window)

    for moment in looked_at(window, *sorted(edges_within(plan, window))[::19]):
        began = {
            share.turn.rotation.id: (
                {(c.person, c.source.ordinal) for c in share.results[0].covers},
                {c.person for c in share.shadows},
            )
            for share in workings_at(plan, moment).shares
        }
        seen_then = {
            each.rotation.id: (
                {(s.person, s.ordinal) for s in each.shifts if s.start <= moment < s.end},
                {s.person for s in each.shadows if s.start <= moment < s.end},
            )
            for each in seen
        }
        assert {number: each for number, each in seen_then.items() if any(each)} == {
            number: each for number, each in began.items() if any(each)
        }


@given(plans_and_windows())
def test_each_swap_holds_where_the_definition_applies_it(case):
    plan, window = case
    if any(len(each.versions) > 1 for each in plan.rotations):
        # Random versions number their turns at random: one ordinal may then be two turns.
        return
    seen = swaps_within(plan, window)

    for moment in looked_at(window, *sorted(edges_within(plan, window))[::19]):
        applied = {
            change.value.id
            for share in workings_at(plan, moment).shares
            for change in share.changes
            if isinstance(change.value, Swap)
        }
        assert {each.swap.id for each in seen if moment in each.span} == applied
