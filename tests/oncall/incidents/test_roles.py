"""Roles change hands: accepted, declined, taken, assigned, released, expired. Cases 7, 8, 16, 17, 31 and 32."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from oncall.incidents.models import Assignment, Incident
from oncall.incidents.services import lifecycle, participants, plans, roles
from rotations.actors import Actor
from rotations.errors import Conflict, Invalid, NotPermitted, Refusal
from rotations.models import ActorKind, Person
from rotations.services.people import deactivate_person
from tests.factories.incidents import FIRST_TO_JOIN, NIGHT, incident, named, role, rule, service
from tests.factories.rotations import administrator, person, team
from tests.oncall.incidents.pictures import facts, ledger, minute, present, standing
from tests.write_guard import arranging

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()


@pytest.fixture
def ada() -> Person:
    return person("Ada")


@pytest.fixture
def bo() -> Person:
    return person("Bo")


@pytest.fixture
def cy() -> Person:
    return person("Cy")


@pytest.fixture
def one(ada: Person, bo: Person, cy: Person) -> Incident:
    """An incident whose lead is offered to Ada, then to Bo; Cy joined and is not asked."""
    declared = incident(service=service(rule("lead", named(ada), named(bo))))
    participants.join(declared, person=cy, by=Actor.of_person(cy), now=NIGHT)
    return declared


def does(verb: Any, one: Incident, who: Person, *, at: float = 1, **more: Any) -> Assignment:
    """Let somebody accept, decline, take or release the lead themselves."""
    assignment: Assignment = verb(one, role=role(), person=who, by=Actor.of_person(who), now=minute(at), **more)
    return assignment


def refused(call: Any, *args: Any, **more: Any) -> tuple[str, Person | None]:
    """Return the code of the refusal and the holder it names; nothing may have been written."""
    with pytest.raises(Refusal) as refusal:
        call(*args, **more)
    return refusal.value.code, refusal.value.extra.get("holder")


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


# ── taking ──


def test_a_responder_takes_an_offered_role_and_the_offer_ends_as_taken(one: Incident, cy: Person):
    does(roles.take, one, cy)

    assert ledger(one) == ["Ada 0-1 taken", "Cy 1- accepted"]


def test_a_responder_takes_a_vacant_role(one: Incident, ada: Person, bo: Person, cy: Person):
    does(roles.decline, one, ada)
    does(roles.decline, one, bo, at=2)
    does(roles.take, one, cy, at=3)

    assert ledger(one)[2:] == ["Cy 3- accepted", "vacant 2-3 everyone_declined"]


def test_a_responder_takes_a_role_from_whoever_only_acts(one: Incident, cy: Person):
    roles.expire_due_offers(now=minute(5))
    roles.expire_due_offers(now=minute(10))
    assert standing(one) == {"lead": "Bo acting"}

    does(roles.take, one, cy, at=11)

    assert ledger(one) == ["Ada 0-5 expired", "Bo 5-11 taken", "Cy 11- accepted"]


def test_taking_what_one_is_offered_is_accepting_it(one: Incident, ada: Person):
    does(roles.take, one, ada)

    assert ledger(one) == ["Ada 0- accepted"]


def test_an_accepted_role_is_not_taken_and_the_refusal_names_its_holder(one: Incident, ada: Person, cy: Person):
    does(roles.accept, one, ada)

    assert refused(does, roles.take, one, cy, at=2) == ("role_taken", ada)


def test_whoever_is_no_responder_takes_nothing(one: Incident):
    di, ed = person("Di"), person("Ed")
    participants.join(one, person=ed, kind="observer", by=Actor.of_person(ed), now=NIGHT)

    assert [refused(does, roles.take, one, who)[0] for who in (di, ed)] == ["not_a_participant", "not_a_participant"]


def test_an_administrator_takes_an_accepted_role_by_force_with_a_reason(one: Incident, ada: Person):
    root = administrator()
    does(roles.accept, one, ada)

    with pytest.raises(Invalid):
        does(roles.take, one, root, at=2, force=True)
    assert refused(does, roles.take, one, root, at=2) == ("role_taken", ada)
    does(roles.take, one, root, at=2, force=True, reason="Ada lost her connection")

    assert ledger(one) == ["Ada 0-2 taken", "Root 2- accepted"]


def test_of_the_members_of_a_team_its_managers_take_by_force(ada: Person, bo: Person, cy: Person):
    payments = team("payments", managers=[bo], members=[cy])
    one = incident(service=service(rule("lead", named(ada)), team=payments))
    does(roles.accept, one, ada)

    assert refused(does, roles.take, one, cy, at=2, force=True, reason="why not")[0] == "not_permitted"
    does(roles.take, one, bo, at=3, force=True, reason="Ada lost her connection")

    assert ledger(one) == ["Ada 0-3 taken", "Bo 3- accepted"]


def test_a_role_outside_the_plan_can_be_taken_and_given_back(one: Incident, cy: Person):
    scribe = role("scribe")

    roles.take(one, role=scribe, person=cy, by=Actor.of_person(cy), now=minute(1))
    roles.release(one, role=scribe, person=cy, by=Actor.of_person(cy), now=minute(2))

    assert ledger(one, "scribe") == ["Cy 1-2 released"]


def test_nobody_takes_a_role_that_excludes_theirs(ada: Person):
    one = incident(
        service=service(
            rule("lead", named(ada), exclusive_group="hands"), rule("driver", FIRST_TO_JOIN, exclusive_group="hands")
        )
    )
    does(roles.accept, one, ada)

    with pytest.raises(Conflict) as refusal:
        roles.take(one, role=role("driver"), person=ada, by=Actor.of_person(ada), now=minute(2))

    assert (refusal.value.code, refusal.value.extra) == ("exclusive", {"role": "lead"})


def test_whoever_loses_an_excluding_role_is_asked_for_the_one_held_back(ada: Person):
    root = administrator()
    one = incident(
        service=service(
            rule("lead", named(ada), exclusive_group="hands"), rule("driver", named(ada), exclusive_group="hands")
        )
    )
    does(roles.accept, one, ada)
    assert standing(one) == {"lead": "Ada accepted", "driver": "vacant: exclusive"}

    does(roles.take, one, root, at=2, force=True, reason="Ada drives")

    assert standing(one) == {"lead": "Root accepted", "driver": "Ada offered"}


# ── assigning and releasing ──


def test_assigning_offers_to_somebody_outside_who_joins_on_accepting(one: Incident, cy: Person):
    di = person("Di")

    roles.assign(one, role=role(), person=di, by=Actor.of_person(cy), now=minute(1))
    assert (ledger(one), present(one)["Di"]) == (["Ada 0-1 taken", "Di 1- offered"], "asked")
    does(roles.accept, one, di, at=2)

    assert (standing(one), present(one)["Di"]) == ({"lead": "Di accepted"}, "responder")


def test_assigning_to_whoever_has_the_offer_leaves_it_as_it_is(one: Incident, ada: Person, cy: Person):
    roles.assign(one, role=role(), person=ada, by=Actor.of_person(cy), now=minute(1))

    assert ledger(one) == ["Ada 0- offered"]


def test_assigning_to_oneself_is_taking(one: Incident, cy: Person):
    roles.assign(one, role=role(), person=cy, by=Actor.of_person(cy), now=minute(1))

    assert standing(one) == {"lead": "Cy accepted"}


def test_an_accepted_role_is_not_assigned(one: Incident, ada: Person, bo: Person, cy: Person):
    does(roles.accept, one, ada)

    assert refused(roles.assign, one, role=role(), person=bo, by=Actor.of_person(cy), now=minute(2)) == (
        "role_taken",
        ada,
    )


def test_a_deactivated_person_is_given_nothing(one: Incident, cy: Person):
    gone = deactivate_person(person("Gone"), by=SYSTEM, now=NIGHT)

    verbs = (partial(does, roles.take, one, gone), partial(does, roles.accept, one, gone))
    assigns = partial(roles.assign, one, role=role(), person=gone, by=Actor.of_person(cy), now=minute(1))

    assert [refused(call)[0] for call in (*verbs, assigns)] == ["person_deactivated"] * 3


def test_a_required_role_is_given_back_only_by_vacating_it_with_a_reason(one: Incident, ada: Person):
    does(roles.accept, one, ada)

    assert refused(does, roles.release, one, ada, at=2)[0] == "must_hand_off"
    assert refused(does, roles.release, one, ada, at=2, vacate=True)[0] == "invalid"
    does(roles.release, one, ada, at=2, vacate=True, reason="ill")

    assert ledger(one) == ["Ada 0-2 vacated", "Bo 2- offered"]


def test_giving_back_an_offer_is_declining_it(one: Incident, ada: Person):
    does(roles.release, one, ada)

    assert ledger(one) == ["Ada 0-1 declined", "Bo 1- offered"]


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


# ── archiving ──


def test_an_archived_role_is_held_until_released_and_not_offered_again(ada: Person, bo: Person):
    checkout = service(rule("lead", named(ada), named(bo)), rule("scribe", FIRST_TO_JOIN))
    one = incident(service=checkout)
    does(roles.accept, one, ada)

    plans.archive_role(role(), by=SYSTEM, now=minute(2))
    plans.archive_role(role("scribe"), by=SYSTEM, now=minute(2))
    assert standing(one) == {"lead": "Ada accepted"}
    does(roles.release, one, ada, at=3)

    assert standing(one) == {}
    assert ledger(one) == ["Ada 0-3 released"]
    assert standing(incident(service=checkout)) == {}
