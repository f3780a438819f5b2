"""Trouble in the next 30 days is recorded once, and cleared when it is no longer foreseen."""

from datetime import UTC, datetime, timedelta

import pytest
from celery import current_app

from rotations.actors import Actor
from rotations.models import Schedule, ScheduleWarning
from rotations.queries import forget, plan_of
from rotations.queries.warnings import open_warnings
from rotations.services.overrides import end_override
from rotations.services.people import deactivate_person, reactivate_person
from rotations.services.schedules import archive_schedule
from rotations.services.warnings import BATCH, review_due_schedules, review_warnings
from tests.factories.rotations import (
    absence,
    accepted_swap,
    hours,
    override,
    person,
    schedule,
    weekly_rotation,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)  # a Friday; Mondays at 09:00 somebody else takes over
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
HORIZON = NOW + timedelta(days=30)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
SYSTEM = Actor.system()


@pytest.fixture(autouse=True)
def _no_plan_is_remembered():
    yield
    forget()


def standing(of: Schedule | None = None, *, now: datetime = NOW) -> list[tuple[str, datetime, datetime, str]]:
    """Return the kind, span and words of what stands."""
    rows = open_warnings([of or Schedule.objects.get()], now=now).values()
    return [(row.kind, row.start, row.end, row.text) for found in rows for row in found]


def raised() -> list[tuple[int, datetime, datetime | None]]:
    """Return when each warning ever recorded was raised and cleared."""
    return [*ScheduleWarning.objects.order_by("pk").values_list("pk", "raised_at", "cleared_at")]


def test_each_gap_of_the_next_30_days_is_recorded_and_none_after_them():
    primary = schedule()
    # Of nine crews the last is nobody: its week is that of 2026-12-14, the next one far away.
    crews = [person(f"Person{n}") for n in range(8)]
    start = MONDAY - 5 * WEEK
    weekly_rotation(primary, [*crews, None], anchor=start.replace(tzinfo=None))

    review_warnings(primary, now=NOW)

    assert standing() == [("gap", MONDAY + 3 * WEEK, HORIZON, "Nobody is on call")]
    assert raised()[0][1:] == (NOW, None)


def test_a_schedule_without_rotations_is_warned_of_as_one_gap():
    primary = schedule()

    review_warnings(primary, now=NOW)

    assert standing() == [("gap", NOW, HORIZON, "Nobody is on call")]


def test_a_hole_of_30_seconds_is_a_gap_and_planned_silence_is_none():
    ada = person("Ada")
    primary = schedule()
    weekly_rotation(primary, [ada])
    override(primary, MONDAY, timedelta(seconds=30), kind="remove", replaces=ada)
    override(primary, MONDAY + DAY, DAY, kind="silence")

    review_warnings(primary, now=NOW)

    assert standing() == [("gap", MONDAY, MONDAY + timedelta(seconds=30), "Nobody is on call")]


def test_a_gap_that_slides_on_with_time_is_the_same_warning():
    primary = schedule()

    for moment in (NOW, NOW + HOUR, NOW + 10 * DAY):
        review_warnings(primary, now=moment)

    assert standing(now=NOW + 10 * DAY) == [("gap", NOW, HORIZON + 10 * DAY, "Nobody is on call")]
    assert len(raised()) == 1


def test_a_gap_that_was_foreseen_is_the_same_warning_while_it_runs():
    primary = schedule()
    weekly_rotation(primary, [person("Ada"), None])  # Ada's week is that of the 16th

    review_warnings(primary, now=NOW)
    foreseen = standing()
    review_warnings(primary, now=MONDAY + DAY)

    assert standing(now=MONDAY + DAY)[:2] == foreseen[:2]
    assert foreseen[0][:3] == ("gap", MONDAY, MONDAY + WEEK)


