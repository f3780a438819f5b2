"""People come and go: cases 4, 5, 7, 14, 27 and 28."""

import pytest

from oncall.incidents.models import Incident, Participant
from oncall.incidents.services import lifecycle, participants, roles
from rotations.actors import Actor
from rotations.errors import Conflict, Invalid, NotPermitted
from rotations.models import ActorKind, Person
from rotations.services.people import deactivate_person
from tests.factories.incidents import FIRST_TO_JOIN, NIGHT, incident, named, on_call_in, role, rule, service
from tests.factories.rotations import person, schedule, weekly_rotation
from tests.oncall.incidents.pictures import facts, ledger, minute, present, standing

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()


def joins(one: Incident, who: Person, *, at: float = 1, kind: str = "responder", accept: bool = False):
    return participants.join(one, person=who, kind=kind, accept=accept, by=Actor.of_person(who), now=minute(at))


def leaves(one: Incident, who: Person, *, at: float, vacate: bool = False, reason: str = "") -> Participant:
    return participants.leave(one, person=who, vacate=vacate, reason=reason, by=Actor.of_person(who), now=minute(at))


def test_the_first_to_join_leads_and_the_second_is_told_who_won():
    ada, bo = person("Ada"), person("Bo")
    one = incident()

    first, second = joins(one, ada), joins(one, bo)

    assert [(one.role.slug, one.person) for one in (*first.assignments, *second.holders)] == [
        ("lead", ada),
        ("lead", ada),
    ]
    assert second.assignment is None
    assert (standing(one), present(one)) == ({"lead": "Ada accepted"}, {"Ada": "responder", "Bo": "responder"})


def test_joining_twice_is_one_participant_one_assignment_and_the_same_answer():
    ada = person("Ada")
    one = incident()

    first, second = joins(one, ada), joins(one, ada, at=2)

    assert (first.participant, first.assignments) == (second.participant, second.assignments)
    assert (ledger(one), facts(one)) == (
        ["Ada 1- accepted", "vacant 0-1 waiting_for_first_to_join"],
        ["declared", "vacant", "joined", "accepted"],
    )


@pytest.mark.parametrize("kind", ["observer", "stakeholder"])
def test_whoever_only_watches_never_leads(kind: str):
    ada, bo = person("Ada"), person("Bo")
    one = incident()

    joins(one, ada, kind=kind)
    assert (standing(one), present(one)) == ({"lead": "vacant: waiting_for_first_to_join"}, {"Ada": kind})
    joins(one, bo, at=2)

    assert standing(one) == {"lead": "Bo accepted"}


def test_a_watcher_who_comes_to_help_is_the_first_to_join():
    ada = person("Ada")
    one = incident()

    joins(one, ada, kind="observer")
    joins(one, ada, at=2)

    assert (standing(one), present(one)) == ({"lead": "Ada accepted"}, {"Ada": "responder"})


def test_while_an_offer_is_pending_others_join_and_it_stands():
    ada, bo = person("Ada"), person("Bo")
    one = incident(service=service(rule("lead", named(ada), FIRST_TO_JOIN)))

    joins(one, bo)
    joins(one, ada, at=2)
    assert standing(one) == {"lead": "Ada offered"}
    joins(one, ada, at=3, accept=True)

    assert standing(one) == {"lead": "Ada accepted"}


def test_a_joiner_is_given_every_role_that_waits_but_none_that_excludes_another():
    ada, bo = person("Ada"), person("Bo")
    one = incident(
        service=service(
            rule("lead", FIRST_TO_JOIN, exclusive_group="hands"),
            rule("scribe", FIRST_TO_JOIN),
            rule("driver", FIRST_TO_JOIN, exclusive_group="hands"),
            rule("liaison", named(bo)),
        )
    )

    joins(one, ada)

    assert standing(one) == {
        "lead": "Ada accepted",
        "scribe": "Ada accepted",
        "driver": "vacant: waiting_for_first_to_join",
        "liaison": "Bo offered",
    }


def test_a_joiner_is_not_given_a_role_they_declined():
    ada, bo = person("Ada"), person("Bo")
    one = incident(service=service(rule("lead", named(ada), FIRST_TO_JOIN)))
    roles.decline(one, role=role(), person=ada, by=Actor.of_person(ada), now=minute(1))

    joins(one, ada, at=2)
    assert standing(one) == {"lead": "vacant: everyone_declined"}
    joins(one, bo, at=3)

    assert standing(one) == {"lead": "Bo accepted"}


def test_those_present_are_asked_in_join_order_when_the_lead_goes():
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    one = incident()
    for minutes, who in enumerate((cy, bo, ada), start=1):
        joins(one, who, at=minutes)

    leaves(one, cy, at=5, vacate=True, reason="the train arrives")

    assert ledger(one)[:2] == ["Cy 1-5 vacated", "Bo 5- offered"]
    assert present(one)["Cy"] == "left"


