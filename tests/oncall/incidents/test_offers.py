"""A role is offered, and answered or not: cases 8, 16, 17 and 32."""

from datetime import timedelta
from typing import Any

import pytest

from oncall.incidents.models import Assignment, Incident
from oncall.incidents.services import lifecycle, roles
from rotations.actors import Actor
from rotations.errors import NotPermitted
from rotations.models import ActorKind, Person
from tests.factories.incidents import incident, named, role, rule, service
from tests.oncall.incidents.answering import does, refused
from tests.oncall.incidents.pictures import facts, ledger, minute, present, standing
from tests.write_guard import arranging

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()


# ── accepting ──


def test_accepting_makes_the_offered_person_accountable_and_present(one: Incident, ada: Person):
    does(roles.accept, one, ada)

    assert (standing(one), present(one)) == ({"lead": "Ada accepted"}, {"Cy": "responder", "Ada": "responder"})
    assert ledger(one) == ["Ada 0- accepted"]
    assert facts(one, after=3) == ["accepted"]


def test_accepting_twice_is_the_same_answer_and_one_fact(one: Incident, ada: Person):
    first = does(roles.accept, one, ada)
    second = does(roles.accept, one, ada, at=2)

    assert (first, first.accepted_at) == (second, second.accepted_at)
    assert facts(one, after=3) == ["accepted"]


def test_an_acceptance_after_the_deadline_wins_until_the_offer_is_passed_on(one: Incident, ada: Person):
    does(roles.accept, one, ada, at=6)

    assert roles.expire_due_offers(now=minute(7)) == 0
    assert ledger(one) == ["Ada 0- accepted"]


def test_a_late_acceptance_is_refused_and_names_the_holder(one: Incident, ada: Person, bo: Person):
    roles.expire_due_offers(now=minute(5))

    assert refused(does, roles.accept, one, ada, at=6) == ("offer_expired", bo)


@pytest.mark.parametrize("verb", [roles.accept, roles.decline])
def test_only_the_offered_person_has_an_answer_to_give(one: Incident, cy: Person, ada: Person, verb: Any):
    assert refused(does, verb, one, cy) == ("not_offered", ada)


def test_an_offer_that_was_taken_names_who_took_it(one: Incident, ada: Person, cy: Person):
    does(roles.take, one, cy)

    assert refused(does, roles.accept, one, ada, at=2) == ("role_taken", cy)


def test_whoever_declined_has_answered(one: Incident, ada: Person, bo: Person):
    does(roles.decline, one, ada)

    assert refused(does, roles.accept, one, ada, at=2) == ("already_answered", bo)


def test_whoever_accepted_has_answered(one: Incident, ada: Person):
    does(roles.accept, one, ada)

    assert refused(does, roles.decline, one, ada, at=2) == ("already_answered", ada)


def test_an_offer_from_before_a_reopening_is_stale(one: Incident, ada: Person, bo: Person):
    does(roles.decline, one, ada)
    lifecycle.resolve(one, by=SYSTEM, now=minute(2))
    lifecycle.reopen(one, by=SYSTEM, now=minute(3))

    assert refused(does, roles.accept, one, ada, at=4) == ("stale_epoch", bo)


def test_nobody_answers_for_somebody_else(one: Incident, ada: Person, cy: Person):
    with pytest.raises(NotPermitted):
        roles.accept(one, role=role(), person=ada, by=Actor.of_person(cy), now=minute(1))

    assert standing(one) == {"lead": "Ada offered"}


def test_a_service_token_answers_for_whom_it_names_and_the_timeline_says_so(one: Incident, ada: Person):
    token = Actor(ActorKind.TOKEN, 4, "Ada via token Alert relay", ada)

    roles.accept(one, role=role(), person=ada, by=token, now=minute(1))

    entry = one.timeline.last()
    assert entry is not None
    assert (entry.kind, entry.actor_kind, entry.actor_id, entry.actor_name) == (
        "accepted",
        "token",
        4,
        "Ada via token Alert relay",
    )


# ── declining ──


def test_declining_offers_the_next_candidate_at_once_and_keeps_the_reason(one: Incident, ada: Person):
    assignment = does(roles.decline, one, ada, reason="on a train")

    assert ledger(one) == ["Ada 0-1 declined", "Bo 1- offered"]
    assert assignment.end_note == "on a train"
    assert facts(one, after=3) == ["declined", "offered"]