def test_a_gap_that_is_closed_is_cleared_and_one_that_comes_back_is_raised_anew():
    ada = person("Ada")
    primary = schedule()
    weekly_rotation(primary, [ada])
    hole = override(primary, MONDAY, DAY, kind="remove", replaces=ada, now=NOW)
    review_warnings(primary, now=NOW)

    end_override(hole, by=SYSTEM, now=NOW + HOUR)
    review_warnings(primary, now=NOW + HOUR)
    closed = standing()
    override(primary, MONDAY, DAY, kind="remove", replaces=ada, now=NOW + 2 * HOUR)
    review_warnings(primary, now=NOW + 2 * HOUR)

    assert (closed, standing()) == ([], [("gap", MONDAY, MONDAY + DAY, "Nobody is on call")])
    assert [spans for _, *spans in raised()] == [[NOW, NOW + HOUR], [NOW + 2 * HOUR, None]]


def test_somebody_on_call_who_is_away_is_warned_of_once_for_the_whole_span():
    ada, bo = person("Ada Okafor"), person("Bo Lind")
    primary = schedule()
    weekly_rotation(primary, [ada, bo])
    absence(bo, MONDAY + DAY, 2 * DAY, now=NOW)
    absence(bo, MONDAY + 2 * DAY, 3 * DAY, now=NOW)

    review_warnings(primary, now=NOW)

    assert standing() == [("absent", MONDAY + DAY, MONDAY + 5 * DAY, "Bo Lind is on call and away")]


def test_the_turns_of_somebody_deactivated_become_gaps_and_the_warnings_name_them():
    ada, bo = person("Ada Okafor"), person("Bo Lind")
    primary = schedule()
    weekly_rotation(primary, [ada, bo])
    deactivate_person(bo, by=SYSTEM, now=NOW)

    review_warnings(primary, now=NOW)

    turns = [(MONDAY, MONDAY + WEEK), (MONDAY + 2 * WEEK, MONDAY + 3 * WEEK)]
    assert standing() == [
        warning
        for start, end in turns
        for warning in (
            ("gap", start, end, "Nobody is on call: Bo Lind left"),
            ("deactivated", start, end, "It is the turn of Bo Lind, who was deactivated"),
        )
    ]
    assert {row.person for row in ScheduleWarning.objects.filter(kind="deactivated")} == {bo}


def test_a_lost_turn_that_somebody_was_put_on_for_is_no_trouble():
    ada, bo = person("Ada Okafor"), person("Bo Lind")
    primary = schedule()
    weekly_rotation(primary, [ada, bo])
    deactivate_person(bo, by=SYSTEM, now=NOW)
    for start in (MONDAY, MONDAY + 2 * WEEK):
        override(primary, start, WEEK, person=ada, now=NOW)

    review_warnings(primary, now=NOW)

    assert standing() == []


def test_somebody_who_is_active_again_is_warned_of_no_more():
    bo = person("Bo Lind")
    primary = schedule()
    weekly_rotation(primary, [bo])
    deactivate_person(bo, by=SYSTEM, now=NOW)
    review_warnings(primary, now=NOW)
    before = standing()

    reactivate_person(bo, by=SYSTEM, now=NOW + HOUR)
    review_warnings(primary, now=NOW + 2 * HOUR)

    assert [kind for kind, *_ in before] == ["gap", "deactivated"]
    assert (standing(), {cleared for _, _, cleared in raised()}) == ([], {NOW + 2 * HOUR})


def test_a_flagged_swap_is_warned_of_until_it_fits_again():
    ada, bo, cy = person("Ada Okafor"), person("Bo Lind"), person("Cy Roe")
    primary = schedule()
    rotation = weekly_rotation(primary, [ada, bo])
    swap = accepted_swap(rotation, 151, bo, cy, now=NOW)  # the week of the 23rd
    deactivate_person(cy, by=SYSTEM, now=NOW + HOUR)

    review_warnings(primary, now=NOW + HOUR)

    flagged = [row for row in standing() if row[0] == "swap_flagged"]
    words = "Cy Roe for Bo Lind in Primary: the person who takes over was deactivated"
    assert flagged == [("swap_flagged", MONDAY, MONDAY + WEEK, words)]
    assert ScheduleWarning.objects.get(kind="swap_flagged").swap == swap
    reactivate_person(cy, by=SYSTEM, now=NOW + 2 * HOUR)
    review_warnings(primary, now=NOW + 2 * HOUR)
    assert standing() == []


