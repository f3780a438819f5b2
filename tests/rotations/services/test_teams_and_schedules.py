"""Teams and schedules: who may change them, and what that leaves behind."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from rotations.actors import Actor
from rotations.errors import Conflict, Invalid, NotPermitted
from rotations.models import Membership, Schedule, ScheduleChange, Team
from rotations.permissions import manages
from rotations.queries import on_call
from rotations.services.schedules import add_schedule, archive_schedule, edit_schedule
from rotations.services.teams import add_team, edit_team, put_in_team, take_out_of_team
from tests.factories.rotations import EARLY, administrator, override, person, schedule, team, weekly_rotation

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)


def test_a_manager_is_let_into_the_admin_site_and_put_in_once():
    payments, mia = team(), person("Mia")

    put_in_team(payments, person=mia, by=SYSTEM, now=NOW)
    put_in_team(payments, person=mia, is_manager=True, by=SYSTEM, now=NOW)

    mia.refresh_from_db()
    assert mia.is_staff
    assert list(Membership.objects.values_list("person", "is_manager")) == [(mia.pk, True)]


def test_who_manages_a_team():
    manager, member, root = person("Mia"), person("Max"), administrator()
    payments = team(managers=[manager], members=[member])
    other = team("other")
    relay = Actor(kind=SYSTEM.kind, id=1, name="A relay")

    assert [manages(Actor.of_person(somebody), payments) for somebody in (manager, member, root)] == [True, False, True]
    assert [manages(Actor.of_person(somebody), other) for somebody in (manager, member, root)] == [False, False, True]
    assert [manages(by, payments) for by in (SYSTEM, relay)] == [True, False]


def test_a_deactivated_manager_manages_nothing():
    manager = person("Mia")
    payments = team(managers=[manager])
    manager.is_active = False

    assert not manages(Actor.of_person(manager), payments)


def test_managers_keep_their_team_and_administrators_make_them():
    manager, max_ = person("Mia"), person("Max")
    payments, other = team(managers=[manager]), team("other")
    by = Actor.of_person(manager)

    edit_team(payments, name="Money", by=by, now=NOW)
    put_in_team(payments, person=max_, by=by, now=NOW)
    take_out_of_team(payments, person=max_, by=by, now=NOW)
    take_out_of_team(payments, person=max_, by=by, now=NOW)

    assert (Team.objects.get(pk=payments.pk).name, list(payments.members.all())) == ("Money", [manager])
    for act in (
        lambda: add_team(slug="new", name="New", by=by, now=NOW),
        lambda: edit_team(other, name="Ours", by=by, now=NOW),
        lambda: put_in_team(other, person=manager, is_manager=True, by=by, now=NOW),
        lambda: take_out_of_team(other, person=manager, by=by, now=NOW),
    ):
        with pytest.raises(NotPermitted):
            act()


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"slug": "payments"}, {"slug": ["unique"]}),
        ({"name": "Payments"}, {"name": ["unique"]}),
        ({"slug": "not a slug"}, {"slug": ["invalid"]}),
    ],
)
def test_a_team_that_cannot_be_is_refused(fields: dict[str, str], refused: dict[str, list[str]]):
    team("payments")

    with pytest.raises(ValidationError) as error:
        add_team(**{"slug": "other", "name": "Other"} | fields, by=SYSTEM, now=NOW)

    assert {field: [each.code for each in errors] for field, errors in error.value.error_dict.items()} == refused


def test_a_new_schedule_is_at_revision_one_with_a_fact():
    primary = schedule(zone="Europe/Berlin")

    fact = ScheduleChange.objects.get()
    assert (primary.revision, primary.changed_at, fact.what, fact.revision) == (1, EARLY, "schedule_added", 1)
    assert fact.after == {
        "slug": "payments-primary",
        "name": "Payments primary",
        "team": "payments-primary-team",
        "zone": "Europe/Berlin",
        "absence_policy": "flag",
        "least_rest": None,
    }


def test_an_edit_moves_the_revision_and_nothing_new_does_not():
    primary = schedule()

    edit_schedule(primary, name="Payments primary", zone="UTC", by=SYSTEM, now=NOW)
    assert Schedule.objects.get().revision == 1

    edit_schedule(primary, name="Money", absence_policy="next", by=SYSTEM, now=NOW)
    primary.refresh_from_db()
    assert (primary.name, primary.absence_policy, primary.revision, primary.changed_at) == ("Money", "next", 2, NOW)
    assert ScheduleChange.objects.latest("id").summary == "Money was edited: name, absence_policy"


def test_a_change_is_never_before_the_one_before_it():
    primary = schedule()
    edit_schedule(primary, name="Later", by=SYSTEM, now=NOW)

    edit_schedule(primary, name="Earlier", by=SYSTEM, now=NOW - timedelta(minutes=1))

    assert Schedule.objects.get().changed_at == NOW
    assert list(ScheduleChange.objects.order_by("id").values_list("at", flat=True)) == [EARLY, NOW, NOW]


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"slug": "payments-primary"}, {"slug": ["unique"]}),
        ({"slug": "not a slug"}, {"slug": ["invalid"]}),
        ({"name": ""}, {"name": ["blank"]}),
        ({"absence_policy": "ignore"}, {"absence_policy": ["invalid_choice"]}),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(fields: dict[str, Any], refused: dict[str, list[str]]):
    first = schedule()
    second = schedule("second")
    revisions = list(Schedule.objects.values_list("revision", flat=True))
    new: dict[str, Any] = {"slug": "new", "name": "New", "team": first.team} | fields

    for act in (
        lambda: add_schedule(**new, by=SYSTEM, now=NOW),
        lambda: edit_schedule(second, **fields, by=SYSTEM, now=NOW),
    ):
        with pytest.raises(ValidationError) as error:
            act()
        assert {field: [each.code for each in errors] for field, errors in error.value.error_dict.items()} == refused
    assert list(Schedule.objects.values_list("revision", flat=True)) == revisions


def test_an_unknown_zone_is_refused():
    primary = schedule()

    with pytest.raises(Invalid) as refused:
        edit_schedule(primary, zone="Mars/Olympus", by=SYSTEM, now=NOW)

    assert (refused.value.code, refused.value.field) == ("unknown_zone", "zone")


def test_only_managers_write_schedules_and_only_into_teams_of_theirs():
    manager, stranger = person("Mia"), person("Sam")
    payments, other = team(managers=[manager]), team("other", managers=[stranger])
    primary = schedule(of=payments)
    by = Actor.of_person(manager)

    edit_schedule(primary, name="Money", by=by, now=NOW)
    for act in (
        lambda: add_schedule(slug="new", name="New", team=other, by=by, now=NOW),
        lambda: edit_schedule(primary, team=other, by=by, now=NOW),
        lambda: edit_schedule(primary, name="Mine", by=Actor.of_person(stranger), now=NOW),
        lambda: archive_schedule(primary, by=Actor.of_person(stranger), now=NOW),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_an_archived_schedule_has_nobody_on_call_from_then_on_and_stays_as_it_is():
    primary, ada = schedule(), person("Ada")
    weekly_rotation(primary, [ada])
    override(primary, NOW - timedelta(hours=1), timedelta(hours=2), kind="add", person=person("Bo"))

    archive_schedule(primary, by=SYSTEM, now=NOW)

    names = [
        [entry.person.name for entry in on_call([primary], at=at)[0].people]
        for at in (NOW - timedelta(microseconds=1), NOW)
    ]
    assert [sorted(people) for people in names] == [["Ada", "Bo"], []]
    for act in (
        lambda: edit_schedule(primary, name="Again", by=SYSTEM, now=NOW),
        lambda: archive_schedule(primary, by=SYSTEM, now=NOW),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == "archived"


@pytest.mark.parametrize("rest", [timedelta(), timedelta(hours=-1), timedelta(days=7, seconds=1)])
def test_a_rest_that_could_not_be_kept_is_refused(rest):
    primary = schedule(least_rest=timedelta(hours=11))

    with pytest.raises(ValidationError) as refused:
        edit_schedule(primary, least_rest=rest, by=Actor.system(), now=EARLY)

    assert refused.value.message_dict == {"least_rest": ["A rest is longer than nothing and at most 7 days."]}
    assert Schedule.objects.get().least_rest == timedelta(hours=11)
