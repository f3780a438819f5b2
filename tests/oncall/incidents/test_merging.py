"""Two incidents turn out to be one: case 36."""

from functools import partial
from typing import Any

import pytest

from oncall.incidents.intake import Action, Signal
from oncall.incidents.models import Incident, Integration, Participant, TimelineEntry
from oncall.incidents.services import lifecycle, participants, roles
from oncall.incidents.services.bringing_in import ask_person
from oncall.incidents.services.declaring import declare
from oncall.incidents.services.deliveries import receive
from oncall.incidents.services.handoffs import offer_handoff
from oncall.incidents.services.merging import merge
from rotations.actors import Actor
from rotations.errors import Refusal
from rotations.models import Person
from tests.factories.access import integration
from tests.factories.incidents import FIRST_TO_JOIN, incident, named, role, rule, service
from tests.factories.rotations import person
from tests.oncall.incidents.answering import refused
from tests.oncall.incidents.pictures import facts, ledger, minute, present, standing

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()


@pytest.fixture
def pair(ada: Person, bo: Person, cy: Person) -> tuple[Incident, Incident]:
    """Of two incidents, Ada leads the first and Bo the second, which Cy watches."""
    both = []
    for who, slug in ((ada, "checkout"), (bo, "search")):
        one = incident(slug, service=service(rule("lead", named(who)), slug=slug))
        roles.accept(one, role=role(), person=who, by=Actor.of_person(who), now=minute(1))
        both.append(one)
    first, second = both
    participants.join(second, person=cy, kind="observer", by=Actor.of_person(cy), now=minute(1))
    return first, second


def fold(second: Incident, first: Incident, *, at: float = 5) -> Incident:
    return merge(second, into=first, by=SYSTEM, now=minute(at))


def closed(one: Incident) -> tuple[str, int | None]:
    row = Incident.objects.get(pk=one.pk)
    return row.status, row.merged_into_id


def test_roles_end_as_merged_and_the_target_keeps_its_lead(pair: tuple[Incident, Incident]):
    first, second = pair

    fold(second, first)

    assert (closed(second), closed(first)) == (("resolved", first.pk), ("declared", None))
    assert (ledger(second), ledger(first)) == (["Bo 0-5 merged"], ["Ada 0- accepted"])
    assert (standing(second), standing(first)) == ({}, {"lead": "Ada accepted"})


def test_whoever_takes_part_takes_part_in_the_target_and_both_timelines_say_so(pair: tuple[Incident, Incident]):
    first, second = pair

    fold(second, first)

    assert present(first) == {"Ada": "responder", "Bo": "responder", "Cy": "observer"}
    last = [TimelineEntry.objects.filter(incident=one).latest("id") for one in (second, first)]
    assert [(entry.kind, entry.text) for entry in last] == [
        ("merged", f"Oncall merged this incident into #{first.pk} checkout"),
        ("merged_in", f"Oncall merged #{second.pk} search into this incident"),
    ]


def test_whoever_left_the_target_stays_away(pair: tuple[Incident, Incident], cy: Person):
    first, second = pair
    by: dict[str, Any] = {"person": cy, "by": Actor.of_person(cy)}
    participants.join(first, **by, now=minute(2))
    participants.leave(first, **by, now=minute(3))

    fold(second, first)

    assert present(first) == {"Ada": "responder", "Cy": "left", "Bo": "responder"}


def test_whoever_comes_along_is_asked_for_what_nobody_does_in_the_target(pair: tuple[Incident, Incident]):
    _, second = pair
    empty = incident("empty", service=service(rule("scribe", FIRST_TO_JOIN), slug="empty"))

    fold(second, empty)

    assert standing(empty) == {"scribe": "Bo offered"}


def test_a_handoff_that_waits_is_cancelled(pair: tuple[Incident, Incident], bo: Person, cy: Person):
    first, second = pair
    handoff = offer_handoff(second, role=role(), person=bo, to=cy, by=Actor.of_person(bo), now=minute(2))

    fold(second, first)

    handoff.refresh_from_db()
    assert (handoff.state, handoff.reason) == ("cancelled", "merged")


