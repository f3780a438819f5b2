"""What does a caller hear when something is refused or fails?"""

import ast
from pathlib import Path

import orjson
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from rest_framework import exceptions

from api import codes, problems
from api.problems import exception_handler
from oncall.incidents.models import Incident
from rotations.errors import Conflict, Invalid, NotPermitted, NotThere
from rotations.models import Absence, Override, Schedule, Swap
from tests.api.callers import Caller, problem, service_calling
from tests.factories.rotations import person
from tests.imports import source_tree

ROOT = Path(__file__).parent.parent.parent


def answered(error):
    answer = exception_handler(error)
    assert answer is not None
    return answer


def told(error):
    answer = answered(error)
    return answer.status_code, orjson.loads(answer.content)


@pytest.mark.parametrize(
    ("refusal", "status", "title"),
    [
        (Invalid("unknown_zone", "No such zone."), 400, "Bad Request"),
        (NotPermitted("No."), 403, "Forbidden"),
        (NotThere("Nothing."), 404, "Not Found"),
        (Conflict("role_taken", "Ada leads."), 409, "Conflict"),
    ],
)
def test_each_kind_of_refusal_has_its_status(refusal, status, title):
    assert told(refusal) == (
        status,
        {
            "type": "about:blank",
            "title": title,
            "status": status,
            "code": refusal.code,
            "detail": refusal.detail,
            "errors": [],
        },
    )


@pytest.mark.django_db
def test_a_refusal_points_at_its_field_and_brings_what_else_it_knows():
    ada = person("Ada Okafor")

    status, body = told(Conflict("role_taken", "Ada leads.", field="person", holder=ada))

    assert (status, body) == (
        409,
        {
            "holder": {"id": ada.pk, "name": "Ada Okafor", "email": "ada@example.test"},
            "type": "about:blank",
            "title": "Conflict",
            "status": 409,
            "code": "role_taken",
            "detail": "Ada leads.",
            "errors": [{"pointer": "/person", "code": "role_taken", "detail": "Ada leads."}],
        },
    )


def faults(error):
    status, body = told(error)
    return status, body["code"], [(fault["pointer"], fault["code"]) for fault in body["errors"]]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            ValidationError({"slug": ValidationError("Taken.", code="unique"), "__all__": ValidationError("Twisted.")}),
            (400, "invalid", [("/slug", "unique"), ("", "invalid")]),
        ),
        (ValidationError("Twisted.", code="end_before_start"), (400, "invalid", [("/end", "end_before_start")])),
        (
            ValidationError([ValidationError("Twisted."), ValidationError("Oneself.", code="replaces_themselves")]),
            (400, "invalid", [("", "invalid"), ("/person", "replaces_themselves")]),
        ),
        (
            exceptions.ValidationError(
                {"slots": {"1": {"0": {"person": [exceptions.ErrorDetail("No.", "unknown_person")]}}}}
            ),
            (400, "unknown_person", [("/slots/1/0/person", "unknown_person")]),
        ),
        (
            exceptions.ValidationError({"a": [{}, {"b": [exceptions.ErrorDetail("No.", "null")]}]}),
            (400, "invalid", [("/a/1/b", "null")]),
        ),
        (PermissionDenied(), (403, "not_permitted", [])),
        (exceptions.PermissionDenied(), (403, "not_permitted", [])),
        (exceptions.Throttled(wait=3), (429, "throttled", [])),
    ],
)
def test_what_django_and_rest_framework_refuse_is_told_the_same_way(error, expected):
    assert faults(error) == expected


def test_a_database_that_is_away_asks_to_come_back():
    answer = answered(OperationalError("server closed the connection"))

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert orjson.loads(answer.content)["code"] == "unavailable"


@pytest.mark.django_db
def test_while_the_database_is_away_every_address_says_so():
    caller = service_calling("read")

    def away(*_args):
        raise OperationalError("server closed the connection")

    with connection.execute_wrapper(away):
        heard = caller.get("on-call/")

    assert problem(heard) == {"status": 503, "code": "unavailable", "errors": []}
    assert heard.headers["Retry-After"] == "5"


def test_a_throttled_caller_is_told_when_to_come_back():
    assert answered(exceptions.Throttled(wait=3)).headers["Retry-After"] == "3"


def test_a_bug_is_not_dressed_up():
    assert exception_handler(KeyError("oops")) is None


@pytest.mark.django_db
def test_without_credentials_it_says_which_are_needed():
    heard = Caller().get("on-call/")

    assert problem(heard) == {"status": 401, "code": "not_authenticated", "errors": []}
    assert heard.headers["WWW-Authenticate"] == 'Bearer realm="oncall"'


@pytest.mark.django_db
def test_a_wrong_token_is_told_so():
    heard = Caller({"Authorization": "Bearer oc_wrong"}).get("on-call/")

    assert problem(heard) == {"status": 401, "code": "invalid_token", "errors": []}


@pytest.mark.parametrize("path", ["nothing/", "on-call/nothing/", "schedules/nope/", "people/99999999999999999999/"])
@pytest.mark.django_db
def test_what_is_not_there_is_told_in_json(path):
    heard = service_calling("read").get(path)

    assert problem(heard) == {"status": 404, "code": "not_found", "errors": []}


