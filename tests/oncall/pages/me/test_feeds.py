"""Which calendars say when I am away, how are they, and what comes of a change to them?"""

import re
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client

from rotations.actors import Actor
from rotations.incoming import Occurrence
from rotations.models import Absence, AbsenceFeed, Person, Rotation
from rotations.services.absence_feeds import MOST_FEEDS
from rotations.services.read_absences import replace_absences
from tests.factories.rotations import absence, absence_feed
from tests.oncall.pages.conftest import NOW
from tests.oncall.pages.me.conftest import HTMX
from tests.oncall.pages.reading import buttons_of, lines_of
from tests.strangers import ALLOWED, INSIDE
from tests.write_guard import arranging

pytestmark = pytest.mark.django_db

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SECRET = f"http://ada:hidden@{ALLOWED}:1/hidden/leave.ics?key=hidden"
BOTH = pytest.mark.parametrize("headers", [{}, HTMX], ids=["without scripts", "with scripts"])


@pytest.fixture(autouse=True)
def _one_address_is_allowed(settings: Any):
    settings.ALLOWED_OUTGOING_NETWORKS = (ip_network(ALLOWED),)


def sent(prefix: str = "new-feed", **fields: str) -> dict[str, str]:
    return {f"{prefix}-{name}": value for name, value in {"url": "", "name": "", "keywords": "", **fields}.items()}


def as_it_was(feed: AbsenceFeed, **fields: Any) -> AbsenceFeed:
    """Let the background task have left a feed as ``fields`` say."""
    with arranging():
        AbsenceFeed.objects.filter(pk=feed.pk).update(**fields)
    feed.refresh_from_db()
    return feed


def read_in(feed: AbsenceFeed, *starts: datetime, now: datetime = NOW) -> AbsenceFeed:
    """Let a day's absence from each of ``starts`` be read from a feed."""
    days = [Occurrence(uid=f"{number}", recurrence="", start=at, end=at + DAY) for number, at in enumerate(starts)]
    with arranging():
        replace_absences(feed, days, by=Actor.system(), now=now)
    return as_it_was(feed, read_at=now, tried_at=now, due_at=now + timedelta(hours=1))


def stored() -> list[tuple[str, str, str]]:
    return [(each.url, each.name, each.keywords) for each in AbsenceFeed.objects.order_by("pk")]


def test_without_any_the_page_says_what_they_are_for(client: Client):
    assert lines_of(client.get("/me/feeds/"), "feeds")[:2] == [
        "Calendars that say when I am away",
        (
            "Your leave system or your own calendar can say when you are away: give its private address once, "
            "and it is read about every hour."
        ),
    ]


@BOTH
def test_a_calendar_is_named_and_its_address_shown_no_more(client: Client, ada: Person, headers: dict[str, str]):
    fields = sent(url=f" {SECRET.replace('http:', 'webcal:')} ", name="Leave", keywords="vacation, off")
    response = client.post("/me/feeds/add/", fields, headers=headers)

    feed = AbsenceFeed.objects.get()
    page = client.get("/me/")
    if headers:
        assert (response.status_code, response.headers["Oncall-Part"]) == (200, "feeds")
        assert lines_of(response, "feeds")[1] == "Added. It is read within a minute or two."
    else:
        assert response.headers["Location"] == "/me/#feeds"
    assert (feed.person, stored()) == (ada, [(SECRET.replace("http:", "https:"), "Leave", "vacation, off")])
    assert "hidden/" not in response.content.decode() + page.content.decode()
    assert lines_of(page, "feeds")[1:6] == [
        f"Leave {ALLOWED}",
        "Not read yet.",
        "Never read, added 03:14 · waiting to be read",
        "0 absences to come · only events with vacation, off",
        "Read it now: Leave",
    ]


