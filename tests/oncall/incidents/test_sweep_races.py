"""Several workers look at once, on a real PostgreSQL with real threads: each thing that is due is done once."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from oncall.incidents.models import Handoff, Incident
from oncall.incidents.services import roles
from oncall.incidents.services.nagging import nag_due_seats
from oncall.incidents.services.relief import suggest_due_relief
from oncall.incidents.services.shift_changes import announce_due_changes
from rotations.actors import Actor
from rotations.models import Person
from rotations.services.people import deactivate_person
from tests.crowd import AtOnce
from tests.factories.incidents import FIRST_TO_JOIN, incident, on_call_in, role, rule, service
from tests.factories.rotations import person, schedule, weekly_rotation
from tests.oncall.incidents.pictures import facts, minute, standing

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def accepting(one: Incident, who: Person, *, at: datetime) -> Callable[[], Any]:
    return partial(roles.accept, one, role=role(), person=who, by=Actor.of_person(who), now=at)


@pytest.fixture
def several() -> Sequence[Incident]:
    """Ten incidents that Ada leads; from Monday on Bo is on call, and is offered each."""
    ada, bo = person("Ada"), person("Bo")
    primary = schedule("primary")
    weekly_rotation(primary, [ada, bo])
    checkout = service(rule("lead", on_call_in(primary), on_shift_change="offer"))
    led = [incident(f"Number {number}", service=checkout) for number in range(10)]
    for one in led:
        accepting(one, ada, at=minute(1))()
    return led


def test_several_workers_nag_about_each_vacancy_once(at_once: AtOnce):
    waiting = service(rule("lead", FIRST_TO_JOIN))
    vacant = [incident(f"Number {number}", service=waiting) for number in range(10)]

    nagged = at_once([partial(nag_due_seats, now=minute(2))] * 4)

    assert sum(nagged) == 10
    assert [facts(one).count("nagged") for one in vacant] == [1] * 10


def test_several_workers_offer_each_role_once_at_a_shift_change(several: Sequence[Incident], at_once: AtOnce):
    looked = at_once([partial(announce_due_changes, now=MONDAY)] * 4)

    assert sum(looked) == 10
    assert [facts(one).count("handoff_offered") for one in several] == [1] * 10
    assert Handoff.objects.count() == 10


def test_several_workers_suggest_relief_once(several: Sequence[Incident], at_once: AtOnce):
    suggested = at_once([partial(suggest_due_relief, now=minute(241))] * 4)

    assert sum(suggested) == 10
    assert [facts(one).count("relief_suggested") for one in several] == [1] * 10


def test_an_acceptance_and_the_nagging_about_it_wait_for_each_other(at_once: AtOnce):
    ada = person("Ada")
    primary = schedule("primary")
    weekly_rotation(primary, [ada])
    one = incident(service=service(rule("lead", on_call_in(primary))))
    roles.expire_due_offers(now=minute(5))

    at_once([accepting(one, ada, at=minute(7)), *[partial(nag_due_seats, now=minute(7))] * 4])

    assert standing(one) == {"lead": "Ada accepted"}
    assert facts(one).count("nagged") <= 1
    assert nag_due_seats(now=minute(60)) == 0


def test_whoever_is_deactivated_while_they_are_offered_a_handoff_leaves_none_that_waits_for_them(
    several: Sequence[Incident],
    at_once: AtOnce,
):
    bo = Person.objects.get(name="Bo")

    at_once(
        [
            partial(announce_due_changes, now=MONDAY),
            partial(deactivate_person, bo, by=Actor.system(), now=MONDAY),
            partial(announce_due_changes, now=MONDAY),
        ]
    )
    announce_due_changes(now=MONDAY + timedelta(minutes=1))

    assert {standing(one)["lead"] for one in several} == {"Ada accepted"}
    assert not Handoff.objects.filter(state="offered").exists()
    assert {facts(one)[-1] for one in several} == {"handoff_escalated"}
