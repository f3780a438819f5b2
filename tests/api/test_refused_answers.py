"""What is refused around the roles of an incident: a stable code, who holds the role now, and nothing written."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from oncall.incidents.models import Incident
from oncall.incidents.services import handoffs, lifecycle, roles
from rotations.actors import Actor
from rotations.services.people import deactivate_person
from tests.admin_forms import stored
from tests.api.callers import Heard, person_calling, problem, service_calling
from tests.factories.incidents import NIGHT, incident, named, role, rule, service

SYSTEM = Actor.system()


@pytest.fixture
def one(company) -> Incident:
    """An incident of the payments team whose lead is offered to Ada for five minutes, then to Bo."""
    return incident(service=service(rule("lead", named(company.ada), named(company.bo)), team=company.payments))


def told(call: Callable[[], Heard]) -> tuple[int, str, str | None]:
    """Return the status, the code and the holder whom a refusal names; nothing was written."""

    def rows() -> dict[str, Any]:
        return {label: row for label, row in stored().items() if label.startswith("incidents.")}

    before = rows()
    heard = call()
    assert rows() == before
    problem(heard)
    return heard.status, heard.body["code"], (heard.body.get("holder") or {}).get("name")


def test_a_late_acceptance_hears_who_was_asked_instead(company, one):
    roles.expire_due_offers(now=NIGHT + timedelta(minutes=5))
    ada = person_calling(company.ada)

    acts = [partial(ada.post, f"incidents/{one.number}/roles/lead/{act}/") for act in ("accept", "decline")]
    answers = [told(act) for act in acts]

    assert answers == [(409, "offer_expired", "Bo Lind")] * 2


def test_an_answer_to_an_old_epoch_is_stale(company, one):
    roles.decline(one, role=role(), person=company.ada, by=Actor.of_person(company.ada), now=NIGHT)
    for step in (lifecycle.resolve, lifecycle.reopen):
        step(one, by=SYSTEM, now=NIGHT)
    ada = person_calling(company.ada)

    assert told(lambda: ada.post(f"incidents/{one.number}/roles/lead/accept/")) == (409, "stale_epoch", "Bo Lind")


def test_whoever_answered_before_hears_who_holds_it(company, one):
    roles.take(one, role=role(), person=company.ada, by=Actor.of_person(company.ada), now=NIGHT)
    bo = person_calling(company.bo)

    assert told(lambda: bo.post(f"incidents/{one.number}/roles/lead/accept/")) == (409, "not_offered", "Ada Okafor")
    assert told(lambda: bo.post(f"incidents/{one.number}/roles/lead/take/")) == (409, "role_taken", "Ada Okafor")
    ada = person_calling(company.ada)
    assert told(lambda: ada.post(f"incidents/{one.number}/roles/lead/decline/")) == (
        409,
        "already_answered",
        "Ada Okafor",
    )


def test_a_handoff_to_oneself_is_invalid_and_an_old_one_is_stale(company, one):
    by = Actor.of_person(company.ada)
    roles.accept(one, role=role(), person=company.ada, by=by, now=NIGHT)
    handoff = handoffs.offer_handoff(one, role=role(), person=company.ada, to=company.bo, by=by, now=NIGHT)
    ada, bo = person_calling(company.ada), person_calling(company.bo)
    path = f"incidents/{one.number}/roles/lead/handoffs/"

    assert told(lambda: ada.post(path, {"to": company.ada.pk})) == (400, "invalid", None)
    assert told(lambda: bo.post(path, {"to": company.mia.pk})) == (403, "not_permitted", "Ada Okafor")
    for step in (lifecycle.resolve, lifecycle.reopen):
        step(one, by=SYSTEM, now=NIGHT)
    assert told(lambda: bo.post(f"handoffs/{handoff.pk}/accept/")) == (409, "stale_epoch", "Ada Okafor")


@pytest.mark.parametrize(
    ("path", "body", "answer"),
    [
        ("roles/lead/accept/", {}, (400, "person_required", None)),
        ("roles/lead/release/", {}, (400, "person_required", None)),
        ("roles/lead/handoffs/", {"to": "bo@example.test"}, (400, "person_required", None)),
        ("roles/lead/accept/", {"person": 10**6}, (400, "unknown_person", None)),
        ("roles/lead/take/", {"person": "nobody@example.test"}, (400, "unknown_person", None)),
        ("roles/lead/assign/", {"person": 10**6}, (400, "unknown_person", None)),
        ("roles/lead/assign/", {"person": "otto@example.test"}, (400, "person_deactivated", None)),
        ("roles/pilot/assign/", {"person": "bo@example.test"}, (404, "not_found", None)),
        ("roles/pilot/handoffs/", {"to": "bo@example.test"}, (404, "not_found", None)),
        ("merge/", {"into": 10**6}, (400, "unknown_incident", None)),
        ("join/", {"person": "bo@example.test", "kind": "boss"}, (400, "invalid", None)),
    ],
)
def test_what_a_service_may_not_say(company, one, path, body, answer):
    deactivate_person(company.otto, by=SYSTEM, now=NIGHT)
    relay = service_calling("incidents")

    assert told(lambda: relay.post(f"incidents/{one.number}/{path}", body)) == answer


def test_a_correction_of_what_has_changed_since_is_stale(company, one):
    mia = person_calling(company.mia)
    read = mia.get(f"incidents/{one.number}/").headers["ETag"]
    lifecycle.edit(one, severity=1, by=SYSTEM, now=NIGHT)

    stale = told(lambda: mia.patch(f"incidents/{one.number}/", {"title": "Cards fail"}, If_Match=read))

    assert stale == (412, "stale_version", None)


@pytest.mark.parametrize("path", ["", "timeline/", "roles/", "roles/lead/explain/", "roles/lead/handoffs/"])
def test_of_an_incident_that_is_not_there_nothing_is_read(company, one, path):
    mia = person_calling(company.mia)

    assert told(lambda: mia.get(f"incidents/{one.number + 1}/{path}")) == (404, "not_found", None)
