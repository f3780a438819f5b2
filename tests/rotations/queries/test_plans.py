"""Absences and swaps as the engine gets them: those that matter, in a number of queries that does not grow."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.engine.terms import Absence, Swap
from rotations.queries import forget, on_call, plan_of, shifts_of
from rotations.services.swaps import cancel_swap, decline_swap
from tests.factories.rotations import absence, accepted_swap, asked_swap, override, person, schedule, weekly_rotation

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
TURN = datetime(2024, 1, 15, 9, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


def test_a_plan_has_the_absences_of_everybody_it_names():
    ada, bo, cy, dee = (person(name) for name in ("Ada", "Bo", "Cy", "Dee"))
    primary = schedule()
    rotation = weekly_rotation(primary, [ada])
    override(primary, TURN, DAY, person=bo, replaces=ada, now=NOW)
    accepted_swap(rotation, 3, ada, cy, now=NOW)
    rows = [absence(each, TURN, WEEK, now=NOW) for each in (ada, bo, cy, dee)]

    away = plan_of(primary).absences

    assert away == tuple(Absence(row.pk, row.person_id, TURN, TURN + WEEK) for row in rows[:3])


def test_overrides_that_were_over_at_the_last_change_are_not_read_and_what_ran_then_goes_on_as_recorded():
    ada, bo = person("Ada"), person("Bo")
    primary = schedule()
    weekly_rotation(primary, [ada], now=NOW, effective_at=NOW)
    past = override(primary, NOW + HOUR, HOUR, person=bo, replaces=ada, now=NOW)
    with_it = plan_of(primary).overrides
    began = [(one.person, one.since) for one in on_call([primary], at=NOW + 3 * HOUR)[0].people]
    coming = override(primary, TURN + DAY, DAY, person=bo, replaces=ada, now=NOW + 3 * HOUR)
    running = shifts_of(primary, window=Interval(NOW, TURN), clip=False).shifts

    assert [each.id for each in with_it] == [past.pk]
    assert [each.id for each in plan_of(primary).overrides] == [coming.pk]
    assert began == [(ada, NOW + 2 * HOUR)]
    assert [(one.person, one.since) for one in on_call([primary], at=NOW + 4 * HOUR)[0].people] == began
    assert [(each.person, each.start, each.end, each.recorded) for each in running] == [
        (ada, NOW, NOW + HOUR, True),
        (bo, NOW + HOUR, NOW + 2 * HOUR, True),
        (ada, NOW + 2 * HOUR, TURN, False),  # not over yet
    ]


def test_a_plan_has_the_swaps_that_count_each_from_when_it_was_accepted():
    ada, bo = person("Ada"), person("Bo")
    primary = schedule()
    rotation = weekly_rotation(primary, [ada])
    ended = accepted_swap(rotation, 1, ada, bo, span=Interval(NOW - DAY, NOW), now=NOW - DAY)
    cancel_swap(ended, by=SYSTEM, now=NOW - DAY / 2)
    running = accepted_swap(rotation, 1, ada, bo, now=NOW)
    whole = accepted_swap(rotation, 2, ada, bo, now=NOW)
    part = accepted_swap(rotation, 3, ada, bo, span=Interval(TURN + WEEK, TURN + WEEK + DAY), now=NOW)
    asked_swap(rotation, 4, ada, bo, now=NOW)
    decline_swap(asked_swap(rotation, 4, ada, bo, now=NOW), person=bo, by=SYSTEM, now=NOW)
    cancel_swap(accepted_swap(rotation, 4, ada, bo, now=NOW), by=SYSTEM, now=NOW)

    swaps = {swap.id: swap for swap in plan_of(primary).swaps}

    def of(ordinal: int, number: int, span: Interval | None, accepted_at: datetime = NOW) -> Swap:
        return Swap(number, rotation.pk, ordinal, ada.pk, bo.pk, accepted_at, span)

    forever = datetime.max.replace(tzinfo=UTC)
    assert swaps == {
        running.pk: of(1, running.pk, Interval(NOW, forever)),
        whole.pk: of(2, whole.pk, None),
        part.pk: of(3, part.pk, Interval(TURN + WEEK, TURN + WEEK + DAY)),
        ended.pk: of(1, ended.pk, Interval(NOW - DAY, NOW - DAY / 2), NOW - DAY),
    }


def queries_of(act: Any) -> int:
    forget()
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


@pytest.mark.parametrize("count", [1, 3])
def test_absences_and_swaps_cost_one_query_each_for_any_number_of_them(count: int):
    schedules = [schedule(f"s{number}") for number in range(count)]
    for place, each in enumerate(schedules):
        crew = [person(f"{name}{place}") for name in ("Ada", "Bo")]
        rotation = weekly_rotation(each, crew[:1])
        for number in range(count):
            absence(crew[0], TURN + number * DAY, DAY, now=NOW)
            accepted_swap(rotation, 2 + number, crew[0], crew[1], now=NOW)

    with_both = queries_of(lambda: on_call(schedules, at=NOW))

    # As many as where there are none.
    assert with_both == 13
