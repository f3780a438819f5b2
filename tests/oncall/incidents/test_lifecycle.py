"""An incident runs its course: cases 33, 34 and 38; of severities more in test_severity."""

from datetime import timedelta
from typing import Any

import pytest

from oncall.incidents.models import Incident
from oncall.incidents.queries import holder_of
from oncall.incidents.services import lifecycle, notes, participants, roles
from rotations.actors import Actor
from rotations.errors import Conflict, Invalid
from tests.factories.incidents import FIRST_TO_JOIN, NIGHT, incident, named, on_call_in, role, rule, service
from tests.factories.rotations import administrator, person, schedule, weekly_rotation
from tests.oncall.incidents.pictures import facts, ledger, minute, standing, standing_at

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()


def test_an_incident_is_acknowledged_mitigated_and_resolved_each_once():
    one = incident()

    for at, verb in ((1, lifecycle.acknowledge), (3, lifecycle.mitigate), (5, lifecycle.resolve)):
        verb(one, by=SYSTEM, now=minute(at))
        verb(one, by=SYSTEM, now=minute(at + 1))

    one.refresh_from_db()
    assert (one.status, one.acknowledged_at, one.mitigated_at, one.resolved_at) == (
        "resolved",
        minute(1),
        minute(3),
        minute(5),
    )
    assert facts(one) == ["declared", "vacant", "acknowledged", "mitigated", "resolved"]


def test_a_late_acknowledgement_takes_nothing_back():
    one = lifecycle.mitigate(incident(), by=SYSTEM, now=minute(1))

    assert lifecycle.acknowledge(one, by=SYSTEM, now=minute(2)).status == "mitigated"


def test_resolving_ends_what_is_open_at_that_instant():
    ada = person("Ada")
    one = incident(service=service(rule("lead", named(ada)), rule("scribe", FIRST_TO_JOIN)))

    lifecycle.resolve(one, by=SYSTEM, now=minute(7))

    assert (ledger(one), ledger(one, "scribe"), standing(one)) == (
        ["Ada 0-7 resolved"],
        ["vacant 0-7 waiting_for_first_to_join"],
        {},
    )
    assert roles.expire_due_offers(now=minute(60)) == 0


def test_what_is_resolved_refuses_what_needs_it_open():
    ada = person("Ada")
    one = incident(by=ada)
    lifecycle.resolve(one, by=SYSTEM, now=minute(1))
    later: dict[str, Any] = {"by": Actor.of_person(ada), "now": minute(2)}

    codes = []
    for call in (
        lambda: lifecycle.acknowledge(one, **later),
        lambda: lifecycle.mitigate(one, **later),
        lambda: lifecycle.edit(one, title="x", **later),
        lambda: roles.accept(one, role=role(), person=ada, **later),
        lambda: roles.decline(one, role=role(), person=ada, **later),
        lambda: roles.take(one, role=role(), person=ada, **later),
        lambda: roles.assign(one, role=role(), person=person("Bo"), **later),
        lambda: roles.release(one, role=role(), person=ada, **later),
        lambda: participants.leave(one, person=ada, **later),
    ):
        with pytest.raises(Conflict) as refusal:
            call()
        codes.append(refusal.value.code)

    assert codes == ["incident_resolved"] * 9
    assert facts(one) == ["declared", "accepted", "resolved"]


def test_a_worse_severity_offers_what_it_newly_requires_and_the_lead_stays():
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    primary = schedule()
    weekly_rotation(primary, [ada])
    one = incident(
        service=service(rule("lead", on_call_in(primary)), rule("scribe", named(bo), required_from_severity=1))
    )
    participants.join(one, person=cy, by=Actor.of_person(cy), now=NIGHT)
    roles.take(one, role=role(), person=cy, by=Actor.of_person(cy), now=minute(1))

    lifecycle.edit(one, severity=1, by=SYSTEM, now=minute(2))

    assert standing(one) == {"lead": "Cy accepted", "scribe": "Bo offered"}
    assert facts(one, after=4) == ["severity_changed", "offered", "suggestion"]


def test_a_milder_severity_removes_nobody_and_lets_holders_go():
    ada, bo = person("Ada"), person("Bo")
    checkout = service(
        rule("lead", named(ada)),
        rule("scribe", named(bo), required_from_severity=2),
        rule("driver", FIRST_TO_JOIN, required_from_severity=2),
    )
    one = incident(service=checkout, severity=1)
    roles.accept(one, role=role("scribe"), person=bo, by=Actor.of_person(bo), now=minute(1))

    lifecycle.edit(one, severity=3, by=SYSTEM, now=minute(2))
    assert standing(one) == {"lead": "Ada offered", "scribe": "Bo accepted"}
    assert facts(one)[-2:] == ["severity_changed", "may_release"]
    assert ledger(one, "driver") == ["vacant 0-2 waiting_for_first_to_join"]
    changed = {"before": 1, "after": 3, "no_longer_required": ["driver"]}
    assert one.timeline.get(kind="severity_changed").data == changed
    roles.release(one, role=role("scribe"), person=bo, by=Actor.of_person(bo), now=minute(3))

    assert standing(one) == {"lead": "Ada offered"}


def test_an_unanswered_offer_of_a_role_no_longer_required_is_not_passed_on():
    ada, bo = person("Ada"), person("Bo")
    one = incident(service=service(rule("scribe", named(ada), named(bo), required_from_severity=1)), severity=1)
    lifecycle.edit(one, severity=2, by=SYSTEM, now=minute(1))

    roles.expire_due_offers(now=minute(5))

    assert ledger(one, "scribe") == ["Ada 0-5 expired"]


