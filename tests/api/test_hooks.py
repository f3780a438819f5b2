"""The door for senders, row by row of the contract."""

import json
from threading import Barrier, Thread

import pytest
from django.core.cache import cache
from django.db import connections, transaction

from oncall.incidents.intake import signature_of
from oncall.incidents.models import Assignment, Delivery, Incident, Service, SignalKey, TimelineEntry
from oncall.incidents.services.integrations import edit_integration
from rotations.actors import Actor
from tests.api.hook_calls import SECRET, answer_of, post, problem_of, written
from tests.factories.access import integration
from tests.factories.incidents import NIGHT, on_call_in, rule, service
from tests.factories.rotations import person, schedule, weekly_rotation
from tests.payloads import payload, raw
from tests.write_guard import arranging

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_deliveries_counted():
    cache.clear()


# ── Alertmanager ──


def test_alertmanager_declares_once_however_often_it_sends_and_resolves():
    _, token = integration("alertmanager", name="Alertmanager")
    service(slug="checkout")

    answers = [
        post(token, raw(f"alertmanager_v4_{name}"))
        for name in ("firing", "firing", "repeat", "partly_resolved", "resolved", "firing", "resolved")
    ]

    number = Incident.objects.get().number
    assert [answer_of(answer) for answer in answers] == [
        (201, "declared", number),
        (201, "declared", number),
        (201, "declared", number),
        (200, "attached", number),
        (200, "resolved", number),
        (201, "declared", number),
        (200, "resolved", number),
    ]
    assert Delivery.objects.count() == 3
    incident = Incident.objects.get()
    assert (incident.title, incident.severity, incident.service.slug, incident.status) == (
        "HighErrorRate: 5xx above 5%",
        1,
        "checkout",
        "resolved",
    )


def test_the_lead_is_whoever_is_on_call():
    ada, primary = person("Ada"), schedule("primary")
    weekly_rotation(primary, [ada])
    service(rule("lead", on_call_in(primary)), slug="checkout")
    _, token = integration("alertmanager")

    post(token, raw("alertmanager_v4_firing"))

    assert Assignment.objects.get().person == ada


def test_a_resolve_that_overtakes_its_trigger_opens_nothing():
    _, token = integration("alertmanager")

    answers = [post(token, raw(f"alertmanager_v4_{name}")) for name in ("resolved", "firing", "repeat")]

    assert [answer_of(answer) for answer in answers] == [(200, "ignored", None), *[(200, "stale", None)] * 2]
    assert not Incident.objects.exists()


def test_a_new_occurrence_after_the_resolution_reopens():
    _, token = integration("alertmanager")
    post(token, raw("alertmanager_v4_firing"))
    post(token, raw("alertmanager_v4_resolved"))
    again = payload("alertmanager_v4_firing")
    again["alerts"][0]["startsAt"] = "2026-11-20T04:30:00Z"

    answer = post(token, again)

    assert answer_of(answer) == (200, "reopened", Incident.objects.get().number)


def test_an_unknown_service_opens_on_the_default_service_marked_so():
    general = Service.objects.get(is_default=True)
    _, token = integration("alertmanager", default_service=general)

    answer = post(token, raw("alertmanager_v4_firing"))

    assert answer_of(answer)[:2] == (201, "declared")
    assert Incident.objects.get().service == general
    assert "No service is called 'checkout'" in TimelineEntry.objects.get(kind="signal").text


# ── PagerDuty ──


def pagerduty(token, name, *, delivery, secret=SECRET, body=None):
    body = body or raw(f"pagerduty_v3_{name}")
    return post(token, body, X_PagerDuty_Signature=signature_of(body, secret=secret), X_Webhook_Id=delivery)


def test_a_pagerduty_incident_from_trigger_to_resolution():
    ada = person("Ada Okafor", external_ids={"pagerduty": "PUSER01"})
    service(slug="checkout", name="Checkout")
    _, token = integration("pagerduty", name="PagerDuty", signing_secret=SECRET)

    answers = [
        pagerduty(token, name, delivery=f"d-{position}")
        for position, name in enumerate(("triggered", "acknowledged", "priority_updated", "resolved"))
    ]

    incident = Incident.objects.get()
    assert [answer_of(answer) for answer in answers] == [
        (201, "declared", incident.number),
        (200, "acknowledged", incident.number),
        (200, "updated", incident.number),
        (200, "resolved", incident.number),
    ]
    assert (incident.severity, incident.service.slug, incident.status) == (3, "checkout", "resolved")
    assert incident.declared_by_name == f"{ada.name} via PagerDuty"


def test_a_retry_with_the_same_delivery_gives_the_same_answer_to_the_letter():
    _, token = integration("pagerduty", signing_secret=SECRET)

    first, again = (pagerduty(token, "triggered", delivery="d-1") for _ in range(2))

    assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
    assert Incident.objects.count() == Delivery.objects.count() == 1


@pytest.mark.parametrize("position", [0, 700, -1])
def test_one_byte_changed_is_a_bad_signature(position):
    _, token = integration("pagerduty", signing_secret=SECRET)
    body = bytearray(raw("pagerduty_v3_triggered"))
    signature = signature_of(bytes(body), secret=SECRET)
    body[position] ^= 1

    response = post(token, bytes(body), X_PagerDuty_Signature=signature)

    assert problem_of(response) == (401, "bad_signature")
    assert written() == {}


