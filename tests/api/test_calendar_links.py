"""Which calendars may somebody subscribe to?"""

import pytest

from rotations.actors import Actor
from rotations.models import CalendarLink
from rotations.secrets import digest_of
from rotations.services.feeds import note_fetch
from rotations.services.people import deactivate_person
from tests.api.callers import person_calling, problem, service_calling
from tests.factories.incidents import NIGHT
from tests.factories.rotations import calendar_link


@pytest.fixture
def ada(company):
    return person_calling(company.ada)


def token_in(url):
    base, token, name = url.rsplit("/", 2)
    assert base == "http://localhost:8000/feeds"
    return token, name


def shown(row, **changed):
    return {
        "id": row.pk,
        "name": row.name,
        "schedule": row.schedule and row.schedule.slug,
        "team": None,
        "person": None,
        "past_days": 30,
        "future_days": 180,
        "gaps": False,
        "alarms": [],
        "merge": False,
        "busy": False,
        "created_at": "2026-11-20T03:00:00Z",
        "last_fetched_at": None,
        "last_client": "",
    } | changed


def test_a_link_is_made_and_its_address_shown_once(company, ada):
    heard = ada.post("calendar-links/", {"schedule": "payments-primary"})

    row = CalendarLink.objects.get()
    assert (heard.status, heard.body) == (201, shown(row, url=heard.body["url"]))
    token, name = token_in(heard.body["url"])
    assert (row.token_digest, row.owner, name) == (digest_of(token), company.ada, "payments-primary.ics")
    assert ada.get("calendar-links/").body == {"next": None, "previous": None, "results": [shown(row)]}


def test_a_persons_shifts_can_be_published(company, ada):
    heard = ada.post("calendar-links/", {"person": company.bo.pk, "name": "Bo at work"})

    bo = {"id": company.bo.pk, "name": "Bo Lind", "email": "bo@example.test"}
    assert heard.body == shown(CalendarLink.objects.get(), name="Bo at work", person=bo, url=heard.body["url"])
    assert token_in(heard.body["url"])[1] == "bo-lind.ics"


def test_a_rotated_link_has_another_address(company, ada):
    made = ada.post("calendar-links/", {"schedule": "payments-primary"}).body

    heard = ada.post(f"calendar-links/{made['id']}/rotate/")

    assert (heard.status, {**heard.body, "url": ""}) == (200, {**made, "url": ""})
    assert CalendarLink.objects.get().token_digest == digest_of(token_in(heard.body["url"])[0])
    assert heard.body["url"] != made["url"]


def test_a_revoked_link_is_gone(company, ada, night):
    made = ada.post("calendar-links/", {"schedule": "payments-primary"}).body

    heard = ada.delete(f"calendar-links/{made['id']}/")

    assert (heard.status, heard.body, CalendarLink.objects.get().revoked_at) == (204, "", night)
    assert ada.get("calendar-links/").body["results"] == []
    assert ada.delete(f"calendar-links/{made['id']}/").status == 404
    assert ada.post(f"calendar-links/{made['id']}/rotate/").status == 404


def test_links_of_others_are_not_there(company):
    link, _ = calendar_link(company.bo)
    cast = {who: caller for who, caller in company.cast().items() if who != "nobody"}

    rotated = {who: caller.post(f"calendar-links/{link.pk}/rotate/").status for who, caller in cast.items()}
    deleted = {who: caller.delete(f"calendar-links/{link.pk}/").status for who, caller in cast.items()}

    people = dict.fromkeys(("member", "manager", "manager of another team", "administrator"), 404)
    services = dict.fromkeys(("token read", "token incidents", "token schedules", "token admin"), 403)
    assert rotated == deleted == people | services
    assert CalendarLink.objects.get().revoked_at is None


def test_nobody_subscribes_to_who_is_gone(company, ada, night):
    deactivate_person(company.bo, by=Actor.of_person(company.root), now=night)

    heard = ada.post("calendar-links/", {"person": company.bo.pk})

    assert problem(heard) == {
        "status": 400,
        "code": "person_deactivated",
        "errors": [("/person", "person_deactivated")],
    }
    assert not CalendarLink.objects.exists()


def test_services_subscribe_to_nothing(company):
    heard = service_calling("schedules").post("calendar-links/", {"schedule": "payments-primary"})

    assert problem(heard) == {"status": 403, "code": "not_permitted", "errors": []}
    assert service_calling("read").get("calendar-links/").status == 403


