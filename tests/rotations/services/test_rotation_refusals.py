"""What is refused of rotations: with a code at its field, and nothing is written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from rotations.actors import Actor
from rotations.errors import Conflict, Invalid, NotPermitted, Refusal
from rotations.models import Rotation, RotationVersion, Schedule, ScheduleChange
from rotations.services.duty import settle_due_schedules
from rotations.services.rotations import add_rotation, edit_rotation, end_rotation
from rotations.services.schedules import archive_schedule
from tests.factories.rotations import (
    EARLY,
    draft,
    hours,
    person,
    reading,
    schedule,
    shadow,
    team,
    weekly_rotation,
)

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
# A Wednesday, in the second week: the second of a weekly rotation is on call.
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)


def refusal(act) -> tuple[type[Refusal], str, str | None]:
    """What an act is refused with, and that nothing was written."""
    before = (Rotation.objects.count(), RotationVersion.objects.count(), ScheduleChange.objects.count())
    with pytest.raises(Refusal) as refused:
        act()
    assert (Rotation.objects.count(), RotationVersion.objects.count(), ScheduleChange.objects.count()) == before
    return type(refused.value), refused.value.code, refused.value.field


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"zone": "Mars/Olympus"}, (Invalid, "unknown_zone", "zone")),
        ({"anchor": datetime(2024, 1, 1, 9, tzinfo=UTC)}, (Invalid, "invalid", "anchor")),
        ({"anchor": reading("1900-01-01T09:00")}, (Invalid, "invalid", "anchor")),
        ({"ends_at": NOW}, (Invalid, "end_before_start", "ends_at")),
        ({"windows": [hours("09:00", "17:00")] * 51}, (Invalid, "invalid", "windows")),
    ],
)
def test_a_draft_that_cannot_be_is_refused(fields: dict[str, object], expected: tuple[type[Refusal], str, str]):
    primary = schedule()
    crew = [person("Ada")]

    assert refusal(lambda: add_rotation(primary, draft=draft(crew, **fields), by=SYSTEM, now=NOW)) == expected


def test_a_rotation_without_any_member_is_refused():
    primary = schedule()

    assert refusal(lambda: add_rotation(primary, draft=draft([None, None]), by=SYSTEM, now=NOW)) == (
        Invalid,
        "no_members",
        "slots",
    )


def test_somebody_who_is_not_there_is_refused():
    primary = schedule()
    nobody = person("Ada")
    nobody.pk = 999

    assert refusal(lambda: add_rotation(primary, draft=draft([nobody]), by=SYSTEM, now=NOW)) == (
        Invalid,
        "invalid",
        "slots",
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"every": 0}, "min_value"),
        ({"every": 1001}, "max_value"),
        ({"unit": "fortnight"}, "invalid_choice"),
        ({"advance": "sideways"}, "invalid_choice"),
        ({"name": " "}, "blank"),
        ({"layer": 0}, "invalid"),
        ({"windows": [hours("09:00", "17:00", "noday")]}, "invalid"),
    ],
)
def test_a_field_out_of_its_range_is_refused(fields: dict[str, object], code: str):
    primary = schedule()
    crew = [person("Ada")]

    with pytest.raises(ValidationError) as refused:
        add_rotation(primary, draft=draft(crew, **fields), by=SYSTEM, now=NOW)

    assert {error.code for errors in refused.value.error_dict.values() for error in errors} == {code}
    assert Rotation.objects.count() == 0


def test_a_person_twice_in_a_slot_is_refused():
    ada = person("Ada")
    primary = schedule()

    with pytest.raises(ValidationError) as refused:
        add_rotation(primary, draft=draft([[ada, shadow(ada)]]), by=SYSTEM, now=NOW)

    assert [error.code for error in refused.value.error_dict["__all__"]] == ["member_twice"]
    assert Rotation.objects.count() == 0


def test_a_rotation_may_begin_in_the_past_only_where_nothing_is_recorded():
    crew = [person("Ada")]
    primary = schedule()

    for name in ("Primary", "Backup"):
        add_rotation(primary, draft=draft(crew, name=name), effective_at=EARLY, by=SYSTEM, now=NOW - timedelta(days=1))
    settle_due_schedules(now=NOW - timedelta(hours=1))
    add_rotation(primary, draft=draft(crew, name="Late"), effective_at=NOW, by=SYSTEM, now=NOW)

    # What no task has recorded yet, the write itself does.
    late = NOW - timedelta(minutes=30)
    assert refusal(lambda: add_rotation(primary, draft=draft(crew), effective_at=late, by=SYSTEM, now=NOW)) == (
        Conflict,
        "in_the_past",
        "effective_at",
    )


def test_an_edit_before_now_is_refused():
    rotation = weekly_rotation(schedule(), [person("Ada")])
    new = draft([person("Bo")])
    a_moment_ago = NOW - timedelta(seconds=1)

    assert refusal(lambda: edit_rotation(rotation, draft=new, effective_at=a_moment_ago, by=SYSTEM, now=NOW)) == (
        Conflict,
        "in_the_past",
        "effective_at",
    )
    assert refusal(lambda: edit_rotation(rotation, draft=replace(new, ends_at=a_moment_ago), by=SYSTEM, now=NOW)) == (
        Conflict,
        "in_the_past",
        "ends_at",
    )


def test_a_clock_that_lags_does_not_take_an_edit_before_the_one_before_it():
    rotation = weekly_rotation(schedule(), [person("Ada"), person("Bo")])
    edit_rotation(rotation, draft=draft([person("Cy")]), by=SYSTEM, now=NOW)

    edit_rotation(rotation, draft=draft([person("Dee")]), by=SYSTEM, now=NOW - timedelta(minutes=5))

    assert [version.effective_at for version in rotation.versions.order_by("effective_at")] == [EARLY, NOW]
    assert Schedule.objects.get().changed_at == NOW


def test_what_has_ended_or_is_archived_cannot_be_edited():
    primary = schedule()
    rotation = weekly_rotation(primary, [person("Ada")])
    new = draft([person("Bo")])

    end_rotation(rotation, by=SYSTEM, now=NOW)
    assert refusal(lambda: edit_rotation(rotation, draft=new, by=SYSTEM, now=NOW)) == (Conflict, "ended", None)
    assert refusal(lambda: end_rotation(rotation, by=SYSTEM, now=NOW)) == (Conflict, "ended", None)

    archive_schedule(primary, by=SYSTEM, now=NOW)
    assert refusal(lambda: add_rotation(primary, draft=new, by=SYSTEM, now=NOW)) == (Conflict, "archived", None)


def test_only_managers_of_the_team_write_rotations():
    manager, member, stranger = person("Mia"), person("Max"), person("Sam")
    primary = schedule(of=team(managers=[manager], members=[member]))
    team("other", managers=[stranger])
    rotation = weekly_rotation(primary, [member])
    new = draft([stranger])

    for somebody in (member, stranger):
        by = Actor.of_person(somebody)
        assert refusal(lambda by=by: add_rotation(primary, draft=new, by=by, now=NOW))[0] is NotPermitted
        assert refusal(lambda by=by: edit_rotation(rotation, draft=new, by=by, now=NOW))[0] is NotPermitted
        assert refusal(lambda by=by: end_rotation(rotation, by=by, now=NOW))[0] is NotPermitted
    end_rotation(edit_rotation(rotation, draft=new, by=Actor.of_person(manager), now=NOW), by=SYSTEM, now=NOW)