@pytest.mark.parametrize("headers", [{}, {"X_PagerDuty_Signature": ""}, {"X_PagerDuty_Signature": "v1=00"}])
def test_an_unsigned_delivery_is_refused_where_a_secret_is_set(headers):
    _, token = integration("pagerduty", signing_secret=SECRET)

    assert problem_of(post(token, raw("pagerduty_v3_triggered"), **headers)) == (401, "bad_signature")
    assert written() == {}


def test_while_a_secret_is_rotated_any_signature_may_match():
    _, token = integration("pagerduty", signing_secret=SECRET)
    body = raw("pagerduty_v3_triggered")
    both = f"{signature_of(body, secret='new')},{signature_of(body, secret=SECRET)}"

    assert answer_of(post(token, body, X_PagerDuty_Signature=both))[:2] == (201, "declared")


def test_a_secret_that_was_changed_counts_at_once():
    row, token = integration("pagerduty", signing_secret=SECRET)
    edit_integration(row, signing_secret="new", by=Actor.system(), now=NIGHT)

    assert problem_of(pagerduty(token, "triggered", delivery="d-1")) == (401, "bad_signature")
    assert pagerduty(token, "triggered", delivery="d-1", secret="new").status_code == 201


@pytest.mark.parametrize("kind", ["pagey.ping", "service.updated", "incident.something_new"])
def test_what_means_nothing_is_answered_with_200(kind):
    _, token = integration("pagerduty", signing_secret=SECRET)
    body = json.dumps({"event": {"id": "01EX", "event_type": kind, "data": {"type": "other"}}}).encode()

    answer = pagerduty(token, "", delivery="d-1", body=body)

    assert answer_of(answer) == (200, "ignored", None)
    assert written() == {"Delivery": 1}


# ── Our own body ──


def test_our_own_body_needs_a_title_and_nothing_else():
    _, token = integration()

    answer = post(token, {"title": "Checkout 5xx"})

    assert answer_of(answer) == (201, "declared", Incident.objects.get().number)


def test_an_idempotency_key_makes_a_retry_the_same_delivery():
    _, token = integration()

    first, again = (post(token, {"title": "Checkout 5xx"}, Idempotency_Key="k-1") for _ in range(2))

    assert first.content == again.content
    assert Incident.objects.count() == 1


def test_our_own_body_may_be_signed_too():
    _, token = integration(signing_secret=SECRET)
    body = b'{"title": "Checkout 5xx"}'

    assert problem_of(post(token, body)) == (401, "bad_signature")
    assert post(token, body, X_Oncall_Signature=signature_of(body, secret=SECRET)).status_code == 201


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["alertmanager", "pagerduty", "oncall"])
def test_many_deliveries_at_once_declare_one_incident(kind):
    _, token = integration(kind)
    together = Barrier(12)
    answers = []

    def send(number):
        try:
            together.wait()
            if kind == "alertmanager":
                answers.append(post(token, raw("alertmanager_v4_firing")))
            elif kind == "pagerduty":
                answers.append(post(token, raw("pagerduty_v3_triggered"), X_Webhook_Id=f"d-{number % 4}"))
            else:
                answers.append(post(token, {"title": "Slow", "dedup_key": "k", "occurred_at": "2026-11-20T03:00:00Z"}))
        finally:
            connections.close_all()

    threads = [Thread(target=send, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    number = Incident.objects.get().number
    deliveries = {"alertmanager": 1, "pagerduty": 4, "oncall": 12}[kind]
    assert Delivery.objects.count() == deliveries
    assert list(Delivery.objects.exclude(outcome="attached").values_list("outcome", flat=True)) == ["declared"]
    assert {answer_of(answer)[2] for answer in answers} == {number}
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len(answers) == 12


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_trigger_and_its_resolve_at_once_leave_nothing_open():
    _, token = integration("alertmanager")
    for round_ in range(5):
        together = Barrier(2)
        bodies = [payload(f"alertmanager_v4_{name}") | {"groupKey": f"{round_}"} for name in ("firing", "resolved")]
        statuses: list[int] = []

        def send(body, together=together, statuses=statuses):
            try:
                together.wait()
                statuses.append(post(token, body).status_code)
            finally:
                connections.close_all()

        threads = [Thread(target=send, args=(body,)) for body in bodies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(statuses) in ([200, 200], [200, 201])
        assert not Incident.objects.filter(resolved_at=None).exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_signal_waits_for_another_of_its_key_and_then_sees_what_it_did():
    _, token = integration("alertmanager")
    post(token, raw("alertmanager_v4_firing"))
    answers: list[str] = []

    def send():
        try:
            answers.append(post(token, raw("alertmanager_v4_partly_resolved")).json()["outcome"])
        finally:
            connections.close_all()

    late = Thread(target=send)
    with transaction.atomic():
        key = SignalKey.objects.select_for_update().get()
        late.start()
        late.join(timeout=1)
        assert late.is_alive()
        with arranging():
            SignalKey.objects.filter(pk=key.pk).update(last_action="resolve", last_at=NIGHT.replace(hour=4))
    late.join()

    assert answers == ["stale"]