@pytest.mark.parametrize(
    ("fields", "place", "said"),
    [
        ({"url": ""}, "url", "This field is required."),
        ({"url": "leave.ics"}, "url", "Only addresses that start with https:// or http:// are spoken to."),
        ({"url": "file:///etc/passwd"}, "url", None),
        ({"url": f"http://{INSIDE}/"}, "url", None),
        ({"url": SECRET, "name": "x" * 101}, "name", "Ensure this value has at most 100 characters (it has 101)."),
        (
            {"url": SECRET, "keywords": "x" * 201},
            "keywords",
            "Ensure this value has at most 200 characters (it has 201).",
        ),
    ],
)
@BOTH
def test_what_cannot_be_read_is_told_at_its_field(
    client: Client, fields: dict[str, str], place: str, said: str | None, headers: dict[str, str]
):
    response = client.post("/me/feeds/add/", sent(**fields), headers=headers)

    html = response.content.decode()
    [error] = re.findall(rf'id="id_new-feed-{place}_error">([^<]+)<', html)
    assert (response.status_code, stored()) == (400, [])
    assert said in (None, error)
    assert html.count('class="errors"') == 1
    assert '<details class="card" id="add-feed" open>' in html


def test_more_than_there_may_be_are_refused_above_the_form(client: Client, ada: Person):
    for number in range(MOST_FEEDS):
        absence_feed(ada, name=f"{number}", now=NOW)

    response = client.post("/me/feeds/add/", sent(url=SECRET), headers=HTMX)

    assert response.status_code == 400
    assert f"Ada Okafor has {MOST_FEEDS} absence feeds; remove one first." in lines_of(response, "feeds")
    assert AbsenceFeed.objects.count() == MOST_FEEDS


@pytest.mark.parametrize(
    ("as_of", "mark", "words"),
    [
        ({"read_at": NOW - 5 * MINUTE}, "", "Up to date."),
        (
            {"read_at": NOW - DAY, "failures": 3, "problem_code": "timed_out", "problem": "It took too long."},
            " foreseen",
            "Could not be read; what was read before stands. It took too long.",
        ),
        (
            {"read_at": NOW - 2 * DAY, "failures": 9, "problem_code": "timed_out", "problem": "It took too long."},
            " nobody",
            "Not read for two days; what was read before stands, and may be out of date. It took too long.",
        ),
    ],
    ids=["current", "failing", "stale"],
)
def test_how_a_calendar_is_is_said_and_marked(
    client: Client, ada: Person, as_of: dict[str, Any], mark: str, words: str
):
    feed = as_it_was(absence_feed(ada, now=NOW - 9 * DAY), due_at=NOW + MINUTE, skipped=2, **as_of)

    page = client.get("/me/feeds/")

    html, told = page.content.decode(), lines_of(page, f"feed-{feed.pk}-state")
    assert told[0] == words
    assert told[1].startswith("Last read ")
    assert f'<p class="then wrap{mark}">' in html
    assert "0 absences to come · 2 events not understood" in lines_of(page, "feeds")
    assert "waiting to be read" not in html


def test_a_calendar_is_read_before_it_is_due_and_the_page_looks_for_the_outcome(client: Client, ada: Person):
    feed = as_it_was(absence_feed(ada, now=NOW - DAY), due_at=NOW + DAY)

    response = client.post(f"/me/feeds/{feed.pk}/read/", headers=HTMX)

    feed.refresh_from_db()
    assert (feed.due_at, lines_of(response, "feeds")[1]) == (NOW, "It is read within a minute or two.")
    polls = f'<div id="feed-{feed.pk}-state" hx-get="/me/feeds/" hx-trigger="every 15s, refresh"'
    assert polls in response.content.decode()


def test_an_edit_keeps_the_address_unless_another_is_given(client: Client, ada: Person):
    feed = absence_feed(ada, now=NOW)
    path, prefix = f"/me/feeds/{feed.pk}/edit/", f"feed-{feed.pk}"

    kept = client.post(path, sent(prefix, name="Vacation", keywords="off"), headers=HTMX)
    before = stored()
    client.post(path, sent(prefix, url=SECRET, name="Vacation"), headers=HTMX)

    assert lines_of(kept, "feeds")[1] == "Changed. What was read stands until it is read again, soon."
    assert before == [(feed.url, "Vacation", "off")]
    assert stored() == [(SECRET, "Vacation", "")]