def test_the_lead_hands_off_before_leaving_or_vacates_with_a_reason():
    ada = person("Ada")
    one = incident(by=ada)

    with pytest.raises(Conflict) as refusal:
        leaves(one, ada, at=1)
    with pytest.raises(Invalid):
        leaves(one, ada, at=1, vacate=True)
    assert (refusal.value.code, refusal.value.extra) == ("must_hand_off", {"role": "lead"})
    assert present(one) == {"Ada": "responder"}
    leaves(one, ada, at=2, vacate=True, reason="ill")

    assert standing(one) == {"lead": "vacant: waiting_for_first_to_join"}
    assert facts(one, after=2) == ["left", "vacated", "vacant"]


def test_whoever_leaves_while_asked_has_declined():
    ada, bo = person("Ada"), person("Bo")
    one = incident(service=service(rule("lead", named(ada), named(bo))))

    leaves(one, ada, at=1)

    assert ledger(one) == ["Ada 0-1 declined", "Bo 1- offered"]


def test_leaving_twice_is_harmless_and_coming_back_is_joining():
    ada = person("Ada")
    one = incident(service=service(rule("lead", named(person("Bo")))))
    joins(one, ada)

    leaves(one, ada, at=2)
    leaves(one, ada, at=3)
    assert present(one) == {"Ada": "left", "Bo": "asked"}
    joins(one, ada, at=4)

    assert present(one)["Ada"] == "responder"
    assert facts(one, after=2) == ["joined", "left", "joined"]


def test_whoever_left_and_is_asked_again_declines_by_leaving_once_more():
    ada, bo = person("Ada"), person("Bo")
    one = incident(service=service(rule("lead", FIRST_TO_JOIN)))
    joins(one, bo, kind="observer")
    leaves(one, bo, at=2)
    roles.assign(one, role=role(), person=bo, by=Actor.of_person(ada), now=minute(3))

    leaves(one, bo, at=4)

    assert ledger(one)[0] == "Bo 3-4 declined"
    assert (standing(one), present(one)) == ({"lead": "vacant: waiting_for_first_to_join"}, {"Bo": "left"})


def test_only_whoever_takes_part_can_leave():
    ada = person("Ada")

    with pytest.raises(Conflict) as refusal:
        leaves(incident(), ada, at=1)

    assert refusal.value.code == "not_a_participant"


def test_a_holder_does_not_step_back_to_watching():
    ada = person("Ada")
    one = incident(by=ada)

    with pytest.raises(Conflict) as refusal:
        joins(one, ada, kind="observer")

    assert refusal.value.code == "must_hand_off"


def test_a_role_held_back_from_somebody_is_theirs_once_the_excluding_one_is_gone():
    ada = person("Ada")
    hands = {"exclusive_group": "hands"}
    one = incident(
        service=service(rule("lead", FIRST_TO_JOIN, **hands), rule("driver", FIRST_TO_JOIN, **hands)), by=ada
    )

    roles.release(one, role=role(), person=ada, vacate=True, reason="I drive", by=Actor.of_person(ada), now=minute(1))

    assert standing(one) == {"lead": "vacant: waiting_for_first_to_join", "driver": "Ada offered"}


def test_a_deactivated_leads_seat_goes_to_the_next_at_that_instant_and_history_keeps_the_name():
    ada, bo = person("Ada"), person("Bo")
    primary = schedule()
    weekly_rotation(primary, [ada])
    one = incident(service=service(rule("lead", on_call_in(primary), named(bo))))
    roles.accept(one, role=role(), person=ada, by=Actor.of_person(ada), now=minute(1))

    deactivate_person(ada, by=SYSTEM, now=minute(7))

    assert ledger(one) == ["Ada 0-7 deactivated", "Bo 7- offered"]
    assert facts(one, after=3) == ["deactivated", "offered"]


def test_a_deactivated_person_cannot_join():
    gone = deactivate_person(person("Gone"), by=SYSTEM, now=NIGHT)

    with pytest.raises(Invalid) as refusal:
        participants.join(incident(), person=gone, by=SYSTEM, now=minute(1))

    assert refusal.value.code == "person_deactivated"


def test_nobody_brings_somebody_else_in():
    ada, bo = person("Ada"), person("Bo")

    with pytest.raises(NotPermitted):
        participants.join(incident(), person=ada, by=Actor.of_person(bo), now=minute(1))


def test_a_service_token_lets_somebody_join():
    ada = person("Ada")
    one = incident()

    participants.join(one, person=ada, by=Actor(ActorKind.TOKEN, 1, "Chat"), now=minute(1))

    assert standing(one) == {"lead": "Ada accepted"}


def test_an_unknown_kind_is_refused():
    ada = person("Ada")

    with pytest.raises(Invalid) as refusal:
        joins(incident(), ada, kind="boss")

    assert (refusal.value.field, Participant.objects.count()) == ("kind", 0)


def test_nobody_joins_what_is_resolved():
    one = incident()
    lifecycle.resolve(one, by=SYSTEM, now=minute(1))

    with pytest.raises(Conflict) as refusal:
        joins(one, person("Ada"), at=2)

    assert refusal.value.code == "incident_resolved"
