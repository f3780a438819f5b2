"""Which calendars say when somebody is away, and who may name them?"""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.db import connection

from rotations.actors import Actor
from rotations.incoming import Occurrence
from rotations.models import Absence, AbsenceFeed
from rotations.services.read_absences import replace_absences
from rotations.services.reading import read_due_feeds
from tests.api.callers import person_calling, problem, service_calling
from tests.factories.rotations import absence_feed
from tests.strangers import ALLOWED, INSIDE, answering, http, stranger
from tests.write_guard import arranging

SECRET = f"http://ada:hidden@{ALLOWED}:1/hidden/leave.ics?key=hidden"


@pytest.fixture(autouse=True)
def _one_address_is_allowed(settings):
    settings.ALLOWED_OUTGOING_NETWORKS = (ip_network(ALLOWED),)


@pytest.fixture
def ada(company):
    return person_calling(company.ada)


def shown(person):
    return {"id": person.pk, "name": person.name, "email": person.email}


def test_somebody_names_a_calendar_of_theirs(company, ada):
    heard = ada.post("absence-feeds/", {"url": SECRET.replace("http:", "webcal:"), "keywords": " vacation "})

    feed = AbsenceFeed.objects.get()
    expected = {
        "id": feed.pk,
        "person": shown(company.ada),
        "name": ALLOWED,
        "host": ALLOWED,
        "keywords": "vacation",
        "state": "new",
        "problem": None,
        "absences": 0,
        "skipped": 0,
        "created_at": heard.body["created_at"],
        "tried_at": None,
        "read_at": None,
    }
    assert (heard.status, heard.body) == (201, expected)
    assert heard.headers["Location"] == f"/api/v1/absence-feeds/{feed.pk}/"
    assert ada.get(f"absence-feeds/{feed.pk}/").body == expected
    assert ada.get("absence-feeds/", person=company.ada.pk).body["results"] == [expected]
    assert ada.get("absence-feeds/", person=company.bo.pk).body["results"] == []
    assert feed.url == SECRET.replace("http:", "https:")


def test_the_address_is_kept_encrypted_and_shown_to_nobody(company, ada):
    ada.post("absence-feeds/", {"url": SECRET})

    with connection.cursor() as cursor:
        cursor.execute("SELECT url FROM rotations_absencefeed")
        [stored] = cursor.fetchone()
    answers = [ada.get("absence-feeds/"), ada.get(f"absence-feeds/{AbsenceFeed.objects.get().pk}/")]

    assert AbsenceFeed.objects.get().url == SECRET
    assert "hidden" not in stored + str([answer.body for answer in answers])


@pytest.mark.parametrize(
    ("change", "code", "errors"),
    [
        ({"url": f"http://{INSIDE}/"}, "forbidden_address", [("/url", "forbidden_address")]),
        ({"url": "http://169.254.169.254/"}, "forbidden_address", [("/url", "forbidden_address")]),
        ({"url": "file:///etc/passwd"}, "invalid_url", [("/url", "invalid_url")]),
        ({"url": "http://[::1/"}, "invalid_url", [("/url", "invalid_url")]),
        ({"url": ""}, "invalid", [("/url", "blank")]),
        ({"name": "x" * 101}, "invalid", [("/name", "max_length")]),
        ({"person": 99999}, "unknown_person", [("/person", "unknown_person")]),
        ({"state": "x"}, "invalid", [("/state", "unknown_field")]),
    ],
)
def test_a_body_that_makes_no_sense_or_leads_inside_writes_nothing(company, ada, change, code, errors):
    heard = ada.post("absence-feeds/", {"url": SECRET} | change)

    assert problem(heard) == {"status": 400, "code": code, "errors": errors}
    assert not AbsenceFeed.objects.exists()


