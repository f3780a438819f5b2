"""The rows of a timeline: what they hold, and what they cost."""

from datetime import UTC, datetime, timedelta

import pytest

from rotations.engine.intervals import Interval
from rotations.errors import Invalid
from rotations.queries.timeline import timeline_of
from rotations.services.duty import settle_due_schedules
from tests.factories.rotations import accepted_swap, hours, override, person, schedule, shadow, weekly_rotation

pytestmark = pytest.mark.django_db

# A Wednesday; turn 1 is in force since Monday, turn 2 begins on the next.
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
MONDAY = datetime(2024, 1, 8, 9, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
WINDOW = Interval(MONDAY, MONDAY + 2 * WEEK)


def test_each_rotation_stands_by_itself_and_the_final_row_is_what_comes_of_all():
    primary, ada, bo, cy = schedule(), person("Ada"), person("Bo"), person("Cy")
    always = weekly_rotation(primary, [ada, [bo, shadow(cy)]])
    office = weekly_rotation(primary, [cy], name="Office", layer=2, windows=[hours("09:00", "17:00", "mon")])
    over = override(primary, MONDAY - 5 * DAY, DAY, person=bo, now=MONDAY - 6 * DAY)
    taken = accepted_swap(always, 2, ada, cy, now=NOW)
    replaced = override(primary, MONDAY + 8 * DAY, DAY, person=bo, replaces=cy, now=NOW)
    later = override(primary, MONDAY + 30 * DAY, DAY, kind="silence", now=NOW)

    found = timeline_of(primary, window=WINDOW, now=NOW)

    assert [(each.rotation.id, [(s.person, s.start) for s in each.shifts]) for each in found.rotations] == [
        (office.pk, [(cy.pk, MONDAY), (cy.pk, MONDAY + WEEK)]),
        (always.pk, [(bo.pk, MONDAY), (ada.pk, MONDAY + WEEK)]),
    ]
    assert [shift.person for shift in found.rotations[1].shadows] == [cy.pk]
    assert [(row.swap, row.person, row.replaces, row.rotation_name, row.span) for row in found.swaps] == [
        (taken, cy, ada, "Primary", Interval(MONDAY + WEEK, MONDAY + 2 * WEEK))
    ]
    assert [(row.override, row.person, row.replaces) for row in found.overrides] == [(replaced, bo, cy)]
    assert [row.override for row in found.coming] == [replaced, later]
    assert over not in [row.override for row in found.overrides]
    assert [(row.person.name, row.start.day) for row in found.final.shifts] == [
        ("Cy", 8),
        ("Bo", 8),
        ("Cy", 15),
        ("Cy", 15),
        ("Bo", 16),
        ("Cy", 17),
    ]
    assert (found.members, {load.person for load in found.loads}) == ((ada.pk, bo.pk, cy.pk), {bo, cy})


def test_the_final_row_is_what_was_recorded_and_the_others_are_what_the_plan_says():
    primary, ada, bo = schedule(), person("Ada"), person("Bo")
    weekly_rotation(primary, [ada, bo])
    override(primary, MONDAY, DAY, person=ada, reason="ill", now=MONDAY - DAY)
    settle_due_schedules(now=NOW)

    found = timeline_of(primary, window=Interval(MONDAY, NOW), now=NOW)

    assert [(row.person, row.recorded) for row in found.final.shifts] == [(ada, True), (bo, False)]
    assert [shift.person for shift in found.rotations[0].shifts] == [bo.pk]
    assert found.final.shifts[0].because.endswith(": ill")


def test_a_schedule_without_rotations_has_one_gap_and_no_rows():
    found = timeline_of(schedule(), window=WINDOW, now=NOW)

    assert (found.rotations, found.final.gaps, found.people) == ((), (WINDOW,), {})


def test_a_window_beyond_reach_is_refused():
    with pytest.raises(Invalid, match="400 days"):
        timeline_of(schedule(), window=Interval(NOW, NOW + timedelta(days=401)), now=NOW)


@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_rotations_overrides_and_swaps_costs_five_queries(
    count: int, django_assert_num_queries, django_capture_on_commit_callbacks
):
    primary, ada, bo = schedule(), person("Ada"), person("Bo")
    rotations = [weekly_rotation(primary, [ada, bo], name=f"Rotation {number}") for number in range(count)]
    for number, rotation in enumerate(rotations):
        accepted_swap(rotation, 2, ada, bo, now=MONDAY)
        override(primary, MONDAY + (8 + number) * DAY, DAY, person=bo, now=MONDAY)
    settle_due_schedules(now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        timeline_of(primary, window=WINDOW, now=NOW)

    # The revision, the record, overrides, swaps, people.
    with django_assert_num_queries(5):
        timeline_of(primary, window=WINDOW, now=NOW)
