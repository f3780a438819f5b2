"""Calendars over HTTP: found by their token alone, and answered without being built while nothing has changed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from rotations.actors import Actor
from rotations.models import CalendarLink, Person, Schedule
from rotations.services.feeds import revoke_calendar_link, rotate_calendar_link
from tests.factories.rotations import calendar_link, hours, override, person, schedule, weekly_rotation

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Person:
    return person("Ada")


@pytest.fixture
def primary(ada: Person) -> Schedule:
    of = schedule()
    weekly_rotation(of, [ada, person("Bo")])
    return of


def parsed(content: bytes) -> Any:
    return Calendar.from_ical(content)


def queries_of(act: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_a_calendar_is_fetched_by_whoever_has_its_address(client: Client, ada: Person, primary: Schedule):
    _, token = calendar_link(ada, schedule=primary)

    response = client.get(f"/feeds/{token}/anything.ics")

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert response.headers["Content-Length"] == str(len(response.content))
    assert (response.headers.get("Vary"), dict(response.cookies)) == (None, {})
    assert parsed(response.content)["NAME"] == "Payments primary"


def test_a_persons_calendar_is_theirs(client: Client, ada: Person, primary: Schedule):
    _, token = calendar_link(ada)

    response = client.get(f"/feeds/{token}/ada.ics")

    summaries = {str(event["SUMMARY"]) for event in parsed(response.content).walk("VEVENT")}
    assert summaries == {"On call: Payments primary, Primary (layer 1)"}


def test_head_answers_as_get_does_without_the_body(client: Client, ada: Person, primary: Schedule):
    _, token = calendar_link(ada, schedule=primary)

    got, headed = client.get(f"/feeds/{token}/a.ics"), client.head(f"/feeds/{token}/a.ics")

    assert (headed.status_code, headed.content) == (200, b"")
    kept = ("ETag", "Content-Type", "Content-Length", "Cache-Control")
    assert {name: headed.headers[name] for name in kept} == {name: got.headers[name] for name in kept}


@pytest.mark.parametrize(("about", "statements"), [("schedule", 1), ("person", 2)])
@pytest.mark.parametrize("method", ["get", "head"])
def test_what_a_client_has_is_not_built_again(
    client: Client, ada: Person, primary: Schedule, about: str, statements: int, method: str
):
    _, token = calendar_link(ada, **{about: {"schedule": primary, "person": ada}[about]})
    path = f"/feeds/{token}/a.ics"
    tag = client.get(path).headers["ETag"]

    def fetch() -> Any:
        return getattr(client, method)(path, headers={"If-None-Match": f'"other", {tag}'})

    response = fetch()

    assert (response.status_code, response.content, response.headers["ETag"]) == (304, b"", tag)
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert queries_of(fetch) == statements


def test_a_change_is_fetched_at_once(client: Client, ada: Person, primary: Schedule):
    _, token = calendar_link(ada, schedule=primary)
    first = client.get(f"/feeds/{token}/a.ics")
    now = timezone.now()
    override(primary, now, timedelta(hours=1), kind="add", person=person("Cy"), now=now)

    second = client.get(f"/feeds/{token}/a.ics", headers={"If-None-Match": first.headers["ETag"]})

    assert second.status_code == 200
    assert b"SUMMARY:Cy: Payments primary\\, by override" in second.content
    assert client.get(f"/feeds/{token}/a.ics").content == second.content


def test_an_unknown_token_is_not_found_and_a_revoked_one_gone(client: Client, ada: Person, primary: Schedule):
    link, token = calendar_link(ada, schedule=primary)
    by, now = Actor.of_person(ada), timezone.now()
    _, new_token = rotate_calendar_link(link, by=by, now=now)

    assert client.get(f"/feeds/{token}/a.ics").status_code == 404
    assert client.get(f"/feeds/{new_token}/a.ics").status_code == 200

    revoke_calendar_link(link, by=by, now=now)
    gone = client.get(f"/feeds/{new_token}/a.ics")
    assert (gone.status_code, gone.json()["code"]) == (410, "revoked")


def test_a_calendar_is_only_read(client: Client, ada: Person, primary: Schedule):
    _, token = calendar_link(ada, schedule=primary)

    response = client.post(f"/feeds/{token}/a.ics")

    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")


def test_who_fetched_is_noted_once_a_minute(client: Client, ada: Person, primary: Schedule):
    link, token = calendar_link(ada, schedule=primary)

    for client_name in ("Thunderbird/128\x07", "Apple Calendar"):
        client.get(f"/feeds/{token}/a.ics", headers={"User-Agent": client_name})

    link.refresh_from_db()
    assert link.last_fetched_at is not None
    assert link.last_client == "Thunderbird/128"
    assert CalendarLink.objects.exclude(token_digest=token).count() == 1


def test_a_build_takes_the_same_statements_for_any_number_of_events(client: Client, ada: Person):
    statements = []
    for number in (1, 3):
        of = schedule(f"s{number}")
        for layer in range(number):
            weekly_rotation(of, [ada], layer=layer + 1, windows=[hours("09:00", f"{12 + layer}:00")])
        _, token = calendar_link(ada, schedule=of)
        client.get(f"/feeds/{token}/a.ics")
        path = f"/feeds/{token}/a.ics"
        statements.append(queries_of(lambda path=path: client.get(path)))

    assert statements[0] == statements[1] <= 20
