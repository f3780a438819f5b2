"""What happened is recorded once, extended while it goes on, and never changed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rotations.actors import Actor
from rotations.errors import Conflict
from rotations.models import Duty, Schedule
from rotations.services.changes import record_change
from rotations.services.duty import settle_due_schedules
from rotations.services.overrides import end_override
from rotations.services.people import deactivate_person, edit_person, reactivate_person
from rotations.services.rotations import add_rotation, edit_rotation, end_rotation
from rotations.services.schedules import archive_schedule, edit_schedule
from tests.factories.rotations import draft, hours, override, person, schedule, shadow, weekly_rotation

pytestmark = pytest.mark.django_db

# A Wednesday at noon; handoffs fall on Mondays at 09:00.
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
SYSTEM = Actor.system()


def settle(now: datetime) -> int:
    return settle_due_schedules(now=now)


def recorded(of: Schedule) -> list[str]:
    """The rows, as ``Ada 18 12:00-23 09:00``."""
    rows = Duty.objects.filter(schedule=of).select_related("person").order_by("start", "id")
    return [
        f"{row.person or 'silence'}{'*' if row.shadow else ''} {row.start:%d %H:%M}-{row.end:%d %H:%M}" for row in rows
    ]


def marks(of: Schedule) -> tuple[datetime | None, datetime | None, datetime | None]:
    of.refresh_from_db()
    return of.recorded_from, of.recorded_until, of.next_change_at


def test_the_first_time_the_record_begins_and_the_next_change_is_looked_up():
    primary = schedule()
    weekly_rotation(primary, [person("Ada"), person("Bo")])

    assert settle(NOW) == 1

    assert marks(primary) == (NOW, NOW, MONDAY)
    assert recorded(primary) == []


def test_at_the_next_change_what_happened_is_recorded():
    primary = schedule()
    weekly_rotation(primary, [person("Ada"), person("Bo")])
    settle(NOW)

    assert settle(MONDAY - timedelta(seconds=1)) == 0
    assert settle(MONDAY + HOUR) == 1

    assert marks(primary) == (NOW, MONDAY + HOUR, MONDAY + WEEK)
    assert recorded(primary) == ["Ada 18 12:00-23 09:00", "Bo 23 09:00-23 10:00"]


def test_the_last_row_is_extended_and_closed_rows_stay():
    primary = schedule()
    weekly_rotation(primary, [person("Ada"), person("Bo")])
    settle(NOW)
    settle(MONDAY + HOUR)
    first, last = Duty.objects.order_by("start")

    edit_schedule(primary, name="Another", by=SYSTEM, now=MONDAY + 2 * HOUR)
    settle(MONDAY + WEEK + HOUR)

    assert [row.pk for row in Duty.objects.order_by("start")][:2] == [first.pk, last.pk]
    assert recorded(primary) == ["Ada 18 12:00-23 09:00", "Bo 23 09:00-30 09:00", "Ada 30 09:00-30 10:00"]


def test_a_day_without_a_worker_is_caught_up_as_if_it_had_been_there():
    shifts: dict[str, Any] = {"unit": "hour", "every": 6, "windows": [hours("08:00", "20:00")]}
    punctual, late = schedule("punctual"), schedule("late")
    crew = [person("Ada"), person("Bo"), person("Cy")]
    for each in (punctual, late):
        weekly_rotation(each, crew, **shifts)
    settle(NOW)
    for hour in range(1, 30):
        Schedule.objects.filter(pk=late.pk)
        edit_schedule(punctual, name=f"Number {hour}", by=SYSTEM, now=NOW + hour * HOUR)

    settle(NOW + 30 * HOUR)

    columns = ("person", "start", "end", "source__ordinal", "because")
    rows = [
        list(Duty.objects.filter(schedule=each).order_by("start").values_list(*columns)) for each in (punctual, late)
    ]
    assert rows[0] == rows[1]
    assert len(rows[0]) == 5
    assert [each[:3] for each in rows[0][:2]] == [
        (crew[2].pk, NOW, NOW + 3 * HOUR),
        (crew[0].pk, NOW + 3 * HOUR, NOW + 8 * HOUR),
    ]


def test_a_row_says_why_with_the_names_as_they_were():
    primary, ada, bo, cy = schedule(), person("Ada"), person("Bo"), person("Cy")
    rotation = weekly_rotation(primary, [ada])
    settle(NOW)
    cover = override(primary, NOW + HOUR, HOUR, person=bo, replaces=ada, reason="dentist", now=NOW)
    extra = override(primary, NOW + 3 * HOUR, HOUR, kind="add", person=cy, now=NOW)
    quiet = override(primary, NOW + 5 * HOUR, HOUR, kind="silence", reason="maintenance", now=NOW)
    edit_rotation(rotation, draft=draft([ada], name="First line"), by=SYSTEM, now=NOW + 6 * HOUR)
    edit_person(bo, name="Bo Lind", by=SYSTEM, now=NOW + 7 * HOUR)

    turn = "turn 150 of Primary"
    assert [(row.start.hour, row.because) for row in Duty.objects.order_by("start", "id")] == [
        (12, turn),
        (13, f"{turn}, override {cover.pk} by Oncall: dentist"),
        (14, turn),
        (15, f"override {extra.pk} by Oncall"),
        (17, f"planned silence, override {quiet.pk} by Oncall: maintenance"),
        (18, "turn 150 of First line"),
    ]


def test_the_source_is_kept_in_the_shape_of_the_api_with_what_it_takes_to_have_it_again():
    primary, ada, bo = schedule(), person("Ada"), person("Bo")
    rotation = weekly_rotation(primary, [ada], windows=[hours("09:00", "17:00")])
    second = weekly_rotation(primary, [bo], name="Second", layer=1)
    settle(NOW)
    cover = override(primary, NOW, HOUR, person=bo, replaces=ada, now=NOW)
    settle(NOW + HOUR)

    [row] = Duty.objects.filter(person=bo)
    assert row.source == {
        "kind": "override",
        "rotation": rotation.pk,
        "ordinal": 150,
        "layer": 1,
        "override": cover.pk,
        "seat": 0,
        "window": ["2026-11-18", 0],
        "absence": None,
        "chain": [["override", cover.pk]],
        "name": "Primary",
        "reasons": [
            [
                NOW.isoformat(),
                [
                    {key: row.source[key] for key in row.source if key not in {"name", "reasons"}},
                    {
                        "kind": "rotation",
                        "rotation": second.pk,
                        "ordinal": 150,
                        "layer": 1,
                        "seat": 0,
                        "window": None,
                        "absence": None,
                        "chain": [],
                    },
                ],
            ]
        ],
    }


def test_gaps_have_no_rows_and_silence_and_shadows_have():
    primary, ada, bo = schedule(), person("Ada"), person("Bo")
    weekly_rotation(primary, [[ada, shadow(bo)]], windows=[hours("09:00", "17:00")])
    override(primary, NOW + HOUR, HOUR, kind="silence", now=NOW)

    settle(NOW)
    settle(NOW + DAY)

    assert recorded(primary) == [
        "Ada 18 12:00-18 13:00",
        "Bo* 18 12:00-18 17:00",
        "silence 18 13:00-18 14:00",
        "Ada 18 14:00-18 17:00",
        "Ada 19 09:00-19 12:00",
        "Bo* 19 09:00-19 12:00",
    ]


def test_every_write_settles_first_from_the_plan_as_it_was():
    primary, ada, bo = schedule(), person("Ada"), person("Bo")
    rotation = weekly_rotation(primary, [ada, bo])
    settle(NOW)
    cover = override(primary, NOW + HOUR, 9 * HOUR, person=bo, replaces=ada, now=NOW)

    writes = [
        lambda now: edit_rotation(rotation, draft=draft([bo], layer=3), by=SYSTEM, now=now),
        lambda now: end_override(cover, by=SYSTEM, now=now),
        lambda now: add_rotation(primary, draft=draft([ada], layer=4), by=SYSTEM, now=now),
        lambda now: edit_schedule(primary, absence_policy="skip", by=SYSTEM, now=now),
        lambda now: edit_person(ada, name="Ada Okafor", by=SYSTEM, now=now),
        lambda now: deactivate_person(ada, by=SYSTEM, now=now),
        lambda now: reactivate_person(ada, by=SYSTEM, now=now),
        lambda now: end_rotation(rotation, by=SYSTEM, now=now),
        lambda now: archive_schedule(primary, by=SYSTEM, now=now),
    ]
    for number, write in enumerate(writes, 2):
        write(NOW + number * HOUR)
        assert marks(primary) == (NOW, NOW + number * HOUR, NOW + number * HOUR)

    assert recorded(primary) == [
        "Ada Okafor 18 12:00-18 13:00",
        "Bo 18 13:00-18 14:00",
        # The edit made Bo's week of Ada's, so there was nobody to replace any more.
        "Bo 18 14:00-18 16:00",
        "Ada Okafor 18 16:00-18 19:00",
        "Bo 18 19:00-18 20:00",
        "Ada Okafor 18 20:00-18 22:00",
    ]


def test_a_write_that_is_refused_records_nothing():
    primary, ada = schedule(), person("Ada")
    rotation = weekly_rotation(primary, [ada])
    settle(NOW)

    with pytest.raises(Conflict):
        edit_rotation(rotation, draft=draft([ada, person("Bo")]), effective_at=NOW, by=SYSTEM, now=NOW + HOUR)

    assert marks(primary)[:2] == (NOW, NOW)
    assert recorded(primary) == []


def test_a_change_without_settling_first_is_a_bug_and_says_so():
    primary = schedule()

    with pytest.raises(AssertionError, match="without settling its duty first"):
        record_change(Schedule.objects.get(pk=primary.pk), what="hasty", summary="", by=SYSTEM, now=NOW)


def test_a_clock_that_lags_does_not_turn_the_record_back():
    primary, ada = schedule(), person("Ada")
    weekly_rotation(primary, [ada])
    settle(NOW)
    edit_schedule(primary, name="One", by=SYSTEM, now=NOW + HOUR)

    edit_schedule(primary, name="Two", by=SYSTEM, now=NOW)

    assert marks(primary)[:2] == (NOW, NOW + HOUR)
    primary.refresh_from_db()
    assert primary.changed_at == NOW + HOUR


def test_adding_rotations_begins_no_record_so_that_all_of_them_may_begin_in_the_past():
    primary, ada = schedule(), person("Ada")
    for number in range(3):
        add_rotation(primary, draft=draft([ada], layer=number + 1), effective_at=NOW - WEEK, by=SYSTEM, now=NOW)

    assert marks(primary) == (None, None, NOW)
    settle(NOW)
    with pytest.raises(Conflict, match="recorded and stays"):
        add_rotation(primary, draft=draft([ada]), effective_at=NOW - WEEK, by=SYSTEM, now=NOW)


def test_a_schedule_without_rotations_has_nothing_to_record():
    empty = schedule()

    settle(NOW)
    edit_schedule(empty, name="Still empty", by=SYSTEM, now=NOW)
    settle(NOW)

    assert marks(empty) == (None, None, None)
    assert settle(NOW + DAY) == 0


def test_a_schedule_in_which_nothing_changes_is_looked_at_again_when_the_look_ahead_is_used_up():
    primary = schedule()
    weekly_rotation(primary, [person("Ada"), person("Bo")], every=1000)
    settle(NOW)

    assert marks(primary) == (NOW, NOW, None)
    assert (settle(NOW + 399 * DAY), settle(NOW + 400 * DAY)) == (0, 1)
    assert marks(primary)[1] == NOW + 400 * DAY


def test_a_bounded_batch_takes_those_due_first():
    schedules = [schedule(f"s{number}") for number in range(3)]
    for number, each in enumerate(schedules):
        weekly_rotation(
            each, [person(f"Ada{number}"), person(f"Bo{number}")], windows=[hours(f"0{9 - number}:00", "20:00")]
        )
    settle(NOW)

    tomorrow = NOW + DAY
    assert settle_due_schedules(now=tomorrow, limit=2) == 2

    assert [marks(each)[1] == tomorrow for each in schedules] == [True, True, False]
    assert settle_due_schedules(now=tomorrow, limit=2) == 1
    assert settle_due_schedules(now=tomorrow, limit=2) == 0


@pytest.mark.django_db(transaction=True)  # plans are remembered once they are committed
@pytest.mark.parametrize("others", [0, 5])
def test_what_is_not_due_costs_nothing(others: int):
    primary = schedule()
    weekly_rotation(primary, [person("Ada"), person("Bo")])
    for number in range(others):
        weekly_rotation(schedule(f"other{number}"), [person(f"Cy{number}")], name="Alone", every=900)
    settle(NOW)

    with CaptureQueriesContext(connection) as captured:
        assert settle(MONDAY) == 1

    assert [
        each["sql"].split(maxsplit=1)[0] for each in captured if not each["sql"].startswith(("BEGIN", "COMMIT"))
    ] == [
        "SELECT",  # which are due
        "SELECT",  # the claim
        "SELECT",  # what goes on
        "INSERT",
        "UPDATE",  # recorded until
        "UPDATE",  # the next change
    ]


def test_settling_again_in_the_same_moment_costs_the_hold_alone():
    primary = schedule()
    weekly_rotation(primary, [person("Ada")])
    settle(NOW)
    edit_schedule(primary, name="One", by=SYSTEM, now=NOW + HOUR)

    with CaptureQueriesContext(connection) as captured:
        edit_schedule(primary, name="One", by=SYSTEM, now=NOW + HOUR)

    assert not [each["sql"] for each in captured if "duty" in each["sql"]]


def test_the_task_runs_by_its_name_and_reads_the_clock():
    primary = schedule()
    weekly_rotation(primary, [person("Ada"), person("Bo")])
    before = timezone.now()

    # As a worker does when it starts.
    current_app.loader.import_default_modules()
    settled = current_app.tasks["rotations.settle_duty"]()

    begins, ends, next_change_at = marks(primary)
    assert begins is not None
    assert next_change_at is not None
    assert (settled, begins == ends, before <= begins <= timezone.now() < next_change_at) == (1, True, True)