def test_a_feed_is_edited_and_read_again_soon(company, ada, night):
    feed = absence_feed(company.ada)
    path = f"absence-feeds/{feed.pk}/"
    read = ada.get(path)

    edited = ada.patch(path, read.body | {"name": "Vacation"}, If_Match=read.headers["ETag"])
    moved = ada.patch(path, {"url": SECRET})
    refused = [
        problem(ada.patch(path, {"name": "x"}, If_Match=read.headers["ETag"])),
        problem(ada.delete(path, If_Match=read.headers["ETag"])),
        problem(ada.patch(path, {"url": f"http://{INSIDE}/"})),
        problem(ada.patch(path, {"name": ""})),
    ]

    feed.refresh_from_db()
    assert (edited.status, edited.body) == (200, read.body | {"name": "Vacation"})
    assert (moved.body["host"], feed.url) == (ALLOWED, SECRET)
    assert feed.due_at == night
    assert refused == [
        {"status": 412, "code": "stale_version", "errors": []},
        {"status": 412, "code": "stale_version", "errors": []},
        {"status": 400, "code": "forbidden_address", "errors": [("/url", "forbidden_address")]},
        {"status": 400, "code": "invalid", "errors": [("/name", "blank")]},
    ]


def test_that_a_calendar_was_read_makes_no_edit_stale(company, ada, night):
    with stranger(answering(http(b"", status="503 Busy"))) as server:
        feed = absence_feed(company.ada, server.url)
        path = f"absence-feeds/{feed.pk}/"
        tag = ada.get(path).headers["ETag"]
        read_due_feeds(now=night)

    assert ada.patch(path, {"name": "Vacation"}, If_Match=tag).status == 200
    assert ada.get(path).body["problem"] == {
        "code": "bad_status",
        "detail": f"{ALLOWED} does not give the calendar at the moment (503).",
    }


def test_a_feed_is_asked_for_before_it_is_due(company, ada, night):
    feed = absence_feed(company.ada)
    later = night + timedelta(hours=1)
    edited = AbsenceFeed.objects.filter(pk=feed.pk)
    with arranging():
        edited.update(due_at=later)

    heard = ada.post(f"absence-feeds/{feed.pk}/refresh/")

    assert (heard.status, heard.body["id"]) == (200, feed.pk)
    assert edited.get().due_at < later


def test_a_removed_feed_takes_its_absences_along(company, ada, night):
    feed = absence_feed(company.ada)
    tomorrow = night + timedelta(days=1)
    event = Occurrence("1", "", tomorrow, tomorrow + timedelta(days=1))
    replace_absences(feed, [event], by=Actor.system(), now=night)
    path = f"absence-feeds/{feed.pk}/"
    assert ada.get(path).body["absences"] == 1

    assert ada.delete(path).status == 204

    assert (ada.get(path).status, Absence.objects.exists()) == (404, False)
    assert ada.delete(path).status == 404


def test_people_name_their_own_managers_those_of_their_team_and_service_tokens_whose_they_say(company):
    body = {"url": SECRET, "person": company.bo.pk}
    added = {who: caller.post("absence-feeds/", body).status for who, caller in company.cast().items()}
    feed = AbsenceFeed.objects.first()
    assert feed is not None
    asked = {who: caller.post(f"absence-feeds/{feed.pk}/refresh/").status for who, caller in company.cast().items()}
    edited = {who: caller.patch(f"absence-feeds/{feed.pk}/", {}).status for who, caller in company.cast().items()}

    refused = {"nobody": 401} | dict.fromkeys(
        ("member", "manager of another team", "token read", "token incidents"), 403
    )
    allowed = ("manager", "administrator", "token schedules", "token admin")
    assert added == refused | dict.fromkeys(allowed, 201)
    assert asked == refused | dict.fromkeys(allowed, 200)
    assert edited == refused | dict.fromkeys(allowed, 200)
    assert company.cast()["member"].delete(f"absence-feeds/{feed.pk}/").status == 403


def test_nobody_has_more_than_twenty(company, ada):
    for number in range(20):
        absence_feed(company.ada, name=f"{number}")

    assert problem(ada.post("absence-feeds/", {"url": SECRET})) == {
        "status": 409,
        "code": "too_many_feeds",
        "errors": [],
    }


@pytest.mark.parametrize("count", [1, 3])
def test_listing_costs_two_queries(company, count, django_assert_num_queries):
    for number in range(count):
        absence_feed(company.ada, name=f"{number}")
    caller = service_calling("read")
    caller.get("people/")

    with django_assert_num_queries(2):
        heard = caller.get("absence-feeds/")

    assert len(heard.body["results"]) == count