def test_merging_twice_is_harmless_and_what_was_merged_stays_where_it_ended(pair: tuple[Incident, Incident]):
    first, second = pair
    third = incident("third")
    fold(second, first)
    before = facts(first)

    fold(second, first, at=6)

    assert facts(first) == before
    assert refused(fold, second, third) == ("merged", None)
    assert refused(fold, third, second) == ("merged", None)
    assert refused(lifecycle.reopen, second, by=SYSTEM, now=minute(7)) == ("merged", None)


def test_what_is_resolved_or_itself_or_a_drill_is_not_merged(pair: tuple[Incident, Incident]):
    first, second = pair
    over, drill = incident("over"), incident("drill", is_drill=True)
    lifecycle.resolve(over, by=SYSTEM, now=minute(2))

    codes = [refused(fold, *two)[0] for two in ((first, first), (over, first), (first, over), (second, drill))]

    assert codes == ["invalid", "incident_resolved", "incident_resolved", "invalid"]


@pytest.mark.parametrize("name", ["Cy, who watches", "Dee"])
def test_whoever_is_asked_to_help_is_asked_to_help_in_the_target_and_its_timeline_says_so(
    pair: tuple[Incident, Incident], cy: Person, name: str
):
    first, second = pair
    somebody = person("Dee") if name == "Dee" else cy
    ask_person(second, person=somebody, reason="It is down", by=SYSTEM, now=minute(3))

    fold(second, first)

    asked = Participant.objects.filter(asked_at__isnull=False)
    assert list(asked.values_list("incident", "person", "asked_because")) == [
        (first.pk, somebody.pk, "asked by Oncall: It is down")
    ]
    assert TimelineEntry.objects.filter(incident=first).latest("id").data["asked"] == [somebody.pk]


# ── what comes in later ──


def send(action: Action, *, at: float) -> tuple[str, int]:
    """Let the pager send a signal of its one key; return the outcome and the incident."""
    pager = Integration.objects.filter(slug="pager").first() or integration(slug="pager", name="Pager")[0]
    signal = Signal(action=action, dedup_key="k", title="Search is slow", sent_at=minute(at))
    answer = receive(pager, signal=signal, body="{}", now=minute(at))
    return answer.outcome, answer.incident or 0


def test_later_signals_of_its_source_land_on_the_target_and_do_not_decide_for_it(pair: tuple[Incident, Incident]):
    first, _ = pair
    outcome, number = send(Action.TRIGGER, at=2)
    paged = Incident.objects.get(pk=number)
    fold(paged, first)

    later = (Action.TRIGGER, Action.ACKNOWLEDGE, Action.UPDATE, Action.RESOLVE, Action.TRIGGER)
    answers = [send(action, at=6 + place) for place, action in enumerate(later)]

    assert (outcome, answers) == ("declared", [("attached", first.pk)] * 5)
    assert (closed(first), Incident.objects.count()) == (("declared", None), 3)
    assert facts(first).count("signal") == 3


def test_a_signal_after_the_end_of_the_target_reopens_that(pair: tuple[Incident, Incident]):
    first, _ = pair
    _, number = send(Action.TRIGGER, at=2)
    fold(Incident.objects.get(pk=number), first)
    lifecycle.resolve(first, by=SYSTEM, now=minute(6))

    assert send(Action.TRIGGER, at=7) == ("reopened", first.pk)
    assert closed(Incident.objects.get(pk=number)) == ("resolved", first.pk)


def test_what_is_declared_with_the_key_of_a_merged_incident_attaches_to_where_it_ended(pair: tuple[Incident, Incident]):
    first, second = pair
    call = partial(declare, title="x", source="pager", dedup_key="k", by=SYSTEM)
    keyed = call(now=minute(2)).incident
    fold(keyed, second, at=3)
    fold(second, first, at=4)

    attached = call(now=minute(5))
    lifecycle.resolve(first, by=SYSTEM, now=minute(6))
    anew = call(now=minute(7))

    assert (attached.created, attached.incident) == (False, first)
    assert (anew.created, anew.incident.merged_into_id) == (True, None)


def test_a_refusal_says_where_to_go_on(pair: tuple[Incident, Incident]):
    first, second = pair
    fold(second, first)

    with pytest.raises(Refusal) as refusal:
        lifecycle.reopen(second, by=SYSTEM, now=minute(6))

    assert refusal.value.extra == {"into": first.pk}
