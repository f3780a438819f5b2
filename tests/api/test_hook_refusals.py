"""What the door for senders refuses: a clear code, and nothing is written."""

import json
from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIRequest
from django.db import OperationalError, connection
from django.test import Client

from api.hooks import hook
from oncall.incidents.models import Delivery, Incident
from oncall.incidents.services.integrations import revoke_integration, rotate_integration
from rotations.actors import Actor
from tests.api.hook_calls import LIMIT, answer_of, post, problem_of, written
from tests.factories.access import integration
from tests.factories.incidents import NIGHT
from tests.payloads import payload, raw

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_deliveries_counted():
    cache.clear()


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