def test_when_everybody_declined_the_role_is_vacant(one: Incident, ada: Person, bo: Person):
    does(roles.decline, one, ada)
    does(roles.decline, one, bo, at=2)

    assert standing(one) == {"lead": "vacant: everyone_declined"}
    assert ledger(one) == ["Ada 0-1 declined", "Bo 1-2 declined", "vacant 2- everyone_declined"]


def test_a_decliner_is_not_asked_again_except_by_a_persons_choice(one: Incident, ada: Person, bo: Person, cy: Person):
    does(roles.decline, one, ada)
    does(roles.decline, one, bo, at=2)
    lifecycle.edit(one, severity=1, by=SYSTEM, now=minute(3))
    assert standing(one) == {"lead": "vacant: everyone_declined"}

    roles.assign(one, role=role(), person=ada, by=Actor.of_person(cy), now=minute(4))

    assert standing(one) == {"lead": "Ada offered"}


# ── expiring ──


def test_an_offer_that_nobody_answers_goes_to_the_next_and_the_last_one_keeps_acting(one: Incident):
    assert roles.expire_due_offers(now=minute(5) - timedelta(microseconds=1)) == 0
    assert roles.expire_due_offers(now=minute(5)) == 1
    assert ledger(one) == ["Ada 0-5 expired", "Bo 5- offered"]
    assert roles.expire_due_offers(now=minute(10)) == 1
    assert roles.expire_due_offers(now=minute(60)) == 0

    assert ledger(one) == ["Ada 0-5 expired", "Bo 5- acting"]
    assert facts(one, after=3) == ["offer_expired", "offered", "acting"]


def test_whoever_acts_can_still_accept_or_decline(one: Incident, bo: Person):
    roles.expire_due_offers(now=minute(5))
    roles.expire_due_offers(now=minute(10))
    does(roles.decline, one, bo, at=11)

    assert ledger(one)[1:] == ["Bo 5-11 declined", "vacant 11- everyone_declined"]


def test_after_an_acceptance_the_sources_are_asked_anew(one: Incident, bo: Person):
    roles.expire_due_offers(now=minute(5))
    does(roles.accept, one, bo, at=6)
    does(roles.release, one, bo, at=90, vacate=True, reason="off to bed")

    assert ledger(one) == ["Ada 0-5 expired", "Bo 5-90 vacated", "Ada 90- offered"]


def test_offers_that_expired_while_the_worker_was_down_are_handled_once_in_order_of_due_time(ada: Person, bo: Person):
    slow = incident("Slow", service=service(rule("lead", named(ada), named(bo), accept_within=timedelta(minutes=9))))
    quick_plan = rule("lead", named(ada), named(bo), accept_within=timedelta(minutes=3))
    quick, answered = (incident(name, service=service(quick_plan, slug=name.lower())) for name in ("Quick", "Answered"))
    does(roles.accept, answered, ada, at=30)

    assert roles.expire_due_offers(now=minute(60), limit=1) == 1
    assert (ledger(quick), ledger(slow)) == (["Ada 0-60 expired", "Bo 60- offered"], ["Ada 0- offered"])
    assert roles.expire_due_offers(now=minute(60)) == 1
    assert roles.expire_due_offers(now=minute(60)) == 0

    assert ledger(slow) == ["Ada 0-60 expired", "Bo 60- offered"]
    assert ledger(answered) == ["Ada 0- accepted"]


def test_whoever_was_deactivated_in_the_instant_they_were_asked_is_not_left_to_act(one: Incident, bo: Person):
    roles.expire_due_offers(now=minute(5))
    with arranging():
        Person.objects.filter(pk=bo.pk).update(is_active=False, deactivated_at=minute(5))

    roles.expire_due_offers(now=minute(10))

    assert ledger(one)[1:] == ["Bo 5-10 deactivated", "vacant 10- no_one_on_call"]


def test_the_moment_used_is_never_before_the_incidents_last_event(one: Incident, ada: Person, bo: Person):
    does(roles.decline, one, ada, at=4)
    does(roles.accept, one, bo, at=2)

    assert ledger(one) == ["Ada 0-4 declined", "Bo 4- accepted"]
    assert Assignment.objects.get(person=bo).accepted_at == minute(4)
