"""A role is handed from one person to another: cases 24, 25, 26, 33 and 38."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from oncall.incidents.models import Assignment, Handoff, Incident, TimelineEntry
from oncall.incidents.queries import holder_of
from oncall.incidents.services import lifecycle, participants, roles
from oncall.incidents.services.handoffs import (
    HandoffNote,
    accept_handoff,
    cancel_handoff,
    decline_handoff,
    expire_due_handoffs,
    offer_handoff,
)
from rotations.actors import Actor
from rotations.errors import Refusal
from rotations.models import Person
from rotations.services.people import deactivate_person
from tests.factories.incidents import FIRST_TO_JOIN, NIGHT, incident, named, role, rule, service
from tests.factories.rotations import administrator, team
from tests.oncall.incidents.answering import does, refused
from tests.oncall.incidents.pictures import facts, ledger, minute, present, standing

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
NOTE = HandoffNote(
    status="Card payments fail in the EU.",
    hypotheses_open="An expired certificate.",
    ruled_out="Our last deployment.",
    last_update="03:20: told support.",
    next_check_in=NIGHT + timedelta(minutes=45),
)


@pytest.fixture
def led(one: Incident, ada: Person) -> Incident:
    """Ada leads since minute 1, Cy is there, Bo is not."""
    does(roles.accept, one, ada)
    return one


def offer(one: Incident, who: Person, to: Person, *, at: float = 2, slug: str = "lead", **more: Any) -> Handoff:
    return offer_handoff(one, role=role(slug), person=who, to=to, by=Actor.of_person(who), now=minute(at), **more)


def answer(verb: Any, handoff: Handoff, who: Person, *, at: float = 3, **more: Any) -> Any:
    return verb(handoff, person=who, by=Actor.of_person(who), now=minute(at), **more)


def said(one: Incident) -> str:
    return TimelineEntry.objects.filter(incident=one).latest("id").text


def became(handoff: Handoff) -> tuple[str, str, str]:
    handoff.refresh_from_db()
    return handoff.state, handoff.reason, handoff.words


# ── offered and accepted ──


def test_the_holder_stays_accountable_until_the_handoff_is_accepted(led: Incident, ada: Person, bo: Person):
    handoff = offer(led, ada, bo, note=NOTE)

    assert standing(led) == {"lead": "Ada accepted"}
    assert present(led) == {"Cy": "responder", "Ada": "responder"}
    assert (handoff.state, handoff.expires_at) == ("offered", minute(12))
    assert {name: getattr(handoff, name) for name in NOTE.__slots__} == {
        name: getattr(NOTE, name) for name in NOTE.__slots__
    }
    assert said(led) == "Ada offers to hand Lead to Bo: Card payments fail in the EU."


def test_accepting_closes_one_assignment_and_opens_the_next_at_one_instant(led: Incident, ada: Person, bo: Person):
    handoff = offer(led, ada, bo)

    after = answer(accept_handoff, handoff, bo, at=12)

    assert ledger(led) == ["Ada 0-12 handed_off", "Bo 12- accepted"]
    assert (after.because, became(handoff)) == ("handed off by Ada", ("accepted", "", ""))
    assert present(led) == {"Cy": "responder", "Ada": "responder", "Bo": "responder"}
    assert said(led) == "Bo took Lead over from Ada"
    told = TimelineEntry.objects.filter(incident=led).latest("id").data
    assert told == {
        "role": "lead",
        "seat": 1,
        "person": bo.pk,
        "assignment": after.pk,
        "handoff": handoff.pk,
        "taken_from": ada.pk,
    }


def test_who_led_at_the_instant_of_a_handoff_is_whoever_took_over(led: Incident, ada: Person, bo: Person):
    answer(accept_handoff, offer(led, ada, bo), bo, at=12)

    before, then = (holder_of(led, role(), at) for at in (minute(12) - timedelta(microseconds=1), minute(12)))

    assert (before, then) == (ada, bo)


def test_accepting_twice_is_harmless_while_one_holds_it(led: Incident, ada: Person, bo: Person):
    handoff = offer(led, ada, bo)
    first = answer(accept_handoff, handoff, bo)
    before = facts(led)

    assert (answer(accept_handoff, handoff, bo, at=4), facts(led)) == (first, before)

    answer(accept_handoff, offer(led, bo, ada, at=5), ada, at=6)
    assert refused(answer, accept_handoff, handoff, bo, at=7) == ("already_answered", ada)


def test_whoever_handed_the_role_off_can_leave(led: Incident, ada: Person, bo: Person):
    offered = offer(led, ada, bo)
    leave = partial(participants.leave, led, person=ada, by=Actor.of_person(ada), now=minute(4))
    assert refused(leave) == ("must_hand_off", None)

    answer(accept_handoff, offered, bo)
    leave()

    assert standing(led) == {"lead": "Bo accepted"}


def test_offering_the_same_twice_is_harmless_and_another_waits_for_the_first(
    led: Incident, ada: Person, bo: Person, cy: Person
):
    first = offer(led, ada, bo, note=NOTE)
    before = facts(led)

    assert (offer(led, ada, bo, note=NOTE, at=3), facts(led)) == (first, before)
    assert refused(offer, led, ada, bo, at=3) == ("handoff_open", None)
    assert refused(offer, led, ada, cy, note=NOTE, at=3) == ("handoff_open", None)


def test_handoffs_in_both_directions_are_independent_and_exclusion_is_looked_at_when_one_is_accepted(
    ada: Person, bo: Person
):
    hands = {"exclusive_group": "hands"}
    one = incident(service=service(rule("lead", named(ada), **hands), rule("scribe", named(bo), **hands)))
    does(roles.accept, one, ada)
    roles.accept(one, role=role("scribe"), person=bo, by=Actor.of_person(bo), now=minute(1))

    lead, scribe = offer(one, ada, bo), offer(one, bo, ada, slug="scribe")

    assert refused(answer, accept_handoff, lead, bo) == ("exclusive", None)
    assert refused(answer, accept_handoff, scribe, ada) == ("exclusive", None)
    assert standing(one) == {"lead": "Ada accepted", "scribe": "Bo accepted"}


def test_handoffs_in_both_directions_can_both_be_accepted(ada: Person, bo: Person):
    one = incident(service=service(rule("lead", named(ada)), rule("scribe", named(bo))))
    does(roles.accept, one, ada)
    roles.accept(one, role=role("scribe"), person=bo, by=Actor.of_person(bo), now=minute(1))
    lead, scribe = offer(one, ada, bo), offer(one, bo, ada, slug="scribe")

    answer(accept_handoff, lead, bo)
    answer(accept_handoff, scribe, ada)

    assert standing(one) == {"lead": "Bo accepted", "scribe": "Ada accepted"}


# ── refused, taken back, not answered ──


def test_declining_leaves_the_role_with_its_holder(led: Incident, ada: Person, bo: Person):
    handoff = offer(led, ada, bo)

    answer(decline_handoff, handoff, bo, reason="on a train")
    answer(decline_handoff, handoff, bo, at=4)

    assert (standing(led), became(handoff)) == ({"lead": "Ada accepted"}, ("declined", "", "on a train"))
    assert said(led) == "Bo declined Lead from Ada: on a train"
    assert refused(answer, accept_handoff, handoff, bo, at=5) == ("already_answered", ada)
    assert refused(answer, cancel_handoff, handoff, ada, at=5) == ("already_answered", ada)


def test_what_was_taken_back_cannot_be_accepted_and_another_can_be_offered(led: Incident, ada: Person, bo: Person):
    handoff = offer(led, ada, bo)

    answer(cancel_handoff, handoff, ada)
    answer(cancel_handoff, handoff, ada, at=4)

    assert became(handoff) == ("cancelled", "withdrawn", "")
    assert said(led) == "The handoff of Lead from Ada to Bo was cancelled: Ada took it back"
    assert refused(answer, accept_handoff, handoff, bo, at=5) == ("handoff_cancelled", ada)
    assert offer(led, ada, bo, at=6) != handoff


def test_a_handoff_expires_after_ten_minutes_and_the_holder_goes_on(led: Incident, ada: Person, bo: Person):
    handoff = offer(led, ada, bo)

    early, due, again = (expire_due_handoffs(now=minute(at)) for at in (11.9, 12, 13))

    assert (early, due, again, became(handoff)) == (0, 1, 0, ("expired", "", ""))
    assert standing(led) == {"lead": "Ada accepted"}
    assert said(led) == "The handoff of Lead from Ada to Bo was not answered in time; Ada goes on as Lead"
    assert refused(answer, accept_handoff, handoff, bo, at=13) == ("offer_expired", ada)


def test_an_acceptance_before_the_sweep_wins_though_it_is_late(led: Incident, ada: Person, bo: Person):
    handoff = offer(led, ada, bo)

    answer(accept_handoff, handoff, bo, at=20)

    assert (expire_due_handoffs(now=minute(21)), standing(led)) == (0, {"lead": "Bo accepted"})


def test_handoffs_expire_by_themselves_in_order_of_due_time(ada: Person, bo: Person):
    now = timezone.now()
    checkout = service(rule("lead", named(ada)))
    handed = []
    for minutes in (12, 30, 5):
        one = incident(service=checkout, now=now - timedelta(minutes=minutes))
        roles.accept(one, role=role(), person=ada, by=Actor.of_person(ada), now=now - timedelta(minutes=minutes))
        since = now - timedelta(minutes=minutes)
        handed.append(offer_handoff(one, role=role(), person=ada, to=bo, by=Actor.of_person(ada), now=since))

    # As a worker does when it starts.
    current_app.loader.import_default_modules()
    expired = current_app.tasks["incidents.expire_handoffs"]()

    assert (expired, [became(one)[0] for one in handed]) == (2, ["expired", "expired", "offered"])
    told = TimelineEntry.objects.filter(kind="handoff_expired").order_by("id").values_list("data__handoff", flat=True)
    assert list(told) == [handed[1].pk, handed[0].pk]


# ── overtaken by events ──


def test_a_role_taken_by_force_cancels_its_handoff(bo: Person, cy: Person, ada: Person):
    one = incident(service=service(rule("lead", named(ada)), team=team("payments", managers=[cy])))
    does(roles.accept, one, ada)
    handoff = offer(one, ada, bo)

    does(roles.take, one, Person.objects.get(pk=cy.pk), at=3, force=True, reason="Ada is silent")

    assert became(handoff) == ("cancelled", "taken", "")
    told = TimelineEntry.objects.filter(incident=one, kind="handoff_cancelled").get()
    assert (told.text, told.data["to"]) == (
        "The handoff of Lead from Ada to Bo was cancelled: Lead ended as taken",
        bo.pk,
    )
    assert refused(answer, accept_handoff, handoff, bo, at=4) == ("handoff_cancelled", cy)


@pytest.mark.parametrize(
    ("how", "reason"),
    [("vacate", "vacated"), ("leave", "vacated"), ("deactivate", "deactivated"), ("resolve", "resolved")],
)
def test_whatever_ends_the_assignment_cancels_its_handoff(
    led: Incident, ada: Person, bo: Person, how: str, reason: str
):
    handoff = offer(led, ada, bo)
    mine: dict[str, Any] = {"person": ada, "by": Actor.of_person(ada), "now": minute(3)}
    ways: dict[str, Callable[[], object]] = {
        "vacate": partial(roles.release, led, role=role(), vacate=True, reason="ill", **mine),
        "leave": partial(participants.leave, led, vacate=True, reason="ill", **mine),
        "deactivate": partial(deactivate_person, ada, by=SYSTEM, now=minute(3)),
        "resolve": partial(lifecycle.resolve, led, by=SYSTEM, now=minute(3)),
    }

    ways[how]()

    assert became(handoff) == ("cancelled", reason, "")
    code, _ = refused(answer, accept_handoff, handoff, bo, at=4)
    assert (code, facts(led).count("handoff_cancelled")) == ("handoff_cancelled", 1)


def test_after_a_reopening_an_old_handoff_is_stale(led: Incident, ada: Person, bo: Person):
    handoff = offer(led, ada, bo)
    lifecycle.resolve(led, by=SYSTEM, now=minute(3))
    lifecycle.reopen(led, by=SYSTEM, now=minute(4))

    for verb, who in ((accept_handoff, bo), (decline_handoff, bo), (cancel_handoff, ada)):
        assert refused(answer, verb, handoff, who, at=5) == ("stale_epoch", ada)


def test_a_handoff_to_whoever_is_deactivated_or_leaves_does_not_wait_for_them(
    led: Incident, ada: Person, bo: Person, cy: Person
):
    first = offer(led, ada, bo)
    deactivate_person(bo, by=SYSTEM, now=minute(3))
    second = offer(led, ada, cy, at=4)
    participants.leave(led, person=cy, reason="home", by=Actor.of_person(cy), now=minute(5))

    assert (became(first), became(second)) == (("cancelled", "deactivated", ""), ("declined", "", "home"))
    assert standing(led) == {"lead": "Ada accepted"}


def test_a_milder_severity_leaves_a_handoff_open(ada: Person, bo: Person):
    one = incident(service=service(rule("lead", named(ada), required_from_severity=2)), severity=2)
    does(roles.accept, one, ada)
    handoff = offer(one, ada, bo)
    lifecycle.edit(one, severity=4, by=SYSTEM, now=minute(3))

    answer(accept_handoff, handoff, bo, at=4)

    assert standing(one) == {"lead": "Bo accepted"}


# ── who may ──


def test_a_role_is_not_handed_to_oneself(led: Incident, ada: Person):
    assert refused(offer, led, ada, ada) == ("invalid", None)


def test_a_role_is_not_handed_to_who_is_deactivated(led: Incident, ada: Person, bo: Person):
    deactivate_person(bo, by=SYSTEM, now=minute(1))

    with pytest.raises(Refusal) as refusal:
        offer(led, ada, bo)
    assert (refusal.value.code, refusal.value.field) == ("person_deactivated", "to")


def test_only_who_accepted_a_role_hands_it_off(one: Incident, ada: Person, bo: Person, cy: Person):
    assert refused(offer, one, ada, bo) == ("not_accepted", ada)
    does(roles.accept, one, ada)

    assert refused(offer, one, cy, bo) == ("not_permitted", ada)
    call = partial(offer_handoff, one, role=role(), person=ada, to=bo, by=Actor.of_person(cy), now=minute(2))
    assert refused(call) == ("not_permitted", None)


def test_only_who_is_asked_answers_and_only_the_holder_takes_it_back(
    led: Incident, ada: Person, bo: Person, cy: Person
):
    handoff = offer(led, ada, bo)

    for verb, who in ((accept_handoff, cy), (decline_handoff, ada), (cancel_handoff, bo)):
        assert refused(answer, verb, handoff, who) == ("not_permitted", None)
    for_bo = partial(accept_handoff, handoff, person=bo, by=Actor.of_person(administrator()), now=minute(3))
    assert refused(for_bo) == ("not_permitted", None)


def test_a_seat_is_not_handed_to_who_sits_beside(ada: Person, bo: Person, cy: Person):
    one = incident(service=service(rule("scribe", FIRST_TO_JOIN, seats=2)))
    for who in (ada, bo):
        participants.join(one, person=who, by=Actor.of_person(who), now=minute(1))
    assert refused(offer, one, ada, bo, slug="scribe") == ("role_taken", bo)

    handoff = offer(one, ada, cy, slug="scribe")
    answer(accept_handoff, handoff, cy)

    assert standing(one) == {"scribe": "Cy accepted", "scribe 2": "Bo accepted"}


def test_in_a_resolved_incident_nothing_is_handed_off(led: Incident, ada: Person, bo: Person):
    lifecycle.resolve(led, by=SYSTEM, now=minute(2))

    assert refused(offer, led, ada, bo, at=3) == ("incident_resolved", None)


@pytest.mark.parametrize("text", ["x" * 2001, "a\0b"])
def test_a_note_that_does_not_fit_is_refused_where_it_stands(led: Incident, ada: Person, bo: Person, text: str):
    with pytest.raises(Refusal) as refusal:
        offer(led, ada, bo, note=HandoffNote(ruled_out=text))

    assert (refusal.value.code, refusal.value.field) == ("invalid", "note.ruled_out")
    assert not Handoff.objects.exists()


# ── cost ──


@pytest.mark.parametrize("others", [1, 3])
def test_handoffs_that_are_not_due_cost_one_query(django_assert_num_queries, ada: Person, bo: Person, others: int):
    checkout = service(rule("lead", named(ada)))
    for _ in range(others):
        one = incident(service=checkout)
        does(roles.accept, one, ada)
        offer(one, ada, bo)

    with django_assert_num_queries(1):
        assert expire_due_handoffs(now=minute(11)) == 0


def test_an_open_handoff_is_the_only_one_of_its_assignment(led: Incident, ada: Person, bo: Person, cy: Person):
    for to in (bo, cy):
        answer(cancel_handoff, offer(led, ada, to), ada)

    assert Handoff.objects.filter(assignment=Assignment.objects.get(ended_at=None)).count() == 2
