"""The door for whatever speaks PagerDuty's Events API, version 2."""

import json
import logging

import pytest
from django.core.cache import cache
from django.test import Client

from oncall.incidents.models import Delivery, Incident
from tests.api.hook_calls import LIMIT, post, problem_of, written
from tests.factories.access import integration
from tests.factories.incidents import on_call_in, rule, service
from tests.factories.rotations import person, schedule, weekly_rotation
from tests.payloads import payload, raw

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_deliveries_counted():
    cache.clear()


@pytest.fixture
def token():
    _, token = integration("pagerduty_events", name="Nagios")
    return token


def enqueue(token, body, end="", content_type="application/json"):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().post(f"/hooks/{token}/v2/enqueue{end}", body, content_type=content_type)


def processed(key):
    return {"status": "success", "message": "Event processed", "dedup_key": key}


@pytest.mark.parametrize("end", ["", "/"])
def test_an_event_declares_an_incident_with_its_lead_and_its_key_is_told(end):
    primary = schedule("payments-primary")
    weekly_rotation(primary, [person("Ada Okafor")])
    checkout = service(rule("lead", on_call_in(primary)), slug="checkout")
    _, token = integration("pagerduty_events", default_service=checkout)

    response = enqueue(token, raw("pagerduty_events_v2_trigger"), end)

    assert (response.status_code, response.json()) == (202, processed("disk-db-2"))
    incident = Incident.objects.get()
    assert (incident.title, incident.severity, incident.dedup_key) == ("Disk space low on db-2", 1, "disk-db-2")
    assert [one.person.name for one in incident.assignments.all()] == ["Ada Okafor"]


def test_what_is_triggered_again_attaches_and_what_is_resolved_ends(token):
    trigger = payload("pagerduty_events_v2_trigger")
    about = {"routing_key": "any", "dedup_key": "disk-db-2"}

    heard = [
        enqueue(token, body)
        for body in (trigger, trigger, {**about, "event_action": "acknowledge"}, {**about, "event_action": "resolve"})
    ]

    assert [(one.status_code, one.json()) for one in heard] == [(202, processed("disk-db-2"))] * 4
    incident = Incident.objects.get()
    assert (incident.status, incident.acknowledged_at is not None) == ("resolved", True)
    assert [*Delivery.objects.order_by("received_at", "pk").values_list("outcome", flat=True)].count("attached") == 1


def test_an_event_without_a_key_gets_one_that_resolves_it(token):
    body = payload("pagerduty_events_v2_trigger")
    del body["dedup_key"]

    first, second = enqueue(token, body).json()["dedup_key"], enqueue(token, body).json()["dedup_key"]
    enqueue(token, {"event_action": "resolve", "dedup_key": first})

    assert first != second
    assert {one.dedup_key: one.status for one in Incident.objects.all()} == {first: "resolved", second: "declared"}


def test_what_is_known_of_nothing_is_processed_and_does_nothing(token):
    response = enqueue(token, {"event_action": "resolve", "dedup_key": "never-heard-of"})

    assert (response.status_code, Incident.objects.count()) == (202, 0)


def test_the_routing_key_is_neither_stored_nor_logged(token, caplog):
    with caplog.at_level(logging.DEBUG):
        enqueue(token, raw("pagerduty_events_v2_trigger"))
        post(token, raw("pagerduty_events_v2_trigger"))

    kept = " ".join([*Delivery.objects.values_list("body", flat=True), caplog.text])
    assert Delivery.objects.count() == 2
    assert "R0UT1NGKEY" not in kept


@pytest.mark.parametrize(
    ("body", "content_type", "problem"),
    [
        (b"{", "application/json", (400, "invalid")),
        (b"[]", "application/json", (400, "unsupported_payload")),
        (b'{"event_action": "escalate"}', "application/json", (400, "invalid")),
        (b"event_action=trigger", "application/x-www-form-urlencoded", (415, "unsupported_media_type")),
        (b" " * (LIMIT + 1), "application/json", (413, "too_large")),
    ],
)
def test_what_cannot_be_read_is_refused_and_not_stored(token, body, content_type, problem):
    before = written()

    assert problem_of(enqueue(token, body, content_type=content_type)) == problem
    assert written() == before


@pytest.mark.parametrize("kind", ["alertmanager", "pagerduty", "oncall"])
def test_other_senders_have_an_address_of_their_own(kind):
    _, token = integration(kind, name=kind)
    bodies = {
        "alertmanager": raw("alertmanager_v4_firing"),
        "pagerduty": raw("pagerduty_v3_triggered"),
        "oncall": b'{"title": "Slow"}',
    }

    assert problem_of(enqueue(token, bodies[kind])) == (400, "unsupported_payload")
    assert written() == {}


def test_nobody_else_is_heard(token):
    assert problem_of(enqueue("wrong", raw("pagerduty_events_v2_trigger"))) == (401, "invalid_token")
    response = Client().get(f"/hooks/{token}/v2/enqueue")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
