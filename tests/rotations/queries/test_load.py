"""Load, gaps and warnings before and after somebody leaves; the past is what duty recorded."""

from datetime import UTC, datetime, timedelta

import pytest

from rotations import queries
from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.errors import Invalid
from rotations.models import Schedule
from rotations.queries.load import load_of
from rotations.services.people import deactivate_person
from rotations.services.rotations import end_rotation
from tests.factories.rotations import absence, override, person, schedule, weekly_rotation

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)  # Ada's week; Bo's is the next
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
SYSTEM = Actor.system()


@pytest.fixture(autouse=True)
def _no_plan_is_remembered():
    yield
    queries.forget()


def hours_of(of: Schedule, window: Interval) -> dict[str, tuple[int, float]]:
    of.refresh_from_db()
    return {each.person.name: (each.load.shifts, each.load.time / HOUR) for each in load_of(of, window=window).people}


def test_case_29_the_turns_of_somebody_deactivated_become_gaps_and_their_past_load_stays():
    ada, bo = person("Ada"), person("Bo")
    primary = schedule()
    weekly_rotation(primary, [ada, bo])
    override(primary, MONDAY, DAY, kind="add", person=bo, now=MONDAY)  # the first write begins the record
    fortnight = Interval(MONDAY, MONDAY + 2 * WEEK)

    deactivate_person(bo, by=SYSTEM, now=MONDAY + WEEK + DAY)

    assert hours_of(primary, fortnight) == {"Ada": (1, 168), "Bo": (2, 48)}
    found = load_of(Schedule.objects.get(), window=fortnight)
    assert found.gaps == (Interval(MONDAY + WEEK + DAY, MONDAY + 2 * WEEK),)
    assert found.recorded_until == MONDAY + WEEK + DAY


def test_the_load_of_the_past_stays_when_the_plan_changes():
    ada = person("Ada")
    primary = schedule()
    rotation = weekly_rotation(primary, [ada])
    override(primary, MONDAY + DAY, DAY, kind="silence", now=MONDAY)
    week = Interval(MONDAY, MONDAY + WEEK)

    end_rotation(rotation, by=SYSTEM, now=MONDAY + 3 * DAY)

    assert hours_of(primary, week) == {"Ada": (2, 48)}
    assert [each.start for each in load_of(primary, window=week).silence] == [MONDAY + DAY]


def test_whoever_is_replaced_while_away_is_not_charged():
    ada, bo = person("Ada"), person("Bo")
    primary = schedule(absence_policy="next")
    weekly_rotation(primary, [ada, bo])
    absence(ada, MONDAY, DAY, now=MONDAY)

    assert hours_of(primary, Interval(MONDAY, MONDAY + WEEK)) == {"Ada": (1, 144), "Bo": (1, 24)}


def test_case_41_without_rotations_the_whole_window_is_one_gap_and_nobody_has_a_load():
    window = Interval(MONDAY, MONDAY + 400 * DAY)

    found = load_of(schedule(), window=window)

    assert (found.people, found.gaps, found.silence) == ((), (window,), ())


def test_a_window_of_more_than_400_days_is_refused():
    with pytest.raises(Invalid) as refused:
        load_of(schedule(), window=Interval(MONDAY, MONDAY + 401 * DAY))

    assert refused.value.code == "window_too_long"
