"""Who calls the API in tests, and what do they hear? Every answer is held against the published schema."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import jsonschema  # type: ignore[import-untyped]
import orjson
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from rotations.models import Person
from tests.factories.access import bearer

HTTP_METHODS = {"get", "post", "patch", "delete"}


class Heard(NamedTuple):
    """An answer: its status, its body (parsed, where it is JSON) and its headers."""

    status: int
    body: Any
    headers: Any


class Caller:
    """Somebody with or without credentials: ``Caller(token("read")).get("people/")``."""

    def __init__(self, headers: dict[str, str] | None = None, *, session: Person | None = None) -> None:
        self.headers = headers or {}
        # As a deployed process does: a bug is answered with 500, not raised into the test.
        self.client = Client(raise_request_exception=True)
        if session is not None:
            self.client.force_login(session)

    def get(self, path: str, **parameters: Any) -> Heard:
        return self._hear("get", path, query_params=parameters)

    def post(self, path: str, body: Any = None, **headers: str) -> Heard:
        return self._send("post", path, body, headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Heard:
        return self._send("patch", path, body, headers)

    def put(self, path: str, body: Any = None) -> Heard:
        return self._send("put", path, body, {})

    def delete(self, path: str, **headers: str) -> Heard:
        return self._hear("delete", path, headers=headers)

    def call(self, method: str, path: str, body: Any = None) -> Heard:
        return self._send(method, path, body, {})

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Heard:
        data = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
        return self._hear(method, path, data=data, content_type="application/json", headers=headers)

    def _hear(self, method: str, path: str, *, headers: dict[str, str] | None = None, **request: Any) -> Heard:
        sent = self.headers | {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        url = path if path.startswith("/") else f"/api/v1/{path}"
        response = getattr(self.client, method)(url, headers=sent, **request)
        is_json = "json" in response.headers.get("Content-Type", "")
        body = json.loads(response.content) if is_json else response.content.decode()
        heard = Heard(response.status_code, body, response.headers)
        if method in HTTP_METHODS and url.startswith("/api/v1/"):
            objections = [*_objections(method, url.partition("?")[0], heard)]
            assert objections == [], objections
        return heard


def person_calling(person: Person, *scopes: str) -> Caller:
    """Return somebody with a personal token."""
    return Caller(bearer(*(scopes or ("read", "incidents", "schedules")), person=person))


def service_calling(*scopes: str) -> Caller:
    """Return a service with a token of these scopes."""
    return Caller(bearer(*scopes))


def problem(heard: Heard) -> dict[str, Any]:
    """Return what a problem says beyond its wording: status, code, and where and what each fault is."""
    assert heard.headers["Content-Type"] == "application/problem+json"
    assert heard.body["status"] == heard.status
    assert heard.body["type"] == "about:blank"
    faults = [(fault["pointer"], fault["code"]) for fault in heard.body["errors"]]
    return {"status": heard.status, "code": heard.body["code"], "errors": faults}


def taking_part(person: Person, *, joined_at: str | None = None, **said: Any) -> dict[str, Any]:
    """Return a participant as it is shown: a responder, only asked unless they joined, engaged while here."""
    is_here = joined_at is not None and said.get("left_at") is None
    return {
        "person": {"id": person.pk, "name": person.name, "email": person.email},
        "kind": "responder",
        "joined_at": joined_at,
        "left_at": None,
        "status": "engaged" if is_here else None,
        "status_since": joined_at if is_here else None,
        "acknowledged_at": None,
        "asked_at": None,
        "asked_because": "",
    } | said


@cache
def published() -> dict[str, Any]:
    """Return the schema, as machines read it."""
    schema: dict[str, Any] = json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))
    return schema


def described(response: dict[str, Any]) -> dict[str, Any]:
    """Return an answer's description, also where it stands among the components."""
    name = response.get("$ref", "").removeprefix("#/components/responses/")
    found: dict[str, Any] = published()["components"]["responses"][name] if name else response
    return found


@cache
def _operations() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    return [
        (re.compile(re.sub(r"\{\w+\}", r"[^/]+", path)), operations)
        for path, operations in published()["paths"].items()
    ]


def _objections(method: str, path: str, heard: Heard) -> Iterator[str]:
    """Yield what the schema has against an answer."""
    # The most particular path first: people/me/ is also people/{number}/.
    found = sorted((one for one in _operations() if one[0].fullmatch(path)), key=lambda one: one[0].pattern.count("["))
    operation = found[0][1].get(method) if found else None
    if operation is None:
        if heard.status not in {404, 405}:
            yield f"{method} {path} is not in the schema"
        return
    if heard.status == 304:
        return
    if str(heard.status) not in operation["responses"]:
        yield f"{method} {path} does not say that it answers {heard.status}"
        return
    content = described(operation["responses"][str(heard.status)]).get("content", {})
    media_type = heard.headers.get("Content-Type", "").partition(";")[0]
    if not content and not media_type:
        return
    if media_type not in content:
        yield f"{method} {path} {heard.status} says {[*content]}, not {media_type}"
        return
    schema = {**content[media_type]["schema"], "components": published()["components"]}
    validator = jsonschema.Draft202012Validator(schema)
    for error in validator.iter_errors(heard.body):
        yield f"{method} {path} {heard.status}: {error.json_path} {error.message}"
