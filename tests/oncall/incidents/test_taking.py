"""A role is taken, assigned, given back, archived: cases 7, 24 and 31."""

from functools import partial

import pytest

from oncall.incidents.models import Incident
from oncall.incidents.services import participants, plans, roles
from rotations.actors import Actor
from rotations.errors import Conflict, Invalid
from rotations.models import Person
from rotations.services.people import deactivate_person
from tests.factories.incidents import FIRST_TO_JOIN, NIGHT, incident, named, role, rule, service
from tests.factories.rotations import administrator, person, team
from tests.oncall.incidents.answering import does, refused
from tests.oncall.incidents.pictures import facts, ledger, minute, present, standing

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()


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


def test_assigning_says_from_whom_the_offer_went(one: Incident, ada: Person, cy: Person):
    di = person("Di")

    roles.assign(one, role=role(), person=di, by=Actor.of_person(cy), now=minute(1))

    said = one.timeline.filter(kind="offered").order_by("-id")[0]
    assert (said.text, said.data["taken_from"]) == ("Cy asks Di to be Lead instead of Ada", ada.pk)


@pytest.mark.parametrize("kind", ["observer", "stakeholder"])
def test_whoever_only_watches_is_asked_by_a_persons_choice_alone_and_responds_on_accepting(one: Incident, kind: str):
    ed = person("Ed")
    participants.join(one, person=ed, kind=kind, by=Actor.of_person(ed), now=NIGHT)

    roles.assign(one, role=role(), person=ed, by=SYSTEM, now=minute(1))
    assert present(one)["Ed"] == kind
    does(roles.accept, one, ed, at=2)

    assert present(one)["Ed"] == "responder"


def test_a_role_that_excludes_theirs_is_assigned_to_nobody(ada: Person, bo: Person, cy: Person):
    hands = {"exclusive_group": "hands"}
    one = incident(service=service(rule("lead", named(ada), **hands), rule("driver", named(bo), **hands)))

    call = partial(roles.assign, one, role=role("driver"), person=ada, by=Actor.of_person(cy), now=minute(1))

    assert refused(call)[0] == "exclusive"


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


def test_giving_back_what_one_only_acts_in_is_declining_it(one: Incident, ada: Person, bo: Person):
    roles.expire_due_offers(now=minute(5))
    roles.expire_due_offers(now=minute(10))

    does(roles.release, one, bo, at=11)

    assert ledger(one) == ["Ada 0-5 expired", "Bo 5-11 declined", "vacant 11- everyone_declined"]


def test_nobody_gives_back_or_declines_for_somebody_else(one: Incident, ada: Person, cy: Person):
    does(roles.accept, one, ada)
    of_ada = {"role": role(), "person": ada, "by": Actor.of_person(cy), "now": minute(2)}

    codes = [refused(verb, one, **of_ada)[0] for verb in (roles.release, roles.decline, roles.take)]

    assert codes == ["not_permitted"] * 3


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


def test_a_restored_role_is_asked_for_again_where_it_is_needed(ada: Person):
    one = incident(service=service(rule("lead", named(ada)), rule("scribe", FIRST_TO_JOIN)))
    mild = incident(service=service(rule("scribe", FIRST_TO_JOIN, required_from_severity=1), slug="search"))
    for at in (1, 2):
        plans.archive_role(role("scribe"), by=SYSTEM, now=minute(at))

    for at in (3, 4):
        plans.restore_role(role("scribe"), by=SYSTEM, now=minute(at))

    waiting = "waiting_for_first_to_join"
    assert standing(one) == {"lead": "Ada offered", "scribe": f"vacant: {waiting}"}
    assert ledger(one, "scribe") == [f"vacant 0-1 {waiting}", f"vacant 3- {waiting}"]
    assert facts(one, after=3) == ["role_archived", "role_restored", "vacant"]
    assert facts(mild, after=1) == []


def test_assigning_somebody_else_names_who_was_asked_before(one: Incident, ada: Person, cy: Person):
    roles.assign(one, role=role(), person=cy, by=SYSTEM, now=minute(1))

    fact = one.timeline.get(kind="offered", at=minute(1))
    assert (fact.data["person"], fact.data["taken_from"]) == (cy.pk, ada.pk)
