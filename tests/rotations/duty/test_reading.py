"""Case 45: the past after an edit, a deleted override, a removed member is exactly what duty recorded."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.models import Duty, Override, Schedule
from rotations.queries import gaps, on_call, shifts_of, shifts_of_person
from rotations.services.duty import settle_due_schedules
from rotations.services.overrides import end_override
from rotations.services.people import deactivate_person, reactivate_person
from rotations.services.rotations import edit_rotation
from rotations.services.schedules import edit_schedule
from tests.factories.rotations import draft, hours, override, person, schedule, shadow, team, weekly_rotation
from tests.write_guard import arranging

pytestmark = [pytest.mark.django_db, pytest.mark.long]

# A Wednesday at noon; handoffs fall on Mondays at 09:00.
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
BEFORE, MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC)
SYSTEM = Actor.system()


def listed(of: Schedule, start: datetime, end: datetime, **asked: Any) -> list[tuple[str, datetime, datetime, bool]]:
    shifts = shifts_of(of, window=Interval(start, end), **asked).shifts
    return [(row.person.name, row.start, row.end, row.recorded) for row in shifts]


def names(of: Schedule, at: datetime) -> list[str]:
    return [one.person.name for one in on_call([of], at=at)[0].people]


def test_shifts_are_recorded_up_to_the_watermark_and_one_that_goes_on_is_one():
    primary = schedule()
    weekly_rotation(primary, [person("Ada"), person("Bo")])
    settle_due_schedules(now=NOW)
    settle_due_schedules(now=MONDAY + DAY)

    assert listed(primary, BEFORE, MONDAY + WEEK + DAY, clip=False) == [
        # It began before the record did, and it goes on after it.
        ("Ada", BEFORE, MONDAY, False),
        ("Bo", MONDAY, MONDAY + WEEK, False),
        ("Ada", MONDAY + WEEK, MONDAY + 2 * WEEK, False),
    ]
    assert listed(primary, NOW, MONDAY + DAY) == [("Ada", NOW, MONDAY, True), ("Bo", MONDAY, MONDAY + DAY, True)]
    assert shifts_of(primary, window=Interval(NOW, MONDAY)).recorded_until == MONDAY + DAY


def test_before_the_record_shifts_are_computed():
    primary = schedule()
    weekly_rotation(primary, [person("Ada"), person("Bo")])
    settle_due_schedules(now=NOW)
    settle_due_schedules(now=MONDAY)

    assert listed(primary, BEFORE - WEEK, BEFORE, clip=False) == [("Bo", BEFORE - WEEK, BEFORE, False)]
    assert names(primary, BEFORE - HOUR) == ["Bo"]


@pytest.mark.parametrize(
    "settled",
    [[], [NOW + 3 * HOUR], [NOW + hours_on * HOUR for hours_on in range(1, 30)], [MONDAY, MONDAY + WEEK + HOUR]],
)
def test_settling_changes_no_answer(settled: list[datetime]):
    primary, ada, bo = schedule(), person("Ada"), person("Bo")
    weekly_rotation(primary, [[ada, bo], bo, None])
    weekly_rotation(primary, [bo, ada], name="Office", layer=2, windows=[hours("09:00", "17:00")], unit="day")
    settle_due_schedules(now=NOW)
    override(primary, NOW + 2 * HOUR, 9 * HOUR, person=bo, replaces=ada, now=NOW)
    override(primary, NOW + 5 * HOUR, 2 * HOUR, kind="silence", now=NOW)
    window = Interval(BEFORE - WEEK, MONDAY + 3 * WEEK)

    def answers() -> object:
        return [
            [(row.person, row.start, row.end, row.source, row.uid, row.rotation_name) for row in found.shifts]
            + [found.gaps, found.silence]
            for found in (shifts_of(primary, window=window, clip=clip) for clip in (True, False))
        ] + [
            [(one.person, one.since, one.until, one.source, one.also) for one in answer.people]
            + [answer.silence, answer.next, answer.gap_at, answer.silence_at]
            for answer in (on_call([primary], at=BEFORE + 4 * hour * HOUR)[0] for hour in range(60))
        ]

    before = answers()
    for now in settled:
        with arranging():
            # As if something changed at every moment.
            Schedule.objects.update(next_change_at=now)
        settle_due_schedules(now=now)

    assert answers() == before


def test_a_rotation_that_is_renamed_and_moved_to_another_layer_leaves_the_past():
    primary, ada, bo = schedule(), person("Ada"), person("Bo")
    first = weekly_rotation(primary, [ada])
    weekly_rotation(primary, [bo], name="Cover", layer=2, windows=[hours("09:00", "17:00")])
    settle_due_schedules(now=NOW - DAY)
    past = Interval(NOW - DAY, NOW)
    before = [(row.person, row.start, row.source, row.uid, row.rotation_name) for row in _rows(primary, past)]

    edit_rotation(first, draft=draft([ada], name="First line", layer=3), by=SYSTEM, now=NOW)

    assert [(row.person, row.start, row.source, row.uid, row.rotation_name) for row in _rows(primary, past)] == before
    assert (names(primary, NOW - HOUR), names(primary, NOW)) == (["Bo"], ["Ada"])
    [now_on] = on_call([primary], at=NOW + HOUR)[0].people
    # By the plan alone she would have been on since Monday.
    assert now_on.since == NOW
    assert _rows(primary, Interval(NOW, NOW + HOUR))[0].rotation_name == "First line"


def test_somebody_who_comes_back_was_not_on_call_while_they_were_gone():
    primary, ada = schedule(), person("Ada")
    weekly_rotation(primary, [ada])
    settle_due_schedules(now=NOW)

    deactivate_person(ada, by=SYSTEM, now=NOW + HOUR)
    reactivate_person(ada, by=SYSTEM, now=NOW + 3 * HOUR)

    assert listed(primary, NOW, NOW + 4 * HOUR) == [
        ("Ada", NOW, NOW + HOUR, True),
        ("Ada", NOW + 3 * HOUR, NOW + 4 * HOUR, False),
    ]
    assert gaps(primary, window=Interval(NOW, NOW + DAY)) == (Interval(NOW + HOUR, NOW + 3 * HOUR),)
    assert [names(primary, NOW + hour * HOUR) for hour in range(4)] == [["Ada"], [], [], ["Ada"]]
    assert on_call([primary], at=NOW + 4 * HOUR)[0].people[0].since == NOW + 3 * HOUR
    then = on_call([primary], at=NOW)[0]
    assert (then.gap_at, then.next.at if then.next else None) == (NOW + HOUR, NOW + 3 * HOUR)


def test_a_removed_member_and_an_override_that_ended_early_stay_in_the_past():
    primary, ada, bo, cy = schedule(), person("Ada"), person("Bo"), person("Cy")
    rotation = weekly_rotation(primary, [ada, bo])
    settle_due_schedules(now=NOW)
    cover = override(primary, NOW + HOUR, DAY, person=cy, replaces=ada, now=NOW)
    end_override(cover, by=SYSTEM, now=NOW + 3 * HOUR)
    edit_rotation(rotation, draft=draft([bo]), by=SYSTEM, now=NOW + 4 * HOUR)
    with arranging():
        # The record stands by itself.
        Override.objects.filter(pk=cover.pk).delete()

    assert listed(primary, NOW, NOW + 5 * HOUR) == [
        ("Ada", NOW, NOW + HOUR, True),
        ("Cy", NOW + HOUR, NOW + 3 * HOUR, True),
        ("Ada", NOW + 3 * HOUR, NOW + 4 * HOUR, True),
        ("Bo", NOW + 4 * HOUR, NOW + 5 * HOUR, False),
    ]
    assert [(one.source.kind, one.source.override) for one in on_call([primary], at=NOW + HOUR)[0].people] == [
        ("override", cover.pk)
    ]


def test_an_edit_while_the_worker_is_down_rewrites_nothing():
    primary, ada, bo, cy = schedule(), person("Ada"), person("Bo"), person("Cy")
    rotation = weekly_rotation(primary, [ada, bo], unit="day")
    settle_due_schedules(now=NOW)
    asked = {NOW + hour * HOUR: names(primary, NOW + hour * HOUR) for hour in range(72)}

    edit_rotation(rotation, draft=draft([cy], unit="day", layer=2), by=SYSTEM, now=NOW + 50 * HOUR)
    edit_rotation(rotation, draft=draft([ada], unit="day"), by=SYSTEM, now=NOW + 51 * HOUR)
    settle_due_schedules(now=NOW + 72 * HOUR)

    assert {at: names(primary, at) for at in asked if at < NOW + 50 * HOUR} == {
        at: who for at, who in asked.items() if at < NOW + 50 * HOUR
    }
    assert names(primary, NOW + 50 * HOUR) == ["Cy"]


def test_shadows_and_other_reasons_of_the_past_stay():
    primary, ada, bo = schedule(absence_policy="skip"), person("Ada"), person("Bo")
    rotation = weekly_rotation(primary, [[ada, shadow(bo)]])
    second = weekly_rotation(primary, [ada], name="Too")
    settle_due_schedules(now=NOW)
    edit_rotation(second, draft=draft([bo], name="Too", layer=2), by=SYSTEM, now=NOW + 2 * HOUR)

    [answer] = on_call([primary], at=NOW + HOUR)

    assert [(one.person, one.source.rotation, [other.rotation for other in one.also]) for one in answer.people] == [
        (ada, rotation.pk, [second.pk])
    ]
    assert answer.shadows == (bo,)
    assert not [row for row in _rows(primary, Interval(NOW, NOW + HOUR)) if row.person == bo]


def test_a_shift_whose_reason_changed_on_the_way_answers_with_the_one_in_force_then():
    primary, ada = schedule(), person("Ada")
    rotation = weekly_rotation(primary, [ada])
    settle_due_schedules(now=NOW)
    edit_rotation(rotation, draft=draft([ada], layer=2), by=SYSTEM, now=NOW + HOUR)
    moments = [NOW, NOW + HOUR, NOW + 3 * HOUR]

    def layers() -> list[int | None]:
        return [on_call([primary], at=at)[0].people[0].source.layer for at in moments]

    announced = layers()
    edit_rotation(rotation, draft=draft([ada], layer=3), by=SYSTEM, now=NOW + 4 * HOUR)

    assert announced == layers() == [1, 2, 2]
    # It is one shift all the same.
    assert len(_rows(primary, Interval(NOW, NOW + 5 * HOUR))) == 1


def test_silence_that_spans_the_watermark_is_one():
    primary = schedule()
    weekly_rotation(primary, [person("Ada")])
    settle_due_schedules(now=NOW)
    quiet = override(primary, NOW + HOUR, 4 * HOUR, kind="silence", now=NOW)
    edit_schedule(primary, name="Another", by=SYSTEM, now=NOW + 3 * HOUR)

    found = shifts_of(primary, window=Interval(NOW, NOW + DAY))

    assert [(span.start, span.end, span.override) for span in found.silence] == [(NOW + HOUR, NOW + 5 * HOUR, quiet.pk)]
    assert found.gaps == ()
    assert on_call([primary], at=NOW + 2 * HOUR)[0].silence


def test_a_persons_shifts_are_read_from_duty_in_every_schedule_they_ever_worked_in():
    primary, secondary, ada, bo = schedule(), schedule("secondary"), person("Ada"), person("Bo")
    rotations = [weekly_rotation(each, [ada]) for each in (primary, secondary)]
    settle_due_schedules(now=NOW)
    for rotation in rotations:
        edit_rotation(rotation, draft=draft([bo]), by=SYSTEM, now=NOW + HOUR)

    found = shifts_of_person(ada, window=Interval(NOW, NOW + WEEK))

    assert [(each.schedule, each.shift.start, each.shift.end, each.shift.recorded) for each in found] == [
        (primary, NOW, NOW + HOUR, True),
        (secondary, NOW, NOW + HOUR, True),
    ]


def _rows(of: Schedule, window: Interval) -> Any:
    return shifts_of(of, window=window).shifts


def _queries(act: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


@pytest.mark.django_db(transaction=True)  # plans are remembered once they are committed
@pytest.mark.parametrize("count", [1, 3])
def test_the_past_takes_the_same_queries_for_any_number_of_schedules_and_rows(count: int):
    of, ada, bo = team(), person("Ada"), person("Bo")
    schedules = [schedule(f"s{number}", of=of) for number in range(count)]
    for each in schedules:
        weekly_rotation(each, [ada, bo], unit="hour")
    settle_due_schedules(now=NOW)
    settle_due_schedules(now=NOW + count * 30 * HOUR)
    assert Duty.objects.count() == count * count * 30
    on_call(schedules, at=NOW + DAY)

    now, then = NOW + count * 31 * HOUR, NOW + DAY
    # Revisions, duty, people; now the duty is not needed.
    assert _queries(lambda: on_call(schedules, at=now)) == 2
    assert _queries(lambda: on_call(schedules, at=then)) == 3
    assert _queries(lambda: shifts_of(schedules[0], window=Interval(NOW, now + WEEK))) == 3
    # And which schedules they are in.
    assert _queries(lambda: shifts_of_person(ada, window=Interval(NOW, now + WEEK))) == 3
