"""Somebody has done it for long: a relief is suggested, once (case 29)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from oncall.incidents.models import Incident
from oncall.incidents.services import lifecycle, roles
from oncall.incidents.services.handoffs import accept_handoff, expire_due_handoffs, offer_handoff
from oncall.incidents.services.relief import suggest_due_relief
from rotations.actors import Actor
from rotations.models import Person, Schedule
from tests.factories.incidents import incident, named, on_call_in, role, rule, service
from tests.factories.rotations import absence, schedule, weekly_rotation
from tests.oncall.incidents.answering import does
from tests.oncall.incidents.pictures import facts, minute, standing

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
# Ada accepts in the first minute, and after four hours somebody else should do it.
DUE = minute(4 * 60 + 1)


@pytest.fixture
def primary(ada: Person, bo: Person) -> Schedule:
    of = schedule("primary")
    weekly_rotation(of, [ada, bo])
    return of


@pytest.fixture
def led(primary: Schedule, ada: Person, cy: Person) -> Incident:
    """An incident that Ada leads, being on call; Bo is next, and Cy is asked where nobody is on call."""
    one = incident(service=service(rule("lead", on_call_in(primary), named(cy))))
    does(roles.accept, one, ada)
    return one


def suggested(one: Incident) -> list[dict[str, Any]]:
    rows = one.timeline.filter(kind="relief_suggested").order_by("id")
    return [{"text": row.text, "person": row.data["person"], "to": row.data["to"]} for row in rows]


def test_after_the_plans_time_whoever_is_next_on_call_is_suggested_once(led: Incident, ada: Person, bo: Person):
    assert suggest_due_relief(now=DUE - timedelta(microseconds=1)) == 0
    assert suggest_due_relief(now=DUE) == 1
    assert suggest_due_relief(now=DUE + timedelta(days=1)) == 0

    text = "Ada has been Lead for 4 h; Bo, next on call in primary from 2026-11-23T09:00:00Z, could take over"
    assert suggested(led) == [{"text": text, "person": ada.pk, "to": [bo.pk]}]
    assert standing(led) == {"lead": "Ada accepted"}


def test_a_holder_who_is_not_on_call_any_more_is_relieved_by_whoever_is(led: Incident, bo: Person):
    suggest_due_relief(now=MONDAY)

    assert [each["to"] for each in suggested(led)] == [[bo.pk]]
    assert suggested(led)[0]["text"] == (
        "Ada has been Lead for 78 h; Bo, on call in primary until 2026-11-30T09:00:00Z, could take over"
    )


def test_whoever_is_next_and_away_is_passed_over(led: Incident, bo: Person, cy: Person):
    absence(bo, DUE - timedelta(hours=1), timedelta(days=1))

    suggest_due_relief(now=DUE)

    assert [each["to"] for each in suggested(led)] == [[cy.pk]]


def test_where_nobody_could_take_over_the_holder_is_told_so(ada: Person):
    one = incident(service=service(rule("lead", named(ada))))
    does(roles.accept, one, ada)

    suggest_due_relief(now=DUE)

    text = "Ada has been Lead for 4 h; nobody was found to take over"
    assert suggested(one) == [{"text": text, "person": ada.pk, "to": []}]


def test_while_a_handoff_waits_its_answer_is_waited_for(led: Incident, ada: Person, cy: Person):
    offer_handoff(led, role=role(), person=ada, to=cy, by=Actor.of_person(ada), now=DUE - timedelta(minutes=1))

    suggest_due_relief(now=DUE)
    assert suggested(led) == []
    expire_due_handoffs(now=DUE + timedelta(minutes=9))
    suggest_due_relief(now=DUE + timedelta(minutes=9))

    assert len(suggested(led)) == 1


def test_whoever_takes_over_is_given_their_own_time(led: Incident, ada: Person, bo: Person):
    handoff = offer_handoff(led, role=role(), person=ada, to=bo, by=Actor.of_person(ada), now=minute(60))
    accept_handoff(handoff, person=bo, by=Actor.of_person(bo), now=minute(61))

    assert suggest_due_relief(now=DUE) == 0
    assert suggest_due_relief(now=minute(61 + 4 * 60)) == 1
    assert [each["person"] for each in suggested(led)] == [bo.pk]


@pytest.mark.parametrize("ends", ["resolved", "no longer required"])
def test_nobody_is_relieved_of_what_has_ended_or_is_not_needed(ada: Person, ends: str):
    one = incident(service=service(rule("lead", named(ada), required_from_severity=2)), severity=2)
    does(roles.accept, one, ada)
    if ends == "resolved":
        lifecycle.resolve(one, by=SYSTEM, now=minute(2))
    else:
        lifecycle.edit(one, severity=3, by=SYSTEM, now=minute(2))

    suggest_due_relief(now=DUE)

    assert suggested(one) == []


def test_the_plan_says_after_which_time_and_what_is_due_is_suggested_in_order(ada: Person, bo: Person):
    slow, quick = (
        service(rule("lead", named(ada), named(bo), relief_after=timedelta(hours=hours)), slug=f"after-{hours}")
        for hours in (3, 2)
    )
    late, early = incident("Late", service=slow), incident("Early", service=quick)
    for one in (late, early):
        does(roles.accept, one, ada)

    assert suggest_due_relief(now=DUE, limit=1) == 1
    assert (facts(early)[-1], facts(late)[-1]) == ("relief_suggested", "accepted")
    assert suggest_due_relief(now=DUE) == 1


def test_what_is_not_due_costs_one_query(led: Incident, django_assert_num_queries):
    with django_assert_num_queries(1):
        suggest_due_relief(now=minute(60))