def test_the_title_is_edited_and_the_same_again_is_no_fact():
    one = incident("Checkout 5xx")

    lifecycle.edit(one, title=" Checkout down ", severity=3, by=SYSTEM, now=minute(1))
    edited = lifecycle.edit(one, title="Checkout down", by=SYSTEM, now=minute(2))

    assert (edited.title, facts(one)) == ("Checkout down", ["declared", "vacant", "title_changed"])


@pytest.mark.parametrize("fields", [{"title": ""}, {"severity": 9}])
def test_an_edit_that_does_not_fit_is_refused(fields: dict[str, Any]):
    with pytest.raises(Invalid):
        lifecycle.edit(incident(), **fields, by=SYSTEM, now=minute(1))


@pytest.mark.parametrize(
    ("hours_later", "lead"),
    [(4, "Bo offered"), (4.1, "Ada offered")],
    ids=["within four hours", "later"],
)
def test_reopening_offers_every_required_role_anew_the_previous_holder_first(hours_later: float, lead: str):
    ada, bo = person("Ada"), person("Bo")
    one = incident(service=service(rule("lead", named(ada)), rule("scribe", FIRST_TO_JOIN)))
    participants.join(one, person=bo, by=Actor.of_person(bo), now=NIGHT)
    roles.take(one, role=role(), person=bo, by=Actor.of_person(bo), now=minute(1))
    lifecycle.acknowledge(one, by=SYSTEM, now=minute(1))
    lifecycle.mitigate(one, by=SYSTEM, now=minute(1))
    lifecycle.resolve(one, by=SYSTEM, now=minute(2))
    before = ledger(one)

    reopened = lifecycle.reopen(one, by=SYSTEM, now=minute(2) + timedelta(hours=hours_later))

    assert (reopened.status, reopened.epoch) == ("declared", 2)
    assert (reopened.acknowledged_at, reopened.mitigated_at, reopened.resolved_at) == (None, None, None)
    assert standing(one) == {"lead": lead, "scribe": "Bo offered"}
    assert ledger(one)[: len(before)] == before


def test_reopening_what_is_open_changes_nothing():
    one = incident()

    assert lifecycle.reopen(one, by=SYSTEM, now=minute(1)).epoch == 1
    assert facts(one) == ["declared", "vacant"]


def test_an_incident_whose_key_lives_on_in_another_is_not_reopened():
    first = incident(source="pager", dedup_key="k")
    lifecycle.resolve(first, by=SYSTEM, now=minute(1))
    second = incident(source="pager", dedup_key="k", now=minute(2))

    with pytest.raises(Conflict) as refusal:
        lifecycle.reopen(first, by=SYSTEM, now=minute(3))

    assert (refusal.value.code, refusal.value.extra) == ("dedup_key_taken", {"incident": second.number})
    assert Incident.objects.get(pk=first.pk).epoch == 1


def test_who_held_the_role_at_an_instant_is_half_open():
    ada, root = person("Ada"), administrator()
    one = incident(by=ada)
    at_0312 = minute(12)
    roles.take(one, role=role(), person=root, force=True, reason="Ada is ill", by=Actor.of_person(root), now=at_0312)
    instants = (NIGHT - timedelta(microseconds=1), NIGHT, at_0312 - timedelta(microseconds=1), at_0312, minute(999))

    assert [holder_of(one, role(), at) for at in instants] == [None, ada, ada, root, root]
    assert [standing_at(one, at) for at in instants] == [
        {},
        {"lead": "Ada accepted"},
        {"lead": "Ada accepted"},
        {"lead": "Root accepted"},
        {"lead": "Root accepted"},
    ]


def test_the_states_of_the_past_are_told_as_they_were():
    ada, bo = person("Ada"), person("Bo")
    one = incident(service=service(rule("lead", named(ada), named(bo))))
    roles.expire_due_offers(now=minute(6))
    roles.expire_due_offers(now=minute(11))
    roles.accept(one, role=role(), person=bo, by=Actor.of_person(bo), now=minute(20))
    lifecycle.resolve(one, by=SYSTEM, now=minute(30))

    assert [standing_at(one, minute(at)).get("lead") for at in (0, 5.5, 6, 12, 20, 30)] == [
        "Ada offered",
        "Ada offered",
        "Bo offered",
        "Bo acting",
        "Bo accepted",
        None,
    ]


def test_an_offer_accepted_after_its_deadline_was_an_offer_until_then():
    ada = person("Ada")
    one = incident(service=service(rule("lead", named(ada))))
    roles.accept(one, role=role(), person=ada, by=Actor.of_person(ada), now=minute(7))

    assert [standing_at(one, minute(at)) for at in (6, 7)] == [{"lead": "Ada offered"}, {"lead": "Ada accepted"}]


def test_notes_and_findings_are_kept_with_their_author_also_after_the_end():
    ada = person("Ada")
    one = incident()
    lifecycle.resolve(one, by=SYSTEM, now=minute(1))

    entry = notes.add_note(one, text=" Pool exhausted ", kind="finding", by=Actor.of_person(ada), now=minute(2))

    assert (entry.pk is not None, entry.kind, entry.text, entry.actor_name, entry.at) == (
        True,
        "finding",
        "Pool exhausted",
        "Ada",
        minute(2),
    )


@pytest.mark.parametrize("fields", [{"text": " "}, {"text": "x", "kind": "rumour"}, {"text": "x" * 10_001}])
def test_a_note_that_does_not_fit_is_refused(fields: dict[str, Any]):
    with pytest.raises(Invalid):
        notes.add_note(incident(), **fields, by=SYSTEM, now=minute(1))
