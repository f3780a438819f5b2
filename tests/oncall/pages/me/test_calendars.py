"""How do I get the address of a calendar, once, and how is it closed?"""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from oncall.pages.me.subscribing import Reach, Subscription, reach_of
from rotations.models import CalendarLink, Person, Rotation, Team
from rotations.secrets import digest_of
from rotations.services.feeds import note_fetch
from tests.factories.rotations import calendar_link
from tests.oncall.pages.conftest import NOW
from tests.oncall.pages.me.conftest import HTMX
from tests.oncall.pages.reading import lines_of

pytestmark = pytest.mark.django_db

DEFAULTS = {"past_days": "30", "future_days": "180", "alarms": "", "name": ""}


def sent(what: str, **options: str) -> dict[str, str]:
    return {f"new-link-{name}": value for name, value in {"what": what, **DEFAULTS, **options}.items()}


def address_in(response: Any) -> str:
    [found] = re.findall(r'<input id="address" value="([^"]+)" readonly', response.content.decode())
    return str(found)


def test_whoever_has_no_link_reads_what_it_is_for(client: Client):
    assert lines_of(client.get("/me/calendars/"), "calendars")[1:3] == [
        "See your shifts in your own calendar.",
        (
            "Make a link and subscribe to it in Google Calendar, Outlook, Apple Calendar or any other. "
            "Swaps and overrides move the events by themselves."
        ),
    ]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["without scripts", "with scripts"])
def test_a_link_is_made_and_its_address_shown_once(
    client: Client, ada: Person, rotation: Rotation, headers: dict[str, str]
):
    response = client.post("/me/calendars/add/", sent(f"person:{ada.pk}"), headers=headers)

    link, address = CalendarLink.objects.get(), address_in(response)
    token = address.split("/")[-2]
    assert (response.status_code, address) == (200, f"http://localhost:8000/feeds/{token}/ada-okafor.ics")
    assert (link.token_digest, link.owner, link.person, link.name) == (digest_of(token), ada, ada, "Ada Okafor")
    assert Client().get(address.removeprefix("http://localhost:8000")).status_code == 200
    later = client.get("/me/").content.decode()
    assert (token in later, "My shifts in every schedule · 30 days back, 180 ahead" in later) == (False, True)
    # Not even with the session, where it would lie in the clear.
    assert token not in str(dict(client.session))


def test_a_link_is_made_for_schedules_teams_and_people_with_options(client: Client, bo: Person, rotation: Rotation):
    of, payments = rotation.schedule, Team.objects.get(slug="payments")
    options = {"past_days": "0", "future_days": "400", "alarms": "10, 60", "gaps": "on", "merge": "on", "busy": "on"}

    for what, more in (
        (f"schedule:{of.pk}", options),
        (f"team:{payments.pk}", {"name": "Ours"}),
        (f"person:{bo.pk}", {}),
    ):
        client.post("/me/calendars/add/", sent(what, **more), headers=HTMX)

    kept = ("name", "schedule", "team", "person", "past_days", "future_days", "alarms", "gaps", "merge", "busy")
    assert [*CalendarLink.objects.order_by("pk").values_list(*kept)] == [
        ("Payments primary", of.pk, None, None, 0, 400, [10, 60], True, True, True),
        ("Ours", None, payments.pk, None, 30, 180, [], False, False, False),
        ("Bo Lind", None, None, bo.pk, 30, 180, [], False, False, False),
    ]
    assert (
        "Everybody in Payments primary · 0 days back, 400 ahead · with gaps · turns joined · blocks time "
        "· alarms 10, 60 min before"
    ) in lines_of(client.get("/me/calendars/"), "calendars")


@pytest.mark.parametrize(
    ("what", "options", "said"),
    [
        ("schedule:999", {}, "Select a valid choice. schedule:999 is not one of the available choices."),
        ("me", {"past_days": "300"}, "A calendar shows at most 400 days, back and ahead together."),
        ("me", {"gaps": "on"}, "Gaps belong to schedules and teams; a person's calendar has none."),
        ("me", {"alarms": "soon"}, "Write minutes with commas between them, such as 10, 60."),
        ("me", {"alarms": "1 2 3 4"}, "There are at most 3 alarms, each at another time."),
        ("me", {"future_days": "0"}, "Ensure this value is greater than or equal to 1."),
    ],
)
def test_options_that_make_no_sense_are_shown_again(
    client: Client, ada: Person, what: str, options: dict[str, str], said: str
):
    response = client.post("/me/calendars/add/", sent(what.replace("me", f"person:{ada.pk}"), **options), headers=HTMX)

    assert (response.status_code, CalendarLink.objects.count()) == (400, 0)
    assert said in lines_of(response, "calendars")


def test_what_a_link_shows_is_changed_and_its_address_stays(client: Client, ada: Person):
    link, token = calendar_link(ada)
    fields = {**DEFAULTS, "name": "Nights", "busy": "on", "alarms": "60"}

    response = client.post(
        f"/me/calendars/{link.pk}/edit/", {f"link-{link.pk}-{name}": value for name, value in fields.items()}
    )

    row = CalendarLink.objects.get()
    assert response.headers["Location"] == "/me/#calendars"
    assert (row.name, row.busy, row.alarms, row.token_digest) == ("Nights", True, [60], digest_of(token))


