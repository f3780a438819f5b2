"""When is somebody on call although they are away?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rotations.models import Person, Rotation
from rotations.queries.absence_feeds import absence_feeds_of
from rotations.queries.conflicts import conflicts_of
from rotations.services.schedules import archive_schedule
from rotations.services.swaps import ask_swap
from tests.factories.rotations import (
    absence,
    absence_feed,
    accepted_swap,
    override,
    person,
    schedule,
    weekly_rotation,
)
from tests.rotations.services.test_absences import SYSTEM

pytestmark = pytest.mark.django_db

NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def people() -> tuple[Person, Person, Rotation]:
    """Ada and Bo, who take turns; Bo serves in the week of NOW."""
    ada, bo = person("Ada"), person("Bo")
    return ada, bo, weekly_rotation(schedule(), [ada, bo])


def at(number: int, hour: int = 9) -> datetime:
    return datetime(2024, 1, number, hour, tzinfo=UTC)


def seen(somebody: Person, now: datetime = NOW) -> list[Any]:
    found = conflicts_of(somebody, now=now)
    return [(each.span.start, each.span.end, each.ordinal) for each in found]


def test_a_conflict_says_when_and_which_turn(people):
    _, bo, rotation = people
    absence(bo, at(20, 0), 5 * DAY)

    [conflict] = conflicts_of(bo, now=NOW)

    assert (conflict.schedule.slug, conflict.shift.person, conflict.rotation) == ("payments-primary", bo, rotation.pk)
    assert seen(bo) == [(at(22), at(25, 0), 3)]


@pytest.mark.parametrize(
    ("what", "away", "expected"),
    [
        ("nothing", [], []),
        ("away while somebody else is on", [(at(15), at(22))], []),
        ("a whole turn", [(at(21), at(30))], [(at(22), at(29), 3)]),
        ("the rest of a turn", [(at(9), at(20))], [(NOW, at(15), 1)]),
        ("two parts", [(at(23), at(24)), (at(26), at(27))], [(at(23), at(24), 3), (at(26), at(27), 3)]),
        ("absences that overlap", [(at(23), at(25)), (at(24), at(26))], [(at(23), at(26), 3)]),
        ("too far ahead", [(NOW + 400 * DAY, NOW + 430 * DAY)], []),
        ("over", [(at(8), at(9))], []),
    ],
)
def test_where_shifts_and_absences_meet(people, what, away, expected):
    for start, end in away:
        absence(people[1], start, end)

    assert seen(people[1]) == expected


def test_a_swap_that_was_asked_for_is_told_and_one_that_was_accepted_ends_it(people):
    ada, bo, rotation = people
    absence(bo, at(22), 7 * DAY)
    [conflict] = conflicts_of(bo, now=NOW)

    asked = ask_swap(rotation, ordinal=3, replaces=bo, span=conflict.span, by=SYSTEM, now=NOW)
    [again] = conflicts_of(bo, now=NOW)
    accepted_swap(rotation, 3, bo, ada, now=NOW)

    assert (conflict.swap, again.swap) == (None, asked)
    assert conflicts_of(bo, now=NOW) == ()


def test_who_was_put_on_call_by_somebody_has_no_turn_to_swap(people):
    ada, bo, rotation = people
    override(rotation.schedule, at(16), DAY, person=bo, replaces=ada)
    absence(bo, at(16), DAY)

    [conflict] = conflicts_of(bo, now=NOW)

    assert (conflict.rotation, conflict.ordinal, seen(bo)) == (None, None, [(at(16), at(17), None)])


def test_an_archived_schedule_has_no_conflicts(people):
    _, bo, rotation = people
    absence(bo, at(22), DAY)
    archive_schedule(rotation.schedule, by=SYSTEM, now=NOW)

    assert conflicts_of(bo, now=NOW) == ()


@pytest.mark.parametrize("count", [1, 3])
def test_conflicts_in_any_number_of_schedules_cost_the_same(count, django_assert_num_queries):
    ada = person("Ada")
    for number in range(count):
        weekly_rotation(schedule(f"s{number}"), [ada])
    absence(ada, at(16), DAY)

    # Most of them read the plans, which are remembered from then on.
    with django_assert_num_queries(15):
        assert len(conflicts_of(ada, now=NOW)) == count


def test_the_feeds_of_somebody_say_how_they_are(people, django_assert_num_queries):
    ada, bo, _ = people
    fresh = absence_feed(bo, now=NOW)
    old = absence_feed(bo, name="Holidays", now=NOW - 2 * DAY)
    absence_feed(ada)

    with django_assert_num_queries(1):
        found = absence_feeds_of(bo, now=NOW)

    assert [(each.feed, each.state, each.words, each.problem, each.to_come) for each in found] == [
        (
            old,
            "stale",
            "Not read for two days; what was read before stands, and may be out of date.",
            None,
            0,
        ),
        (fresh, "new", "Not read yet.", None, 0),
    ]