def test_what_is_over_is_not_shown_even_before_the_next_review():
    ada = person("Ada")
    primary = schedule()
    weekly_rotation(primary, [ada])
    override(primary, MONDAY, HOUR, kind="remove", replaces=ada)
    review_warnings(primary, now=NOW)

    assert [len(standing(now=moment)) for moment in (MONDAY + HOUR - DAY / 10**6, MONDAY + HOUR)] == [1, 0]


def test_a_schedule_is_due_when_it_changed_and_every_six_hours():
    primary = schedule()
    weekly_rotation(primary, [person("Ada")])

    worked = [review_due_schedules(now=NOW + hours_on * HOUR) for hours_on in (0, 0, 5, 6, 7)]

    assert worked == [1, 0, 0, 1, 0]
    override(primary, MONDAY, DAY, kind="silence", now=NOW + 8 * HOUR)
    assert Schedule.objects.get().warnings_due_at == NOW + 8 * HOUR
    assert review_due_schedules(now=NOW + 8 * HOUR) == 1


def test_an_archived_schedule_is_cleared_and_then_left_alone():
    primary = schedule()
    review_due_schedules(now=NOW)
    archive_schedule(primary, by=SYSTEM, now=NOW + HOUR)

    worked = [review_due_schedules(now=NOW + hours_on * HOUR) for hours_on in (2, 9)]

    assert (worked, standing(), Schedule.objects.get().warnings_due_at) == ([1, 0], [], None)


def test_one_call_does_no_more_than_its_batch_the_longest_due_first():
    slugs = ["first", "second", "third"]
    for n, slug in enumerate(slugs):
        weekly_rotation(schedule(slug), [person(slug)], now=NOW + n * HOUR)

    worked = review_due_schedules(now=NOW + 3 * HOUR, limit=2)

    left = Schedule.objects.filter(warnings_due_at__lte=NOW + 3 * HOUR)
    assert (worked, [row.slug for row in left], BATCH) == (2, ["third"], 200)


@pytest.mark.parametrize(("windows", "gaps"), [([hours("09:00", "17:00", "mon")], 5), ([hours("09:00", "17:00")], 22)])
def test_a_review_costs_the_same_for_a_few_warnings_and_for_many(
    windows, gaps, django_assert_num_queries, django_capture_on_commit_callbacks
):
    primary = schedule()
    with django_capture_on_commit_callbacks(execute=True):
        weekly_rotation(primary, [person("Ada")], windows=windows)
        plan_of(primary)

    # The schedule, its swaps, the warnings; then what is new, and when to look again.
    with django_assert_num_queries(5 + 2):  # the savepoint of a transaction inside that of the test
        review_warnings(primary, now=NOW)

    assert len(standing()) == gaps


def test_the_task_reviews_what_is_due_by_its_name():
    schedule()

    current_app.loader.import_default_modules()
    worked = [current_app.tasks["rotations.review_warnings"]() for _ in range(2)]

    assert worked == [1, 0]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_record_each_warning_once():
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    from django.db import connections

    for n in range(5):
        weekly_rotation(schedule(f"schedule-{n}"), [None, person(f"Person{n}")])
    together = Barrier(2)

    def work(_worker: int) -> int:
        together.wait()
        try:
            return review_due_schedules(now=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as workers:
        worked = [*workers.map(work, range(2))]

    assert sum(worked) == 5
    assert ScheduleWarning.objects.count() == len({*ScheduleWarning.objects.values_list("schedule", "start")}) > 0
