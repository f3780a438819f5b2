"""Nobody answers: reminded every two minutes, five times, then the managers are called (cases 1 and 17)."""

from datetime import datetime
from typing import Any

import pytest

from oncall.incidents.models import Incident, Role
from oncall.incidents.services import lifecycle, participants, plans, roles
from oncall.incidents.services.nagging import nag_due_seats
from rotations.actors import Actor
from rotations.models import Person
from rotations.services.people import deactivate_person
from tests.factories.incidents import FIRST_TO_JOIN, NIGHT, incident, named, on_call_in, role, rule, service
from tests.factories.rotations import administrator, person, schedule, team
from tests.oncall.incidents.answering import does
from tests.oncall.incidents.pictures import facts, ledger, minute, standing
from tests.write_guard import arranging

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()


def told(one: Incident, *kinds: str) -> list[tuple[float, str, dict[str, Any]]]:
    """Return the facts of these kinds: the minute, the kind and the data."""
    rows = one.timeline.filter(kind__in=kinds).order_by("id")
    return [((row.at - NIGHT).total_seconds() / 60, row.kind, row.data) for row in rows]


def texts(one: Incident) -> list[str]:
    return list(one.timeline.order_by("id").values_list("text", flat=True))


def nag_until(last: datetime) -> None:
    """Let the task run every half minute until then."""
    for half in range(2 * int((last - NIGHT).total_seconds() / 60) + 1):
        nag_due_seats(now=minute(half / 2))


@pytest.fixture
def mo() -> Person:
    return person("Mo")


@pytest.fixture
def vacant(mo: Person) -> Incident:
    """An incident of Mo's team that waits for somebody to lead it."""
    return incident(service=service(rule("lead", FIRST_TO_JOIN), team=team(managers=[mo])))


def test_a_vacancy_is_nagged_about_every_two_minutes_five_times_then_the_managers_are_called(
    vacant: Incident, mo: Person
):
    nag_until(minute(30))

    of_seat = {"role": "lead", "seat": 1}
    assert told(vacant, "nagged", "managers_called") == [
        *((2.0 * times, "nagged", {**of_seat, "times": times}) for times in range(1, 6)),
        (12.0, "managers_called", {**of_seat, "because": "nobody_accepted", "managers": [mo.pk]}),
    ]
    assert standing(vacant) == {"lead": "vacant: waiting_for_first_to_join"}


def test_whoever_acts_is_nagged_from_when_they_began_to_and_the_managers_are_called(ada: Person, mo: Person):
    one = incident(service=service(rule("lead", named(ada)), team=team(managers=[mo])))
    roles.expire_due_offers(now=minute(5))

    nag_until(minute(30))

    seat = {"role": "lead", "seat": 1, "person": ada.pk, "assignment": one.assignments.get().pk}
    assert told(one, "acting", "nagged", "managers_called") == [
        (5.0, "acting", seat),
        *((5.0 + 2 * times, "nagged", {**seat, "times": times}) for times in range(1, 6)),
        (17.0, "managers_called", {**seat, "because": "nobody_accepted", "managers": [mo.pk]}),
    ]
    assert texts(one)[-6] == "Ada acts as Lead and has not accepted: reminded 1 of 5 times"
    assert texts(one)[-1] == "Ada acts as Lead and has not accepted after 5 reminders; Mo is called"
    assert standing(one) == {"lead": "Ada acting"}


def test_an_offer_that_waits_is_not_nagged_about(one: Incident):
    nag_until(minute(4))

    assert told(one, "nagged") == []


@pytest.mark.parametrize("ends", ["accept", "take", "decline", "resolve"])
def test_nagging_stops_once_somebody_answers_or_it_ends(ada: Person, mo: Person, ends: str):
    one = incident(service=service(rule("lead", named(ada)), team=team(managers=[mo])))
    participants.join(one, person=mo, by=Actor.of_person(mo), now=NIGHT)
    roles.expire_due_offers(now=minute(5))
    nag_due_seats(now=minute(7))

    match ends:
        case "accept":
            does(roles.accept, one, ada, at=8)
        case "take":
            does(roles.take, one, mo, at=8)
        case "decline":
            does(roles.decline, one, ada, at=8)
            does(roles.take, one, mo, at=9)
        case _:
            lifecycle.resolve(one, by=SYSTEM, now=minute(8))

    assert (nag_due_seats(now=minute(60)), len(told(one, "nagged"))) == (0, 1)


def test_a_vacancy_for_another_reason_is_nagged_about_no_longer_than_the_one_before(ada: Person, bo: Person):
    one = incident(service=service(rule("lead", named(ada), FIRST_TO_JOIN)))
    does(roles.decline, one, ada, at=1)
    assert standing(one) == {"lead": "vacant: everyone_declined"}
    nag_until(minute(5))

    roles.assign(one, role=role(), person=bo, by=SYSTEM, now=minute(5))
    deactivate_person(bo, by=SYSTEM, now=minute(6))

    nag_until(minute(60))
    assert [data["times"] for _, _, data in told(one, "nagged")] == [1, 2, 1, 2, 3, 4, 5]


def test_a_late_call_nags_once_and_goes_on_two_minutes_later(vacant: Incident):
    assert nag_due_seats(now=minute(60)) == 1
    assert nag_due_seats(now=minute(61)) == 0
    assert nag_due_seats(now=minute(62)) == 1

    assert [(at, data["times"]) for at, _, data in told(vacant, "nagged")] == [(60.0, 1), (62.0, 2)]