@pytest.mark.parametrize("path", ["schedules/", "people/", "incidents/", "schedules/x/", "rotations/1/"])
@pytest.mark.parametrize("scope", ["read", "admin"])
@pytest.mark.django_db
def test_nothing_is_put(path, scope):
    heard = service_calling(scope).put(path, {})

    assert problem(heard) == {"status": 405, "code": "method_not_allowed", "errors": []}


BODIES = {
    "malformed": (b'{"title": ', 400, "invalid"),
    "not utf-8": (b'{"title": "\xff"}', 400, "invalid"),
    "a lone surrogate": (b'{"title": "\\ud800"}', 400, "invalid"),
    "not a number": (b'{"title": "x", "severity": NaN}', 400, "invalid"),
    "a list": (b"[]", 400, "invalid"),
    "a text": (b'"x"', 400, "invalid"),
    "too deep": (b"[" * 100_000, 400, "invalid"),
    "one byte too many": (b'{"title": "%s"}' % (b"x" * (512 * 1024 - 12)), 413, "too_large"),
}


@pytest.mark.parametrize("case", BODIES)
@pytest.mark.django_db
def test_a_body_that_is_none_writes_nothing(case):
    body, status, code = BODIES[case]

    heard = service_calling("incidents").post("incidents/", body)

    told = problem(heard)
    assert (told["status"], told["code"], Incident.objects.count()) == (status, code, 0)


@pytest.mark.django_db
def test_another_type_of_body_is_not_read():
    caller = service_calling("incidents")

    response = caller.client.post("/api/v1/incidents/", "title=x", content_type="text/plain", headers=caller.headers)

    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.django_db
def test_a_browser_without_its_csrf_token_is_refused():
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("Ada"))

    response = client.post("/api/v1/incidents/", {"title": "x"}, content_type="application/json")

    assert (response.status_code, response.json()["code"]) == (403, "not_permitted")


@pytest.mark.django_db
def test_a_page_that_is_not_there_stays_a_page():
    assert Client().get("/nothing").headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_bug_behind_the_api_is_told_in_json():
    factory = RequestFactory()

    inside = problems.server_error(factory.get("/api/v1/on-call/"))
    outside = problems.server_error(factory.get("/"))

    assert (inside.status_code, orjson.loads(inside.content)["code"]) == (500, "internal_error")
    assert outside.headers["Content-Type"] == "text/html; charset=utf-8"


def test_every_code_that_a_service_behind_the_api_refuses_with_is_published():
    raised = {code for text in _behind_the_api() for code in _codes(ast.parse(text))}

    assert {"role_taken", "in_the_past", "stale_epoch", "no_members"} <= raised
    assert sorted(raised - codes.CODES.keys() - codes.FAULTS.keys()) == []


def _behind_the_api():
    """Yield the text of every module that the API imports, directly or not."""
    tree = source_tree(ROOT, "rotations", "oncall", "api")
    waiting, known = {"api.urls", "api.hook_urls"}, set()
    while waiting:
        module = waiting.pop()
        known.add(module)
        yield tree[module]
        for node in ast.walk(ast.parse(tree[module])):
            if isinstance(node, ast.ImportFrom) and node.module:
                named = {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
                waiting |= (named & tree.keys()) - known


def _codes(tree):
    """Yield the first argument of every refusal that is made."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"Invalid", "Conflict", "with_holder", "fault"}
            and isinstance(node.args[0], ast.Constant)
        ):
            yield node.args[0].value


def test_every_published_violation_of_a_constraint_is_listed():
    codes_of = {
        constraint.violation_error_code
        for model in (Absence, Override, Schedule, Swap)
        for constraint in model._meta.constraints
        if constraint.violation_error_code
    }

    assert codes_of <= codes.CODES.keys() | codes.FAULTS.keys()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/api/nothing/", "/hooks/", "/hooks/token/more/", "/feeds/token", "/feeds/token/name.txt"]
)
def test_programs_hear_of_an_address_that_leads_nowhere_in_their_own_words(address):
    response = Client().get(address)

    assert (response.status_code, response.headers["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["code"] == "not_found"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("/feeds/token/name.ics", "GET, HEAD"),
        ("/feeds/token/name.json", "GET, HEAD"),
        ("/healthz", "GET, HEAD"),
        ("/readyz", "GET, HEAD"),
        ("/metrics", "GET, HEAD"),
    ],
)
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_what_is_only_read_says_so_to_whoever_writes(address, allowed, method):
    response = getattr(Client(enforce_csrf_checks=True), method)(address)

    assert (response.status_code, response.headers["Allow"]) == (405, allowed)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/api/v1/incidents", "/hooks/token", "/api/v1/incidents/1/join"])
def test_an_address_without_its_slash_leads_on_and_the_request_stays_what_it_is(address):
    response = Client().post(address, {"title": "Checkout 5xx"}, content_type="application/json")

    assert (response.status_code, response.headers["Location"]) == (308, f"{address}/")


@pytest.mark.django_db
def test_whoever_is_not_known_hears_how_to_say_who_they_are():
    api = Client().get("/api/v1/incidents/")
    hook = Client().post("/hooks/token/", {}, content_type="application/json")

    assert (api.status_code, hook.status_code) == (401, 401)
    assert api.headers["WWW-Authenticate"].startswith("Bearer")
    assert hook.headers["WWW-Authenticate"] == "Bearer"
