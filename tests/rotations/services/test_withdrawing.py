"""Edits that are still to come are taken back: the order goes on as if they had never been asked for."""

from datetime import UTC, datetime, timedelta

import pytest

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.errors import Conflict, NotPermitted, NotThere, Refusal
from rotations.models import RotationVersion, Schedule, ScheduleChange
from rotations.queries import shifts_of
from rotations.services.rotations import add_rotation, edit_rotation, withdraw_next_version, withdraw_version
from tests.factories.rotations import draft, person, schedule, weekly_rotation

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
MONDAY = datetime(2024, 1, 15, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def weeks(of: Schedule) -> list[str]:
    """Who has the coming four weeks."""
    shifts = shifts_of(of, window=Interval(MONDAY, MONDAY + 4 * WEEK)).shifts
    return [each.person.name for each in shifts]


def refused(version: RotationVersion, *, by: Actor = SYSTEM, now: datetime = NOW) -> Refusal:
    before = (RotationVersion.objects.count(), ScheduleChange.objects.count())
    with pytest.raises(Refusal) as refusal:
        withdraw_version(version, by=by, now=now)
    assert (RotationVersion.objects.count(), ScheduleChange.objects.count()) == before
    return refusal.value


def test_what_is_in_force_goes_on_when_an_edit_to_come_is_taken_back():
    primary = schedule()
    crew = [person("Ada"), person("Bo"), person("Cy")]
    rotation = weekly_rotation(primary, crew)
    untouched = weeks(primary)
    edit_rotation(rotation, draft=draft([person("Dee")]), effective_at=MONDAY + WEEK, by=SYSTEM, now=NOW)
    assert weeks(primary) != untouched

    withdraw_next_version(rotation, by=SYSTEM, now=NOW)

    assert weeks(primary) == untouched
    fact = ScheduleChange.objects.latest("pk")
    assert (fact.what, fact.summary) == (
        "version_withdrawn",
        "The edit of Primary from 2024-01-22 09:00Z was taken back",
    )


def test_of_two_edits_to_come_the_later_continues_from_what_is_in_force_then():
    primary = schedule()
    ada, bo, cy, dee = person("Ada"), person("Bo"), person("Cy"), person("Dee")
    rotation = weekly_rotation(primary, [ada, bo, cy])
    later = MONDAY + 2 * WEEK
    edit_rotation(rotation, draft=draft([ada, bo, cy, dee]), effective_at=later, by=SYSTEM, now=NOW)
    alone = weeks(primary)
    edit_rotation(rotation, draft=draft([cy, bo, ada]), effective_at=MONDAY, by=SYSTEM, now=NOW)
    assert weeks(primary) != alone

    withdraw_version(rotation.versions.get(effective_at=MONDAY), by=SYSTEM, now=NOW)

    assert weeks(primary) == alone
    assert list(rotation.versions.values_list("effective_at", flat=True))[1:] == [later]


def test_a_version_that_has_begun_stays():
    rotation = weekly_rotation(schedule(), [person("Ada"), person("Bo")])
    edit_rotation(rotation, draft=draft([person("Cy")]), by=SYSTEM, now=NOW)

    refusal = refused(rotation.versions.latest("effective_at"), now=NOW)

    assert (type(refusal), refusal.code) == (Conflict, "in_the_past")


def test_the_first_version_is_not_taken_back_but_ended():
    primary = schedule()
    rotation = add_rotation(primary, draft=draft([person("Ada")]), effective_at=MONDAY, by=SYSTEM, now=NOW)

    refusal = refused(rotation.versions.get())

    assert (type(refusal), refusal.code) == (Conflict, "only_version")


def test_what_is_gone_is_taken_back_by_nobody_again():
    rotation = weekly_rotation(schedule(), [person("Ada"), person("Bo")])
    edit_rotation(rotation, draft=draft([person("Cy")]), effective_at=MONDAY, by=SYSTEM, now=NOW)
    pending = rotation.versions.latest("effective_at")
    withdraw_version(rotation.versions.get(pk=pending.pk), by=SYSTEM, now=NOW)

    assert type(refused(pending)) is NotThere
    with pytest.raises(Conflict) as nothing:
        withdraw_next_version(rotation, by=SYSTEM, now=NOW)
    assert nothing.value.code == "nothing_to_withdraw"


def test_only_managers_of_the_team_take_edits_back():
    rotation = weekly_rotation(schedule(), [person("Ada"), person("Bo")])
    edit_rotation(rotation, draft=draft([person("Cy")]), effective_at=MONDAY, by=SYSTEM, now=NOW)

    refusal = refused(rotation.versions.latest("effective_at"), by=Actor.of_person(person("Otto")))

    assert type(refusal) is NotPermitted
