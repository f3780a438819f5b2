"""Calendars over HTTP: found by their token alone, and answered without being built while nothing has changed."""

import gzip
import random as random_source
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from api import rendered
from rotations.actors import Actor
from rotations.models import CalendarLink, Person, Schedule
from rotations.services.feeds import edit_calendar_link, revoke_calendar_link, rotate_calendar_link
from rotations.services.schedules import edit_schedule
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
    assert (response.headers.get("Vary"), dict(response.cookies)) == ("Accept-Encoding", {})
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert parsed(response.content)["NAME"] == "Payments primary"


@pytest.mark.parametrize("accept", [None, "text/html", "application/x-nothing", "text/calendar;q=0", "nonsense;;q=?"])
def test_what_a_client_says_it_accepts_makes_no_difference(
    client: Client, ada: Person, primary: Schedule, accept: str | None
):
    _, token = calendar_link(ada, schedule=primary)
    plain = client.get(f"/feeds/{token}/a.ics")

    # Google sends none at all.
    answer = client.get(f"/feeds/{token}/a.ics", headers={} if accept is None else {"Accept": accept})

    assert (answer.status_code, answer.content) == (200, plain.content)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"


def test_whoever_is_signed_in_gets_no_other_answer_and_no_cookie(client: Client, ada: Person, primary: Schedule):
    _, token = calendar_link(ada, schedule=primary)
    plain = client.get(f"/feeds/{token}/a.ics")
    client.force_login(ada)

    answer = client.get(f"/feeds/{token}/a.ics")

    assert (answer.content, answer.headers["ETag"], dict(answer.cookies)) == (plain.content, plain.headers["ETag"], {})
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_a_tag_that_a_proxy_made_weak_is_known(client: Client, ada: Person, primary: Schedule):
    _, token = calendar_link(ada, schedule=primary)
    tag = client.get(f"/feeds/{token}/a.ics").headers["ETag"]

    assert client.get(f"/feeds/{token}/a.ics", headers={"If-None-Match": f"W/{tag}"}).status_code == 304


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
        rendered.forget()
        path = f"/feeds/{token}/a.ics"
        statements.append(queries_of(lambda path=path: client.get(path)))

    assert statements[0] == statements[1] <= 20


def test_the_twin_says_the_same_as_data(client: Client, ada: Person, primary: Schedule):
    _, token = calendar_link(ada, schedule=primary, past_days=0, future_days=7, gaps=True)

    response = client.get(f"/feeds/{token}/a.json")
    calendar = parsed(client.get(f"/feeds/{token}/a.ics").content)

    said = response.json()
    assert response.headers["Content-Type"] == "application/json"
    assert {name: said[name] for name in ("name", "zone")} == {"name": "Payments primary", "zone": "UTC"}
    assert [(each["uid"], each["summary"], each["kind"], each["schedule"]) for each in said["events"]] == [
        (str(event["UID"]), str(event["SUMMARY"]), "shift", primary.slug) for event in calendar.walk("VEVENT")
    ]
    assert {name for each in said["events"] for name in each["person"]} == {"id", "name"}
    assert [datetime.fromisoformat(each["start"]) for each in said["events"]] == [
        event["DTSTART"].dt for event in calendar.walk("VEVENT")
    ]


def test_the_twin_and_the_calendar_have_tags_of_their_own(client: Client, ada: Person, primary: Schedule):
    _, token = calendar_link(ada, schedule=primary)
    paths = [f"/feeds/{token}/a.{kind}" for kind in ("ics", "json")]

    tags = [client.get(path).headers["ETag"] for path in paths]

    answers = [client.get(path, headers={"If-None-Match": tag}).status_code for path in paths for tag in tags]
    assert answers == [304, 200, 200, 304]


def test_a_calendar_is_compressed_for_whoever_says_so(client: Client, ada: Person, primary: Schedule):
    _, token = calendar_link(ada, schedule=primary)
    path = f"/feeds/{token}/a.ics"
    plain = client.get(path, headers={"Accept-Encoding": "br, gzip;q=0"})

    zipped = client.get(path, headers={"Accept-Encoding": "br, gzip;q=0.5"})
    again = client.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": zipped.headers["ETag"]})

    assert "Content-Encoding" not in plain.headers
    assert (zipped.headers["Content-Encoding"], gzip.decompress(zipped.content)) == ("gzip", plain.content)
    assert zipped.headers["Content-Length"] == str(len(zipped.content))
    assert len(zipped.content) < len(plain.content) / 4
    # Other bytes, another tag.
    assert (zipped.headers["ETag"] != plain.headers["ETag"], again.status_code) == (True, 304)


def test_a_link_that_is_fetched_too_often_is_told_when_to_come_back(
    client: Client, ada: Person, primary: Schedule, settings: Any, monkeypatch: pytest.MonkeyPatch
):
    settings.FEED_FETCHES_A_MINUTE = 2
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 20, 3, 14, 48, tzinfo=UTC))
    _, token = calendar_link(ada, schedule=primary)
    _, other = calendar_link(ada, schedule=primary)

    answers = [client.get(f"/feeds/{token}/a.{kind}") for kind in ("ics", "json", "ics")]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert (answers[2].headers["Retry-After"], answers[2].json()["code"]) == ("12", "throttled")
    assert client.get(f"/feeds/{other}/a.ics").status_code == 200


def test_what_is_at_hand_is_not_built_again_and_never_stale(client: Client, ada: Person, primary: Schedule):
    link, token = calendar_link(ada, schedule=primary)
    path = f"/feeds/{token}/a.ics"
    first = client.get(path).content

    assert queries_of(lambda: client.get(path)) == 1
    edit_calendar_link(link, busy=True, by=Actor.of_person(ada), now=timezone.now())
    second = client.get(path).content
    edit_schedule(primary, name="Money", by=Actor.system(), now=timezone.now())
    third = client.get(path).content

    assert [b"TRANSP:OPAQUE" in content for content in (first, second, third)] == [False, True, True]
    assert [b"SUMMARY:Ada: Money" in content for content in (first, second, third)] == [False, False, True]


def test_what_is_at_hand_is_bounded_and_the_longest_unused_goes_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rendered, "MOST_BYTES", 3000)
    built: list[str] = []

    def build(tag: str) -> bytes:
        built.append(tag)
        return random_source.randbytes(600)

    for tag in ("a", "b", "a", "c", "a", "b"):
        rendered.rendered(tag, partial(build, tag))

    assert built == ["a", "b", "c", "b"]
