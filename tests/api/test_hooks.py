"""The door for senders, row by row of the contract."""

import json
from io import BytesIO
from threading import Barrier, Thread

import pytest
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIRequest
from django.db import OperationalError, connection, connections, transaction
from django.test import Client

from api.hooks import hook
from oncall.incidents.intake import signature_of
from oncall.incidents.models import Assignment, Delivery, Incident, Service, SignalKey, TimelineEntry
from oncall.incidents.services.integrations import edit_integration, revoke_integration, rotate_integration
from rotations.actors import Actor
from tests.factories.access import integration
from tests.factories.incidents import NIGHT, on_call_in, rule, service
from tests.factories.rotations import person, schedule, weekly_rotation
from tests.payloads import payload, raw
from tests.write_guard import arranging

pytestmark = pytest.mark.django_db

SECRET = "s3cret"
LIMIT = 512 * 1024


@pytest.fixture(autouse=True)
def _no_deliveries_counted():
    cache.clear()


def post(token, body, content_type="application/json", **headers):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client().post(f"/hooks/{token}/", body, content_type=content_type, headers=names)


def answer_of(response):
    """Return status, outcome and incident of an answer, whose delivery is a known one."""
    body = response.json()
    assert body.keys() == {"outcome", "incident", "delivery"}
    assert Delivery.objects.filter(pk=body["delivery"]).exists()
    return response.status_code, body["outcome"], body["incident"]


def problem_of(response):
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == response.status_code
    return response.status_code, problem["code"]


def written():
    kinds = (Delivery, Incident, SignalKey, TimelineEntry, Assignment)
    return {kind.__name__: kind.objects.count() for kind in kinds if kind.objects.exists()}


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


# ── Refusals: nothing is written ──


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options", "head"])
def test_only_post_is_answered(method):
    _, token = integration()

    response = getattr(Client(), method)(f"/hooks/{token}/")

    assert (response.status_code, response["Allow"]) == (405, "POST")
    if method != "head":
        assert problem_of(response) == (405, "method_not_allowed")
    assert written() == {}


def test_a_wrong_token_is_refused():
    integration()

    assert problem_of(post("wrong", {"title": "Slow"})) == (401, "invalid_token")
    assert problem_of(post("wr%C3%B6ng%00", {"title": "Slow"})) == (401, "invalid_token")
    assert written() == {}


def test_a_revoked_integration_and_a_rotated_token_are_refused():
    revoked, revoked_token = integration(slug="revoked")
    revoke_integration(revoked, by=Actor.system(), now=NIGHT)
    rotated, old_token = integration(slug="rotated")
    _, new_token = rotate_integration(rotated, by=Actor.system(), now=NIGHT)

    refused = [problem_of(post(token, {"title": "Slow"})) for token in (revoked_token, old_token)]

    assert refused == [(401, "invalid_token")] * 2
    assert written() == {}
    assert post(new_token, {"title": "Slow"}).status_code == 201