def test_what_is_due_is_nagged_about_in_order_of_due_time_vacant_or_acting(ada: Person):
    early, late = service(rule("lead", FIRST_TO_JOIN), slug="a"), service(rule("lead", named(ada)), slug="b")
    acting = incident("Acting", service=late)
    roles.expire_due_offers(now=minute(5))
    vacant = incident("Vacant", service=early, now=minute(4))

    assert nag_due_seats(now=minute(60), limit=1) == 1
    assert (len(told(vacant, "nagged")), len(told(acting, "nagged"))) == (1, 0)
    assert nag_due_seats(now=minute(60), limit=1) == 1
    assert (len(told(vacant, "nagged")), len(told(acting, "nagged"))) == (1, 1)


def test_a_role_that_is_no_longer_required_is_not_nagged_about_until_it_is_again(ada: Person):
    one = incident(service=service(rule("scribe", named(ada), required_from_severity=2)), severity=1)
    roles.expire_due_offers(now=minute(5))
    lifecycle.edit(one, severity=3, by=SYSTEM, now=minute(6))

    nag_until(minute(20))
    assert told(one, "nagged") == []
    lifecycle.edit(one, severity=2, by=SYSTEM, now=minute(21))
    nag_due_seats(now=minute(23))

    assert [at for at, _, _ in told(one, "nagged")] == [23.0]


def test_a_role_that_was_not_required_when_the_managers_were_due_calls_them_once_it_is_again(ada: Person, mo: Person):
    scribe = rule("scribe", named(ada), required_from_severity=2)
    one = incident(service=service(scribe, team=team(managers=[mo])), severity=1)
    roles.expire_due_offers(now=minute(5))
    nag_until(minute(15))
    lifecycle.edit(one, severity=3, by=SYSTEM, now=minute(16))
    nag_until(minute(20))

    for at, severity in ((21, 2), (30, 3), (31, 2)):
        lifecycle.edit(one, severity=severity, by=SYSTEM, now=minute(at))
        nag_until(minute(at + 8))

    assert [(at, kind) for at, kind, _ in told(one, "nagged", "managers_called")] == [
        *((5.0 + 2 * times, "nagged") for times in range(1, 6)),
        (23.0, "managers_called"),
    ]


def test_a_role_that_is_restored_is_nagged_about_again(ada: Person):
    one = incident(service=service(rule("lead", named(ada))))
    roles.expire_due_offers(now=minute(5))
    plans.archive_role(role(), by=SYSTEM, now=minute(6))
    nag_until(minute(10))

    plans.restore_role(role(), by=SYSTEM, now=minute(11))
    nag_due_seats(now=minute(13))

    assert [at for at, _, _ in told(one, "nagged")] == [13.0]


def test_a_vacancy_of_a_role_that_was_archived_in_that_instant_is_ended_instead():
    one = incident(service=service(rule("lead", FIRST_TO_JOIN)))
    with arranging():
        Role.objects.filter(slug="lead").update(archived_at=NIGHT)

    assert (nag_due_seats(now=minute(2)), nag_due_seats(now=minute(60))) == (1, 0)

    assert (standing(one), ledger(one)) == ({}, ["vacant 0-2 waiting_for_first_to_join"])
    assert facts(one) == ["declared", "vacant", "role_archived"]


def test_an_archived_role_is_not_nagged_about(ada: Person):
    one = incident(service=service(rule("lead", named(ada))))
    roles.expire_due_offers(now=minute(5))
    plans.archive_role(role(), by=SYSTEM, now=minute(6))

    nag_until(minute(20))

    assert told(one, "nagged", "managers_called") == []


def test_where_nobody_manages_the_service_the_administrators_are_called():
    root = administrator()
    one = incident(service=service(rule("lead", FIRST_TO_JOIN)))

    nag_until(minute(12))

    assert [data["managers"] for _, _, data in told(one, "managers_called")] == [[root.pk]]


def test_managers_who_are_gone_are_not_called_and_nobody_to_call_is_said(vacant: Incident, mo: Person):
    deactivate_person(mo, by=SYSTEM, now=NIGHT)

    nag_until(minute(12))

    assert texts(vacant)[-1] == "Nobody is Lead after 5 reminders; there is no manager to call"


# ── nobody on call ──


def test_when_nobody_is_on_call_the_managers_of_the_schedules_teams_are_told_at_once(mo: Person):
    nia, payments = person("Nia"), team(managers=[mo])
    primary, secondary = schedule("primary", of=payments), schedule("secondary", of=team("core", managers=[nia, mo]))

    one = incident(service=service(rule("lead", on_call_in(primary), on_call_in(secondary))))

    called = {"role": "lead", "seat": 1, "because": "no_one_on_call", "managers": [mo.pk, nia.pk]}
    assert told(one, "managers_called") == [(0.0, "managers_called", called)]
    assert texts(one)[-1] == ("Nobody is on call where people for Lead are looked for; Mo and Nia are called")


def test_a_severity_that_flaps_calls_them_once(mo: Person):
    primary = schedule(of=team(managers=[mo]))
    one = incident(service=service(rule("scribe", on_call_in(primary), required_from_severity=2)), severity=2)

    for second, severity in enumerate((3, 2, 3, 2)):
        lifecycle.edit(one, severity=severity, by=SYSTEM, now=minute(second / 4))
    assert len(told(one, "managers_called")) == 1
    lifecycle.edit(one, severity=3, by=SYSTEM, now=minute(20))
    lifecycle.edit(one, severity=2, by=SYSTEM, now=minute(21))

    assert [at for at, _, _ in told(one, "managers_called")] == [0.0, 21.0]


def test_a_plan_that_asks_no_schedule_calls_nobody_at_once(ada: Person):
    deactivate_person(ada, by=SYSTEM, now=NIGHT)
    one = incident(service=service(rule("lead", named(ada))))

    assert (standing(one), facts(one)) == ({"lead": "vacant: no_one_on_call"}, ["declared", "vacant"])