@pytest.mark.parametrize(
    ("body", "code", "errors"),
    [
        ({}, "invalid", [("", "invalid")]),
        ({"schedule": "payments-primary", "person": "ada@example.test"}, "invalid", [("", "invalid")]),
        ({"schedule": "nope"}, "unknown_schedule", [("/schedule", "unknown_schedule")]),
        ({"person": 99999}, "unknown_person", [("/person", "unknown_person")]),
        ({"schedule": "payments-primary", "url": "x"}, "invalid", [("/url", "unknown_field")]),
    ],
)
def test_a_body_that_makes_no_sense_writes_nothing(company, ada, body, code, errors):
    heard = ada.post("calendar-links/", body)

    assert problem(heard) == {"status": 400, "code": code, "errors": errors}
    assert not CalendarLink.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_listing_costs_two_queries(company, ada, count, django_assert_num_queries):
    for _ in range(count):
        ada.post("calendar-links/", {"schedule": "payments-primary"})

    with django_assert_num_queries(2):
        heard = ada.get("calendar-links/")

    assert len(heard.body["results"]) == count


def test_a_team_is_published_with_options(company, ada):
    options = {"past_days": 0, "future_days": 400, "gaps": True, "alarms": [10, 60], "merge": True, "busy": True}

    heard = ada.post("calendar-links/", {"team": "payments", **options})

    row = CalendarLink.objects.get()
    assert heard.body == shown(row, team="payments", **options, url=heard.body["url"])
    assert token_in(heard.body["url"])[1] == "payments.ics"


def test_options_are_changed_by_whoever_has_read_the_latest(company, ada):
    made = ada.post("calendar-links/", {"schedule": "payments-primary"}).body
    path = f"calendar-links/{made['id']}/"
    read = ada.get(path)

    changed = ada.patch(path, {"alarms": [60], "name": "Nights"}, if_match=read.headers["ETag"])
    late = ada.patch(path, {"busy": True}, if_match=read.headers["ETag"])

    row = CalendarLink.objects.get()
    assert (changed.status, changed.body) == (200, shown(row, name="Nights", alarms=[60]))
    assert problem(late) == {"status": 412, "code": "stale_version", "errors": []}
    again = ada.patch(path, changed.body, if_match=changed.headers["ETag"])
    assert (again.status, again.body, again.headers["ETag"]) == (200, changed.body, changed.headers["ETag"])
    assert (row.busy, ada.delete(path, if_match=read.headers["ETag"]).status) == (False, 412)


def test_a_calendar_that_fetches_makes_no_edit_stale(company, ada):
    path = f"calendar-links/{ada.post('calendar-links/', {'schedule': 'payments-primary'}).body['id']}/"
    read = ada.get(path)
    note_fetch(CalendarLink.objects.get(), client="Thunderbird", now=NIGHT)

    changed = ada.patch(path, {"busy": True}, if_match=read.headers["ETag"])

    assert (changed.status, changed.body["busy"], changed.body["last_client"]) == (200, True, "Thunderbird")


@pytest.mark.parametrize(
    ("body", "code", "errors"),
    [
        ({"past_days": 300}, "window_too_long", [("", "window_too_long")]),
        ({"past_days": -1}, "invalid", [("/past_days", "min_value")]),
        ({"future_days": 2**60}, "invalid", [("/future_days", "max_value")]),
        ({"alarms": [1, 2, 3, 4]}, "invalid", [("/alarms", "invalid")]),
        ({"alarms": ["soon"]}, "invalid", [("/alarms/0", "invalid")]),
        ({"team": "payments", "token": "x"}, "invalid", [("/token", "unknown_field")]),
    ],
)
def test_an_edit_that_makes_no_sense_writes_nothing(company, ada, body, code, errors):
    made = ada.post("calendar-links/", {"schedule": "payments-primary"}).body
    before = CalendarLink.objects.values().get()

    heard = ada.patch(f"calendar-links/{made['id']}/", body)

    assert problem(heard) == {"status": 400, "code": code, "errors": errors}
    assert CalendarLink.objects.values().get() == before


def test_a_link_of_somebody_else_is_not_read_or_changed(company, ada):
    link, _ = calendar_link(company.bo)

    assert [ada.get(f"calendar-links/{link.pk}/").status, ada.patch(f"calendar-links/{link.pk}/", {}).status] == [
        404,
        404,
    ]


def test_the_owner_sees_what_fetched_the_calendar_last_and_when(company, ada):
    made = ada.post("calendar-links/", {"schedule": "payments-primary"}).body

    ada.client.get(made["url"].removeprefix("http://localhost:8000"), headers={"User-Agent": "Thunderbird/128"})

    told = ada.get(f"calendar-links/{made['id']}/").body
    assert (told["last_fetched_at"], told["last_client"]) == ("2026-11-20T03:00:00Z", "Thunderbird/128")