@pytest.mark.parametrize(
    ("kind", "body", "status", "code"),
    [
        ("oncall", b" ", 400, "invalid"),
        ("oncall", b"{", 400, "invalid"),
        ("oncall", b"title=Slow", 400, "invalid"),
        ("oncall", b'{"title": "\xff"}', 400, "invalid"),
        ("oncall", b'{"title": "\\ud800"}', 400, "invalid"),
        ("oncall", b'{"a":' * 5000, 400, "invalid"),
        ("oncall", b"{}", 400, "invalid"),
        ("oncall", b"[]", 400, "unsupported_payload"),
        ("oncall", b'{"title": 5}', 400, "unsupported_payload"),
        ("alertmanager", b'{"version": "5", "alerts": []}', 400, "unsupported_payload"),
        ("alertmanager", raw("pagerduty_v3_triggered"), 400, "unsupported_payload"),
        ("pagerduty", raw("alertmanager_v4_firing"), 400, "unsupported_payload"),
        ("pagerduty", b'{"messages": []}', 400, "unsupported_payload"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(kind, body, status, code):
    _, token = integration(kind)

    assert problem_of(post(token, body)) == (status, code)
    assert written() == {}


def test_a_refusal_points_at_what_is_wrong():
    _, token = integration("alertmanager")
    body = payload("alertmanager_v4_partly_resolved")
    body["alerts"][1]["startsAt"] = "soon"

    assert post(token, body).json()["errors"] == [
        {
            "pointer": "/alerts/1/startsAt",
            "code": "unsupported_payload",
            "detail": "/alerts/1/startsAt is not a time with its offset, such as 2026-11-20T03:14:00Z.",
        }
    ]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
def test_another_media_type_is_refused(content_type):
    _, token = integration()

    assert problem_of(post(token, {"title": "Slow"}, content_type)) == (415, "unsupported_media_type")
    assert written() == {}


def test_the_media_type_may_name_its_charset():
    _, token = integration()

    assert post(token, {"title": "Slow"}, "application/json; charset=utf-8").status_code == 201


def sized(size):
    return b'{"title": "' + b"x" * (size - 13) + b'"}'


def test_a_body_of_512_kib_is_read_and_one_byte_more_is_not():
    _, token = integration()

    assert problem_of(post(token, sized(LIMIT + 1))) == (413, "too_large")
    assert written() == {}
    assert post(token, sized(LIMIT)).status_code == 201


class Endless(BytesIO):
    """A body without an end; what was read of it is counted."""

    def __init__(self):
        self.taken = 0

    def read(self, size=-1, /):
        assert size > 0, "reads all there is"
        self.taken += size
        return b"x" * size


@pytest.mark.parametrize(
    ("framing", "taken"),
    [
        ({"CONTENT_LENGTH": str(LIMIT + 1)}, 0),
        ({"CONTENT_LENGTH": "9" * 5000}, 0),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, LIMIT + 1),
        ({"HTTP_TRANSFER_ENCODING": "Chunked", "CONTENT_LENGTH": "10"}, LIMIT + 1),
    ],
)
def test_never_more_is_read_than_is_allowed_whatever_the_length_says(framing, taken):
    _, token = integration()
    body = Endless()
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/hooks/{token}/",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": "application/json",
        "wsgi.input": body,
        **framing,
    }

    response = hook(WSGIRequest(environ), token)

    assert (response.status_code, json.loads(response.content)["code"]) == (413, "too_large")
    assert body.taken == taken
    assert written() == {}


def test_without_a_length_nothing_is_read():
    _, token = integration()
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/hooks/{token}/",
        "CONTENT_TYPE": "application/json",
        "wsgi.input": Endless(),
    }

    response = hook(WSGIRequest(environ), token)

    assert (response.status_code, json.loads(response.content)["code"]) == (400, "invalid")


def test_a_chunked_body_is_read():
    _, token = integration()
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/hooks/{token}/",
        "CONTENT_TYPE": "application/json",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": BytesIO(b'{"title": "Slow"}'),
    }

    assert hook(WSGIRequest(environ), token).status_code == 201


def test_a_sender_gone_wild_is_told_when_to_come_back(settings):
    settings.HOOK_DELIVERIES_A_MINUTE = 2
    _, wild = integration(slug="wild")
    _, calm = integration(slug="calm")

    answers = [post(wild, {"title": "Slow", "dedup_key": "k"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 200, 429]
    assert problem_of(answers[2]) == (429, "throttled")
    assert 1 <= int(answers[2]["Retry-After"]) <= 60
    assert Delivery.objects.count() == 2
    assert post(calm, {"title": "Slow"}).status_code == 201


def away_when(statement):
    def wrapper(execute, sql, params, many, context):
        if sql.startswith(statement):
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    return connection.execute_wrapper(wrapper)


def test_while_the_database_is_away_senders_are_asked_to_retry():
    _, token = integration()

    with away_when(""):
        response = post(token, {"title": "Slow"})

    assert problem_of(response) == (503, "unavailable")
    assert int(response["Retry-After"]) > 0
    assert written() == {}


def test_where_the_database_goes_away_half_way_the_retry_acts():
    _, token = integration("alertmanager")
    with away_when('INSERT INTO "incidents_incident"'):
        assert problem_of(post(token, raw("alertmanager_v4_firing"))) == (503, "unavailable")
    assert written() == {"Delivery": 1}

    answer = post(token, raw("alertmanager_v4_firing"))

    assert answer_of(answer) == (201, "declared", Incident.objects.get().number)
    assert Delivery.objects.count() == 1


def test_null_characters_reach_no_database():
    _, token = integration()
    body = (
        b'{"title": "a\\u0000b", "dedup_key": "\\u0000", "service": "\\u0000", "source": "\\u0000", "url": "\\u0000"}'
    )

    assert post(token, body).status_code == 201
    assert Incident.objects.get().title == "a\N{REPLACEMENT CHARACTER}b"


def test_no_cookie_is_set_and_none_is_needed():
    _, token = integration()
    client = Client(enforce_csrf_checks=True)

    response = client.post(f"/hooks/{token}/", b'{"title": "Slow"}', content_type="application/json")

    assert response.status_code == 201
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


# ── At once ──


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
