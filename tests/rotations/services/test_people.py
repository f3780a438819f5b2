"""People: what they are refused, and that every schedule they appear in learns of what changes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from rotations.actors import Actor
from rotations.errors import Conflict, Invalid, NotPermitted
from rotations.models import CalendarLink, Person, Schedule, ScheduleChange
from rotations.queries import on_call
from rotations.services.people import add_person, deactivate_person, edit_person, reactivate_person
from rotations.signals import person_deactivated
from tests.factories.rotations import (
    EARLY,
    PASSWORD,
    administrator,
    calendar_link,
    override,
    person,
    schedule,
    weekly_rotation,
)
from tests.write_guard import arranging

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)


def revisions() -> dict[str, int]:
    return dict(Schedule.objects.order_by("slug").values_list("slug", "revision"))


def three_schedules(somebody: Person) -> None:
    """In one a member, in one named by an override, in one not at all."""
    member, named, neither = schedule("member"), schedule("named"), schedule("neither")
    other = person("Other")
    weekly_rotation(member, [somebody, other])
    weekly_rotation(neither, [other])
    override(named, NOW, timedelta(hours=1), kind="add", person=somebody)


def codes(error: ValidationError) -> dict[str, list[str | None]]:
    return {field: [each.code for each in errors] for field, errors in error.error_dict.items()}


def test_a_person_is_kept_with_a_lower_case_address_and_their_zone():
    ada = add_person(email="Ada@Example.test ", name=" Ada ", zone="Europe/Berlin", country="de", by=SYSTEM, now=NOW)

    ada.refresh_from_db()
    assert (ada.email, ada.name, str(ada.zone), ada.country) == ("ada@example.test", "Ada", "Europe/Berlin", "DE")
    assert not ada.has_usable_password()
    assert not ada.is_staff


def test_an_administrator_is_staff_and_signs_in():
    root = administrator(password=PASSWORD)

    assert root.is_staff
    assert root.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"email": "ADA@example.test"}, {"email": ["unique"]}),
        ({"email": "nowhere"}, {"email": ["invalid"]}),
        ({"name": " "}, {"name": ["blank"]}),
        ({"country": "DEU"}, {"country": ["max_length"]}),
        ({"external_ids": ["PUSER01"]}, {"external_ids": ["invalid"]}),
        ({"external_ids": {"pagerduty": 7}}, {"external_ids": ["invalid"]}),
        (
            {"password": "1234"},
            {"password": ["password_too_short", "password_too_common", "password_entirely_numeric"]},
        ),
    ],
)
def test_a_field_that_cannot_be_is_refused(fields: dict[str, Any], refused: dict[str, list[str]]):
    person("Ada")

    with pytest.raises(ValidationError) as error:
        add_person(**{"email": "bo@example.test", "name": "Bo"} | fields, by=SYSTEM, now=NOW)

    assert codes(error.value) == refused
    assert Person.objects.count() == 1


def test_an_unknown_zone_is_refused():
    ada = person("Ada")

    for act in (
        lambda: add_person(email="bo@example.test", name="Bo", zone="Mars/Olympus", by=SYSTEM, now=NOW),
        lambda: edit_person(ada, zone="../etc/passwd", by=SYSTEM, now=NOW),
    ):
        with pytest.raises(Invalid) as refused:
            act()
        assert (refused.value.code, refused.value.field) == ("unknown_zone", "zone")


def test_the_database_refuses_an_address_in_capitals_and_a_deactivation_without_a_moment():
    ada = person("Ada")

    for values in ({"email": "Ada@example.test"}, {"is_active": False}):
        with arranging(), pytest.raises(IntegrityError), transaction.atomic():
            Person.objects.filter(pk=ada.pk).update(**values)


def test_a_new_name_moves_every_schedule_the_person_appears_in():
    ada = person("Ada")
    three_schedules(ada)
    before = revisions()

    edit_person(ada, name="Ada Okafor", by=SYSTEM, now=NOW)

    assert {slug: revision - before[slug] for slug, revision in revisions().items()} == {
        "member": 1,
        "named": 1,
        "neither": 0,
    }
    fact = ScheduleChange.objects.filter(schedule__slug="member").latest("id")
    assert (fact.what, fact.summary) == ("person_edited", "Ada <ada@example.test> is now Ada Okafor <ada@example.test>")


def test_what_no_answer_shows_moves_no_schedule():
    ada = person("Ada")
    three_schedules(ada)
    before = revisions()

    edit_person(ada, zone="Asia/Tokyo", country="jp", external_ids={"pagerduty": "P1"}, by=SYSTEM, now=NOW)

    assert revisions() == before


def test_people_edit_what_they_say_of_themselves_and_administrators_everything():
    ada, root = person("Ada"), administrator()

    edit_person(ada, name="Ada Lovelace", zone="Europe/London", country="gb", by=Actor.of_person(ada), now=NOW)
    edit_person(ada, email="lovelace@example.test", is_superuser=True, by=Actor.of_person(root), now=NOW)

    ada.refresh_from_db()
    assert (ada.name, ada.email, ada.is_staff) == ("Ada Lovelace", "lovelace@example.test", True)
    bo = person("Bo")
    for somebody, fields in ((bo, {"email": "bo@example.org"}), (bo, {"is_superuser": True}), (root, {"name": "Bo"})):
        with pytest.raises(NotPermitted):
            edit_person(somebody, **fields, by=Actor.of_person(bo), now=NOW)


def test_only_administrators_add_deactivate_and_reactivate():
    ada, bo = person("Ada"), person("Bo")
    by = Actor.of_person(ada)

    for act in (
        lambda: add_person(email="cy@example.test", name="Cy", by=by, now=NOW),
        lambda: deactivate_person(bo, by=by, now=NOW),
        lambda: reactivate_person(bo, by=by, now=NOW),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_a_deactivated_person_is_off_call_everywhere_and_their_links_are_closed():
    ada = person("Ada")
    three_schedules(ada)
    bo = person("Bo")
    calendar_link(ada, schedule=Schedule.objects.earliest("pk"))
    calendar_link(bo, person=ada)
    calendar_link(bo)
    before = revisions()

    deactivate_person(ada, by=SYSTEM, now=NOW)

    ada.refresh_from_db()
    assert (ada.is_active, ada.deactivated_at) == (False, NOW)
    # Their own, and what others have of theirs.
    assert [link.revoked_at for link in CalendarLink.objects.order_by("pk")] == [NOW, NOW, None]
    assert {slug: revision - before[slug] for slug, revision in revisions().items()} == {
        "member": 1,
        "named": 1,
        "neither": 0,
    }
    later = on_call(Schedule.objects.order_by("slug"), at=NOW + timedelta(weeks=1))
    assert [[entry.person.name for entry in answer.people] for answer in later] == [[], [], ["Other"]]


def test_deactivation_is_told_once_inside_its_transaction():
    ada = person("Ada")
    told = []

    def receiver(person: Person, by: Actor, now: datetime, **_signal: object) -> None:
        told.append((Person.objects.get(pk=person.pk).is_active, person, by, now))

    person_deactivated.connect(receiver)
    try:
        deactivate_person(ada, by=SYSTEM, now=NOW)
        deactivate_person(ada, by=SYSTEM, now=NOW + timedelta(hours=1))
    finally:
        person_deactivated.disconnect(receiver)

    assert told == [(False, ada, SYSTEM, NOW)]
    ada.refresh_from_db()
    assert ada.deactivated_at == NOW


def test_a_receiver_that_fails_takes_the_deactivation_back():
    ada = person("Ada")
    three_schedules(ada)
    before = revisions()

    def receiver(**_signal: object) -> None:
        raise Conflict("busy", "No.")

    person_deactivated.connect(receiver)
    try:
        with pytest.raises(Conflict):
            deactivate_person(ada, by=SYSTEM, now=NOW)
    finally:
        person_deactivated.disconnect(receiver)

    ada.refresh_from_db()
    assert (ada.is_active, revisions()) == (True, before)


def test_a_reactivated_person_takes_their_turns_again():
    ada = person("Ada")
    three_schedules(ada)
    deactivate_person(ada, by=SYSTEM, now=NOW)

    reactivate_person(ada, by=SYSTEM, now=NOW)

    ada.refresh_from_db()
    assert (ada.is_active, ada.deactivated_at) == (True, None)
    [answer] = on_call([Schedule.objects.get(slug="member")], at=datetime(2024, 1, 3, tzinfo=UTC))
    assert [entry.person for entry in answer.people] == [ada]


def test_the_last_administrator_stays():
    root = administrator()

    for act in (
        lambda: deactivate_person(root, by=SYSTEM, now=NOW),
        lambda: edit_person(root, is_superuser=False, by=SYSTEM, now=NOW),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == "last_administrator"

    deactivate_person(administrator("Second"), by=SYSTEM, now=EARLY)
    root.refresh_from_db()
    assert (root.is_active, root.is_superuser) == (True, True)
