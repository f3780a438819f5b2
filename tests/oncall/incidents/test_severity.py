"""It is worse than it seemed, or not as bad: cases 18, 19 and 20."""

import pytest

from oncall.incidents.models import Incident, TimelineEntry
from oncall.incidents.services import lifecycle, participants, roles
from rotations.actors import Actor
from rotations.models import Person
from tests.factories.incidents import DECLARER, FIRST_TO_JOIN, NIGHT, incident, named, on_call_in, role, rule, service
from tests.factories.rotations import schedule, weekly_rotation
from tests.oncall.incidents.answering import does
from tests.oncall.incidents.pictures import ledger, minute, standing

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()


def of_kind(one: Incident, kind: str) -> list[TimelineEntry]:
    return list(one.timeline.filter(kind=kind).order_by("id"))


def becomes(one: Incident, severity: int, *, at: float) -> None:
    lifecycle.edit(one, severity=severity, by=SYSTEM, now=minute(at))


@pytest.fixture
def led_by_cy(ada: Person, bo: Person, cy: Person) -> Incident:
    """An incident of severity 3 whose plan asks Ada to lead; Cy took it."""
    primary = schedule("primary")
    weekly_rotation(primary, [ada])
    plan = service(rule("lead", on_call_in(primary)), rule("scribe", named(bo), required_from_severity=1))
    one = incident(service=plan)
    participants.join(one, person=cy, by=Actor.of_person(cy), now=NIGHT)
    does(roles.take, one, cy)
    return one


def test_the_lead_stays_and_whom_the_plan_would_choose_is_a_suggestion_with_its_evidence(
    led_by_cy: Incident, ada: Person, cy: Person
):
    becomes(led_by_cy, 1, at=2)

    [said] = of_kind(led_by_cy, "suggestion")
    because = "on call in primary until 2026-11-23T09:00:00Z"
    assert standing(led_by_cy) == {"lead": "Cy accepted", "scribe": "Bo offered"}
    assert said.text == f"At severity 1 the plan would ask Ada, {because}, to be Lead; Cy keeps it"
    assert said.data == {
        "role": "lead",
        "seat": 1,
        "person": cy.pk,
        "assignment": led_by_cy.assignments.get(person=cy).pk,
        "to": [ada.pk],
        "because": because,
        "evidence": [
            {
                "person": ada.pk,
                "name": "Ada",
                "because": because,
                "passed_over": None,
                "accepted_in_30_days": 0,
                "open_incidents": 0,
                "hinted": False,
                "words": f"Ada: {because}",
            }
        ],
    }


def test_a_severity_that_flaps_makes_one_offer_and_one_suggestion(led_by_cy: Incident):
    for second, severity in enumerate((1, 3, 1, 3, 1)):
        becomes(led_by_cy, severity, at=2 + second / 10)

    assert ledger(led_by_cy, "scribe") == ["Bo 2- offered"]
    assert len(of_kind(led_by_cy, "suggestion")) == 1


def test_where_the_plan_would_choose_the_same_nothing_is_suggested(ada: Person, bo: Person):
    primary = schedule()
    weekly_rotation(primary, [[ada, bo]])
    for number, source in enumerate((on_call_in(primary), DECLARER, FIRST_TO_JOIN)):
        one = incident(service=service(rule("lead", source, named(bo)), slug=f"s{number}"), by=ada)

        becomes(one, 1, at=1)

        assert (standing(one), of_kind(one, "suggestion")) == ({"lead": "Ada accepted"}, [])


def test_nothing_is_suggested_of_an_offer_that_waits_or_at_a_milder_severity(led_by_cy: Incident, ada: Person):
    offered = incident(service=led_by_cy.service)

    becomes(offered, 1, at=2)
    becomes(led_by_cy, 4, at=2)

    assert (of_kind(offered, "suggestion"), of_kind(led_by_cy, "suggestion")) == ([], [])


def test_at_a_milder_severity_those_who_accepted_or_act_are_told_that_they_may_let_go(
    ada: Person, bo: Person, cy: Person
):
    worst = {"required_from_severity": 1}
    plan = [
        rule("lead", named(ada)),
        *(rule(slug, named(who), **worst) for slug, who in (("scribe", bo), ("aide", cy))),
    ]
    one = incident(service=service(*plan, rule("driver", named(ada), **worst)), severity=1)
    for slug, who in (("lead", ada), ("scribe", bo)):
        roles.accept(one, role=role(slug), person=who, by=Actor.of_person(who), now=minute(1))
    roles.decline(one, role=role("driver"), person=ada, by=Actor.of_person(ada), now=minute(1))
    roles.expire_due_offers(now=minute(5))

    becomes(one, 2, at=6)

    assert standing(one) == {"lead": "Ada accepted", "scribe": "Bo accepted", "aide": "Cy acting"}
    assert [(said.text, said.data["role"], said.data["person"]) for said in of_kind(one, "may_release")] == [
        ("Bo may give Scribe back: it is not needed any more", "scribe", bo.pk),
        ("Cy may give Aide back: it is not needed any more", "aide", cy.pk),
    ]
