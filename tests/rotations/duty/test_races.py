"""Two workers and many editors at once, on a real PostgreSQL with real threads."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.models import Duty, Schedule
from rotations.queries import shifts_of
from rotations.services.duty import settle_due_schedules
from rotations.services.schedules import edit_schedule
from tests.crowd import AtOnce
from tests.factories.rotations import override, person, schedule, weekly_rotation

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hourly(count: int) -> list[Schedule]:
    crew = [person("Ada"), person("Bo")]
    schedules = [schedule(f"s{number}") for number in range(count)]
    for each in schedules:
        weekly_rotation(each, crew, unit="hour")
    settle_due_schedules(now=NOW)
    return schedules


def rows(of: Schedule) -> list[tuple[datetime, datetime]]:
    return list(Duty.objects.filter(schedule=of).order_by("start").values_list("start", "end"))


def test_two_workers_record_each_schedule_once(at_once: AtOnce):
    schedules = hourly(12)

    settled = at_once([partial(settle_due_schedules, now=NOW + 5 * HOUR)] * 3)

    assert sum(settled) == 12
    expected = [(NOW + hour * HOUR, NOW + (hour + 1) * HOUR) for hour in range(5)]
    assert [rows(each) for each in schedules] == [expected] * 12


def test_workers_and_editors_at_once_leave_one_unbroken_record(at_once: AtOnce):
    [primary] = hourly(1)
    cover = person("Cy")

    def work() -> None:
        for minute in range(0, 600, 45):
            settle_due_schedules(now=NOW + timedelta(minutes=minute))

    def edit() -> None:
        for minute in range(10, 600, 60):
            edit_schedule(primary, name=f"At {minute}", by=Actor.system(), now=NOW + timedelta(minutes=minute))

    def cover_some() -> None:
        for minute in range(0, 600, 100):
            moment = NOW + timedelta(minutes=minute)
            override(primary, moment, HOUR, person=cover, now=moment)

    at_once([work, work, edit, cover_some])

    primary.refresh_from_db()
    assert primary.recorded_from is not None
    assert primary.recorded_until is not None
    spans = rows(primary)
    # Tiled: with one person on call at any instant, each row begins where the one before ends.
    assert [end for _, end in spans[:-1]] == [start for start, _ in spans[1:]]
    assert (spans[0][0], spans[-1][1]) == (NOW, primary.recorded_until)
    found = shifts_of(primary, window=Interval(NOW, primary.recorded_until))
    assert {row.recorded for row in found.shifts} == {True}