def test_an_edit_that_makes_no_sense_is_shown_in_its_own_form(client: Client, ada: Person):
    feeds = [absence_feed(ada, name=name, now=NOW) for name in ("Leave", "Holidays")]
    before = stored()

    response = client.post(
        f"/me/feeds/{feeds[0].pk}/edit/", sent(f"feed-{feeds[0].pk}", url=f"http://{INSIDE}/", name="x"), headers=HTMX
    )

    html = response.content.decode()
    assert (response.status_code, stored()) == (400, before)
    assert html.count('class="errors"') == html.count(f'id="id_feed-{feeds[0].pk}-url_error"') == 1
    assert html.count('<details class="inside" open>') == 1


def test_removing_one_takes_back_what_has_not_begun(client: Client, ada: Person):
    feed = read_in(absence_feed(ada, now=NOW - DAY), NOW - DAY / 2, NOW + DAY, now=NOW - DAY / 2)

    response = client.post(f"/me/feeds/{feed.pk}/remove/", follow=True)

    assert (response.redirect_chain, stored()) == ([("/me/", 302)], [])
    assert "Leave is read no more." in lines_of(response)
    assert [(each.start, each.end) for each in Absence.objects.all()] == [(NOW - DAY / 2, NOW)]


@pytest.mark.parametrize("act", ["edit", "read", "remove"])
def test_somebody_elses_calendar_is_not_there(client: Client, bo: Person, act: str):
    feed = absence_feed(bo, now=NOW)
    before = stored()

    assert client.post(f"/me/feeds/{feed.pk}/{act}/", sent(f"feed-{feed.pk}", name="x")).status_code == 404
    assert (stored(), "Leave" in client.get("/me/").content.decode()) == (before, False)


def test_what_is_read_from_a_calendar_says_so_and_cannot_be_changed_here(client: Client, ada: Person):
    feed = read_in(absence_feed(ada, now=NOW), NOW + DAY)
    absence(ada, NOW + 3 * DAY, DAY, now=NOW)
    row = feed.absences.get()

    page = client.get("/me/absences/")
    refused = client.post(f"/me/absences/{row.pk}/remove/", headers=HTMX)
    edited = client.post(f"/me/absences/{row.pk}/edit/", {f"absence-{row.pk}-last_day": "2026-12-24"}, headers=HTMX)

    assert lines_of(page, "absences")[1:3] == [
        "tomorrow 03:14 to Sun 03:14",
        "Read from Leave; change it there",
    ]
    assert f"/me/absences/{row.pk}/" not in page.content.decode()
    assert page.content.decode().count("Change or remove") == 1
    assert (refused.status_code, lines_of(refused, "absences")[1]) == (
        409,
        "This absence is read from Leave; it is changed in that calendar.",
    )
    assert (edited.status_code, list(feed.absences.values_list("start", "end"))) == (400, [(row.start, row.end)])


def test_what_a_stale_calendar_said_may_be_out_of_date(client: Client, ada: Person):
    feed = read_in(absence_feed(ada, now=NOW - 9 * DAY), NOW + DAY, now=NOW - 3 * DAY)

    stale = client.get("/me/absences/")
    as_it_was(feed, read_at=NOW)

    told = "Read from Leave; it may be out of date: not read for two days"
    assert told in lines_of(stale, "absences")
    assert told not in lines_of(client.get("/me/absences/"), "absences")


def test_of_many_that_collide_with_nothing_the_later_are_shown_on_demand(
    client: Client, ada: Person, rotation: Rotation
):
    # Ada's week begins on 30 November, which is 10 days ahead.
    read_in(absence_feed(ada, now=NOW), *(NOW + number * DAY for number in (4, 5, 6, 7, 8, 9, 11, 19)))

    page = client.get("/me/absences/")

    listed, folded = page.context["absences"], page.context["more_absences"]
    assert [(each.of.start - NOW).days for each in listed] == [4, 5, 6, 7, 8, 11]
    assert [(each.of.start - NOW).days for each in folded] == [9, 19]
    assert "2 more, read from calendars" in lines_of(page, "absences")
    assert len([each for each in buttons_of(page, "absences") if each.startswith("Ask for a swap")]) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_calendars_and_absences_costs_the_same(
    client: Client, ada: Person, count: int, django_assert_num_queries: Any
):
    for number in range(count):
        read_in(absence_feed(ada, name=f"{number}", now=NOW), NOW + DAY, NOW + 3 * DAY)

    with django_assert_num_queries(3):
        client.get("/me/feeds/")
    with django_assert_num_queries(6):
        client.get("/me/absences/")
