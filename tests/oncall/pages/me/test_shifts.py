"""When am I on call next, who takes over, and how does a shift of mine go to somebody else?"""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from rotations.actors import Actor
from rotations.models import Override, Person, Rotation, Swap
from rotations.services.people import edit_person
from rotations.services.swaps import cancel_swap
from tests.factories.rotations import absence, asked_swap, hours, override, person, schedule, weekly_rotation
from tests.oncall.pages.conftest import NOW, SignIn
from tests.oncall.pages.me.conftest import HTMX, LATER, RUNNING
from tests.oncall.pages.reading import buttons_of, lines_of

pytestmark = pytest.mark.django_db

# Ada's turn after the next.
MONDAY, WEEK = datetime(2026, 11, 30, 9, tzinfo=UTC), timedelta(days=7)


def turn(rotation: Rotation, **more: Any) -> dict[str, Any]:
    end = (MONDAY + WEEK).isoformat()
    return {"rotation": rotation.pk, "ordinal": LATER, "start": MONDAY.isoformat(), "end": end, **more}


def gifts(page: Any) -> list[str]:
    """Where the shifts of a page are given away."""
    return [unescape(found) for found in re.findall(r'href="(/me/shifts/give/[^"]+)"', page.content.decode())]


def filled_in(form: Any) -> dict[str, Any]:
    """What a browser sends of a form that nobody has changed."""
    found = {bound.html_name: bound.value() for bound in form.context["form"]}
    return {
        name: f"{each:%Y-%m-%dT%H:%M:%S}" if isinstance(each, datetime) else each or "" for name, each in found.items()
    }


def test_the_next_shifts_say_when_and_who_takes_over(client: Client, rotation: Rotation):
    found = lines_of(client.get("/me/shifts/"), "shifts")

    assert found[:6] == [
        "My next shifts",
        "Payments primary · Primary Why? Payments primary, explained",
        "On call now Mon 16 Nov 09:00 to Mon 09:00",
        "Then Bo Lind takes over, in 3 days",
        "Ask for a swap in Payments primary, Mon 16 Nov 09:00 to Mon 09:00",
        "Give it to… Payments primary, Mon 16 Nov 09:00 to Mon 09:00",
    ]
    assert found[7] == "In 10 days Mon 30 Nov 09:00 to Mon 7 Dec 09:00"


def test_what_follows_a_shift_is_said_whatever_it_is(client: Client, ada: Person, bo: Person, rotation: Rotation):
    alone = weekly_rotation(schedule("alone"), [ada], windows=[hours("09:00", "17:00", "fri")])
    override(rotation.schedule, MONDAY + WEEK, WEEK, kind="silence", now=NOW)
    weekly_rotation(schedule("twice"), [ada, ada, bo], unit="day")

    found = lines_of(client.get("/me/shifts/"), "shifts")

    assert "Alone · Primary Why? Alone, explained" in found
    assert {line for line in found if line.startswith("Then")} >= {"Then nobody is on call", "Then you go on"}
    assert alone.schedule.name == "Alone"


def test_nobody_asks_without_shifts(signed_in: SignIn):
    assert lines_of(signed_in(person("Zoe")).get("/me/"), "shifts") == [
        "My next shifts",
        "No shifts in the next 180 days.",
        "When a manager puts you in a rotation, or somebody gives you a shift, it stands here.",
    ]


def test_the_script_counts_down_to_a_shift(client: Client, rotation: Rotation):
    html = client.get("/me/").content.decode()

    assert '<time datetime="2026-11-30T09:00:00+00:00" data-deadline="starts">In 10 days</time>' in html


def test_why_leads_to_the_reasons_for_that_moment(client: Client, rotation: Rotation):
    html = client.get("/me/").content.decode()

    [now, later, *_] = re.findall(r'href="(/schedules/payments-primary/explain/[^"]+)"', html)
    assert (now, later) == (
        "/schedules/payments-primary/explain/?at=2026-11-20T03%3A14%3A00%2B00%3A00",
        "/schedules/payments-primary/explain/?at=2026-11-30T09%3A00%3A00%2B00%3A00",
    )
    assert client.get(later).status_code == 200


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["without scripts", "with scripts"])
def test_the_team_is_asked_by_one_press(client: Client, ada: Person, rotation: Rotation, headers: dict[str, str]):
    response = client.post("/me/shifts/ask/", turn(rotation), headers=headers)

    swap = Swap.objects.get()
    assert (swap.replaces, swap.person, swap.ordinal, swap.state, swap.start) == (ada, None, LATER, "asked", None)
    told = "Payments is asked to take it. It stays yours until somebody accepts."
    if headers:
        assert (response.status_code, response.headers["Oncall-Part"]) == (200, "shifts")
        assert told in lines_of(response, "shifts")
    else:
        assert response.headers["Location"] == "/me/#shifts"
        assert told in lines_of(client.get("/me/"))
    assert "You asked the team to take it" in lines_of(client.get("/me/shifts/"), "shifts")
    # Once is enough.
    assert sum(button.startswith("Ask") for button in buttons_of(client.get("/me/shifts/"), "shifts")) == 4


def test_a_part_that_a_press_asks_for_stays_a_part(client: Client, rotation: Rotation):
    client.post("/me/shifts/ask/", turn(rotation, end=(MONDAY + timedelta(days=1)).isoformat()))

    swap = Swap.objects.get()
    assert (swap.start, swap.end) == (MONDAY, MONDAY + timedelta(days=1))
    assert "You asked the team to take a part of it" in lines_of(client.get("/me/shifts/"), "shifts")


