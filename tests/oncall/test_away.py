"""The broker is away, or the database is: who asks is answered, and nothing is half done."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.test import Client

from oncall.incidents import tasks
from oncall.incidents.models import Assignment, Incident
from tests.factories.access import bearer
from tests.factories.incidents import named, rule, service
from tests.factories.rotations import person
from tests.processes import StartProgram, eventually
from tests.servers import free_port

# On port 1 nobody listens, and whoever calls there is told so at once.
NO_BROKER, NO_DATABASE = "amqp://127.0.0.1:1", "postgres://nobody@127.0.0.1:1/none"


def call(port: str, path: str, *, headers: dict[str, str] | None = None, body: Any = None) -> tuple[int, Any, Any]:
    """Return the status, the headers and the body of an answer."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **(headers or {})},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, json.loads(answer.read())
    except urllib.error.HTTPError as answer:
        return answer.status or 0, answer.headers, json.loads(answer.read())


def is_open(port: str) -> Callable[[], bool]:
    def look() -> bool:
        try:
            return call(port, "/healthz")[0] == 200
        except OSError:
            return False

    return look


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_requests_succeed_and_the_work_is_done_when_it_is_back(start_program: StartProgram):
    ada, bo = person("Ada"), person("Bo")
    service(rule("lead", named(ada), named(bo), accept_within=timedelta()), slug="checkout")
    port = str(free_port())
    start_program("web", PORT=port, CELERY_BROKER_URL=NO_BROKER)
    eventually(is_open(port))

    headers = bearer("incidents")
    declared, _, incident = call(
        port, "/api/v1/incidents/", headers=headers, body={"title": "Slow", "service": "checkout"}
    )
    ready, _, readiness = call(port, "/readyz")

    assert (declared, incident["roles"][0]["holder"]["name"], incident["roles"][0]["state"]) == (201, "Ada", "offered")
    assert (ready, readiness["database"], readiness["broker"]) == (200, "ok", "away")
    start_program("worker")
    tasks.expire_offers.delay()
    eventually(lambda: Assignment.objects.filter(person=bo).exists())
    assert list(Assignment.objects.order_by("id").values_list("person__name", "end_reason")) == [
        ("Ada", "expired"),
        ("Bo", ""),
    ]


def test_without_its_database_a_server_lives_and_asks_for_patience(start_program: StartProgram):
    port = str(free_port())
    start_program("web", PORT=port, DATABASE_URL=NO_DATABASE)
    eventually(is_open(port))

    answered = [
        call(port, "/api/v1/incidents/", headers={"Authorization": "Bearer oc_x"}, body={"title": "Slow"}),
        call(port, "/api/v1/on-call/", headers={"Authorization": "Bearer oc_x"}),
        call(port, "/readyz"),
    ]

    assert [status for status, _, _ in answered] == [503] * 3
    assert [headers["Retry-After"] for _, headers, _ in answered] == ["5"] * 3
    assert {headers["Content-Type"] for _, headers, _ in answered[:2]} == {"application/problem+json"}
    assert [body.get("code") for _, _, body in answered] == ["unavailable", "unavailable", None]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/", '<h1 id="problem-title">The database is away</h1>'),
        ("/feeds/some-token/oncall.ics", '"code":"unavailable"'),
    ],
)
def test_whoever_looks_at_a_page_or_a_calendar_is_told_that_the_database_is_away(path: str, told: str):
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "a-session-of-some-browser"

    def away(*_statement: object) -> None:
        raise OperationalError("the connection is lost")

    with connection.execute_wrapper(away):
        answer = client.get(path)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert told in answer.content.decode()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["incidents_incident", "incidents_assignment", "incidents_timelineentry"])
def test_a_connection_lost_half_way_leaves_nothing_half_written(table: str):
    service(rule("lead", named(person("Ada"))), slug="checkout")
    client = Client(headers=bearer("incidents"))
    body = {"title": "Slow", "service": "checkout"}

    with connection.execute_wrapper(losing_the_connection(f'INSERT INTO "{table}"')):
        lost = client.post("/api/v1/incidents/", body, content_type="application/json")
    before = Incident.objects.count()
    again = client.post("/api/v1/incidents/", body, content_type="application/json")

    assert (lost.status_code, lost.headers["Retry-After"], lost.json()["code"]) == (503, "5", "unavailable")
    assert (before, again.status_code, Incident.objects.count()) == (0, 201, 1)


def losing_the_connection(before: str) -> Callable[..., Any]:
    """Have the server end the session of this test just before a statement, as one that is shut down does."""

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: Any, context: Any) -> Any:
        if sql.startswith(before):
            pid = connection.connection.info.backend_pid
            other = connections.create_connection("default")
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
            other.close()
        return execute(sql, params, many, context)

    return wrapper