def test_a_change_that_makes_no_sense_is_shown_in_its_own_form(client: Client, ada: Person):
    links = [calendar_link(ada)[0] for _ in range(2)]
    fields = {
        f"link-{links[0].pk}-{name}": value for name, value in {**DEFAULTS, "name": "x", "past_days": "300"}.items()
    }

    response = client.post(f"/me/calendars/{links[0].pk}/edit/", fields, headers=HTMX)

    html = response.content.decode()
    assert (response.status_code, html.count("at most 400 days"), html.count(" open>")) == (400, 1, 1)


def test_a_new_address_takes_the_place_of_the_old_one(client: Client, ada: Person):
    link, token = calendar_link(ada)

    response = client.post(f"/me/calendars/{link.pk}/rotate/", headers=HTMX)

    new = address_in(response).removeprefix("http://localhost:8000")
    assert [Client().get(path).status_code for path in (f"/feeds/{token}/a.ics", new)] == [404, 200]


def test_a_link_is_revoked_for_good(client: Client, ada: Person):
    link, token = calendar_link(ada)
    said = (
        "Every calendar that subscribed to it stops being updated. A revoked link cannot be brought back; "
        "you can make a new one."
    )

    before = lines_of(client.get("/me/calendars/"), "calendars")
    response = client.post(f"/me/calendars/{link.pk}/revoke/", headers=HTMX)

    assert said in before
    assert lines_of(response, "calendars")[1] == "Ada Okafor was revoked for good."
    assert CalendarLink.objects.get().revoked_at == NOW
    assert Client().get(f"/feeds/{token}/a.ics").status_code == 410
    assert client.post(f"/me/calendars/{link.pk}/rotate/").status_code == 404


@pytest.mark.parametrize("act", ["edit", "rotate", "revoke"])
def test_somebody_elses_link_is_not_there(client: Client, bo: Person, act: str):
    link, token = calendar_link(bo)

    assert client.post(f"/me/calendars/{link.pk}/{act}/").status_code == 404
    assert [(row.revoked_at, row.token_digest) for row in CalendarLink.objects.all()] == [(None, digest_of(token))]


def test_when_and_by_what_a_link_was_fetched_last_is_shown(client: Client, ada: Person):
    link, _ = calendar_link(ada)
    note_fetch(link, client="Google-Calendar-Importer", now=NOW - timedelta(hours=3))

    assert "Last fetched 00:14, 3 h ago, by Google-Calendar-Importer" in lines_of(
        client.get("/me/calendars/"), "calendars"
    )


@pytest.mark.parametrize(
    ("address", "reach"),
    [
        ("http://localhost:8000", Reach("localhost", is_public=False, is_encrypted=False)),
        ("https://oncall.internal", Reach("oncall.internal", is_public=False, is_encrypted=True)),
        ("https://oncall", Reach("oncall", is_public=False, is_encrypted=True)),
        ("https://192.168.1.7", Reach("192.168.1.7", is_public=False, is_encrypted=True)),
        ("https://[fd00::7]:8443", Reach("fd00::7", is_public=False, is_encrypted=True)),
        ("https://oncall.example.org", Reach("oncall.example.org", is_public=True, is_encrypted=True)),
        ("http://oncall.example.org", Reach("oncall.example.org", is_public=True, is_encrypted=False)),
        ("https://1.1.1.1", Reach("1.1.1.1", is_public=True, is_encrypted=True)),
    ],
)
def test_an_installation_that_calendars_cannot_reach_is_known_by_its_name(address: str, reach: Reach):
    assert reach_of(address) == reach


def test_people_are_warned_of_an_installation_that_calendars_cannot_reach(client: Client, settings: Any):
    warned = lines_of(client.get("/me/calendars/"), "calendars")
    settings.PUBLIC_URL = "https://oncall.example.org"
    reached = lines_of(client.get("/me/calendars/"), "calendars")

    assert [line for line in warned if line not in reached] == [
        (
            "This installation calls itself localhost, which Google Calendar and Outlook on the web cannot reach from "
            "outside. Calendars on a computer or phone in the same network can. Who runs it sets ONCALL_PUBLIC_URL."
        ),
        "It is served without encryption: everybody on the way can read the address, and some calendars refuse it.",
    ]
    assert reached[-1].startswith("A calendar shows a change when it fetches anew. Google does so every 12 to 24 hours")


def test_each_calendar_is_asked_in_its_own_way(ada: Person, settings: Any):
    settings.PUBLIC_URL = "https://oncall.example.org"
    link, _ = calendar_link(ada, person=ada, name="Nights & days")

    ways = Subscription.to(link, "TOKEN")

    feed = "%2F%2Foncall.example.org%2Ffeeds%2FTOKEN%2Fada-okafor.ics"
    assert ways == Subscription(
        link=link,
        https="https://oncall.example.org/feeds/TOKEN/ada-okafor.ics",
        webcal="webcal://oncall.example.org/feeds/TOKEN/ada-okafor.ics",
        google=f"https://calendar.google.com/calendar/render?cid=webcal%3A{feed}",
        outlook=f"https://outlook.office.com/calendar/0/addfromweb?url=https%3A{feed}&name=Nights%20%26%20days",
        outlook_personal=f"https://outlook.live.com/calendar/0/addfromweb?url=https%3A{feed}&name=Nights%20%26%20days",
    )