def test_what_cannot_be_asked_for_is_told_and_writes_nothing(signed_in: SignIn, bo: Person, rotation: Rotation):
    not_his = signed_in(bo).post("/me/shifts/ask/", turn(rotation), headers=HTMX)
    nonsense = signed_in(bo).post("/me/shifts/ask/", {"rotation": "x"}, headers=HTMX)
    far_off = signed_in(bo).post("/me/shifts/ask/", turn(rotation, ordinal=2**63 - 1), headers=HTMX)

    assert [answer.status_code for answer in (not_his, nonsense, far_off)] == [409, 404, 400]
    assert lines_of(not_his, "shifts")[1].startswith("It is not the turn of Bo Lind")
    assert lines_of(nonsense, "shifts")[1] == "This shift is not there any more."
    assert Swap.objects.count() == 0


def test_a_shift_is_given_at_once_or_asked_of_somebody(client: Client, ada: Person, bo: Person, rotation: Rotation):
    form = client.get(gifts(client.get("/me/"))[1])
    sent = filled_in(form) | {"to": bo.pk, "end": "2026-12-01T09:00:00"}

    asked = client.post("/me/shifts/give/", sent | {"how": "ask", "reason": "wedding"})
    given = client.post("/me/shifts/give/", sent | {"how": "give"})

    assert buttons_of(form) == ["Ask them", "Put them on at once"]
    assert [answer.headers["Location"] for answer in (asked, given)] == ["/me/", "/me/"]
    swap, handed = Swap.objects.get(), Override.objects.get()
    day = (MONDAY, MONDAY + timedelta(days=1))
    assert (swap.replaces, swap.person, swap.start, swap.end, swap.reason) == (ada, bo, *day, "wedding")
    assert (handed.replaces, handed.person, handed.start, handed.end) == (ada, bo, *day)
    told = lines_of(client.get("/me/"))
    assert "Bo Lind is asked to take it. It stays yours until they accept." in told
    assert "Bo Lind is on call instead of you." in told


def test_what_an_override_gave_is_given_on_and_not_asked_for(client: Client, ada: Person, bo: Person):
    of = schedule("spare")
    weekly_rotation(of, [bo])
    override(of, NOW, timedelta(hours=5), replaces=bo, person=ada, now=NOW)

    page = client.get("/me/")

    assert "On call now Override 03:14 to 08:14" in lines_of(page, "shifts")
    assert buttons_of(page, "shifts") == []
    assert buttons_of(client.get(gifts(page)[0])) == ["Put them on at once"]


def test_a_shift_that_ends_in_the_repeated_hour_is_given_whole(client: Client, ada: Person, bo: Person):
    weekly_rotation(schedule("night"), [bo])
    edit_person(ada, zone="Europe/Berlin", by=Actor.system(), now=NOW)
    # 02:30 is read twice that night; this is the second time.
    start, end = datetime(2027, 10, 30, 20, tzinfo=UTC), datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    address = f"/me/shifts/give/?schedule=night&start={start:%Y-%m-%dT%H:%M}Z&end={end:%Y-%m-%dT%H:%M}Z"

    shown = filled_in(client.get(address))
    client.post("/me/shifts/give/", shown | {"to": bo.pk})

    assert (shown["start"], shown["end"]) == ("2027-10-30T22:00:00", "2027-10-31T02:30:00")
    assert [(row.start, row.end) for row in Override.objects.all()] == [(start, end)]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"to": ""}, "Choose who takes it."),
        ({"end": "2026-11-30T08:00"}, "The end must be after the start."),
        (
            {"start": "2026-11-01T08:00", "end": "2026-11-01T09:00"},
            "An override that is over by now would change nothing.",
        ),
    ],
)
def test_a_gift_that_makes_no_sense_is_shown_again(
    client: Client, bo: Person, rotation: Rotation, wrong: dict[str, str], said: str
):
    sent = turn(rotation, schedule="payments-primary", to=bo.pk, how="give") | wrong

    response = client.post("/me/shifts/give/", sent)

    assert (response.status_code, said in lines_of(response)) == (400, True)
    assert Override.objects.count() == 0


def test_a_schedule_that_is_not_there_has_no_shift_to_give(client: Client):
    assert lines_of(client.get("/me/shifts/give/?schedule=nope"))[2] == "There is no such shift."


def test_an_absence_shows_in_the_shift(client: Client, ada: Person, rotation: Rotation):
    absence(ada, MONDAY + timedelta(days=1), timedelta(days=2), now=NOW)

    assert "You are away Tue 1 Dec 09:00 to Thu 3 Dec 09:00" in lines_of(client.get("/me/shifts/"), "shifts")


def test_a_request_taken_back_can_be_made_again(client: Client, ada: Person, bo: Person, rotation: Rotation):
    cancel_swap(asked_swap(rotation, RUNNING, ada, bo, now=NOW), by=Actor.system(), now=NOW)

    assert buttons_of(client.get("/me/shifts/"), "shifts")[0].startswith("Ask for a swap")


@pytest.mark.parametrize("schedules", [1, 3])
def test_the_page_costs_the_same_for_any_number_of_schedules(
    client: Client, ada: Person, bo: Person, schedules: int, django_assert_num_queries: Any
):
    for number in range(schedules):
        weekly_rotation(schedule(f"s{number}"), [ada, bo])
        asked_swap(weekly_rotation(schedule(f"t{number}"), [ada, bo]), LATER, ada, bo, now=NOW)
        absence(ada, MONDAY + number * WEEK, WEEK, now=NOW)
    client.get("/me/")

    # Within the transaction of a test no plan is remembered: half of them read plans.
    with django_assert_num_queries(45):
        client.get("/me/")
