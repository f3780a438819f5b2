"""When am I away, what am I on call for then, and what if I removed it by mistake?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from rotations.actors import Actor
from rotations.models import Absence, Person, Rotation, Swap
from rotations.services.people import edit_person
from tests.factories.rotations import absence
from tests.oncall.pages.conftest import NOW, SignIn
from tests.oncall.pages.me.conftest import HTMX, LATER
from tests.oncall.pages.reading import buttons_of, lines_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def sent(prefix: str = "new-absence", **fields: str) -> dict[str, str]:
    return {f"{prefix}-{name}": value for name, value in fields.items()}


def spans() -> list[tuple[datetime, datetime, str]]:
    return [(each.start, each.end, each.reason) for each in Absence.objects.order_by("start")]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def in_berlin(ada: Person) -> None:
    edit_person(ada, zone="Europe/Berlin", by=Actor.system(), now=NOW)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["without scripts", "with scripts"])
def test_whole_days_are_days_by_the_persons_clock(client: Client, ada: Person, headers: dict[str, str]):
    in_berlin(ada)
    days = sent(first_day="2027-03-27", last_day="2027-03-28", reason="Leave")

    response = client.post("/me/absences/add/", days, headers=headers)

    # The second day has 23 hours.
    assert spans() == [(utc("2027-03-26T23:00"), utc("2027-03-28T22:00"), "Leave")]
    if headers:
        assert (response.headers["Oncall-Part"], lines_of(response, "absences")[1]) == ("absences", "Added.")
    else:
        assert response.headers["Location"] == "/me/#absences"
    shown = lines_of(client.get("/me/absences/"), "absences")
    assert shown[1:3] == ["Sat 27 Mar 2027 to Sun 28 Mar 2027", "Leave"]


def test_hours_make_parts_of_the_first_and_the_last_day(client: Client, ada: Person):
    in_berlin(ada)

    client.post(
        "/me/absences/add/",
        sent(first_day="2026-12-01", from_time="13:00", last_day="2026-12-01", until_time="15:30", reason="Dentist"),
    )

    assert spans() == [(utc("2026-12-01T12:00"), utc("2026-12-01T14:30"), "Dentist")]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"first_day": "2026-12-02", "last_day": "2026-12-01"}, "You are back before you leave: choose a later end."),
        ({"first_day": "2026-12-20", "last_day": "2026-12-01"}, "You are back before you leave: choose a later end."),
        ({"first_day": "2026-12-01", "from_time": "soon", "last_day": "2026-12-01"}, "Enter a valid time."),
        ({"first_day": "2026-12-01"}, "This field is required."),
        ({"first_day": "2026-11-01", "last_day": "2026-11-02"}, "An absence that is over by now would change nothing."),
        ({"first_day": "1969-12-31", "last_day": "2026-12-02"}, "Choose a year from 1970 to 2099."),
    ],
)
def test_days_that_make_no_sense_are_shown_again(client: Client, fields: dict[str, str], said: str):
    response = client.post("/me/absences/add/", sent(**fields), headers=HTMX)

    assert response.status_code == 400
    assert said in lines_of(response, "absences")
    assert spans() == []


def test_what_the_viewer_is_on_call_for_then_is_asked_for_by_one_press(client: Client, ada: Person, rotation: Rotation):
    # Ada's week begins on 30 November.
    absence(ada, utc("2026-11-28T09:00"), 4 * DAY, now=NOW)

    page = client.get("/me/")
    part = {"start": "2026-11-30T09:00:00+00:00", "end": "2026-12-02T09:00:00+00:00"}
    pressed = client.post(
        "/me/shifts/ask/", {"section": "absences", "rotation": rotation.pk, "ordinal": LATER, **part}, headers=HTMX
    )

    assert "You are on call then: Payments primary, Mon 30 Nov 09:00 to Wed 2 Dec 09:00" in lines_of(page, "absences")
    assert buttons_of(page, "absences")[0] == "Ask for a swap in Payments primary, Mon 30 Nov 09:00 to Wed 2 Dec 09:00"
    for name, value in part.items():
        assert f'name="{name}" value="{value}"' in page.content.decode()
    assert pressed.headers["Oncall-Part"] == "absences"
    # Once is enough.
    assert "You asked the team to take a part of it" in lines_of(pressed, "absences")
    assert not any(button.startswith("Ask") for button in buttons_of(pressed, "absences"))
    swap = Swap.objects.get()
    assert (swap.start, swap.end) == (utc("2026-11-30T09:00"), utc("2026-12-02T09:00"))


def test_an_absence_is_changed(client: Client, ada: Person):
    row = absence(ada, utc("2026-12-01T00:00"), DAY, now=NOW)
    shown = {f"absence-{row.pk}-{name}" for name in ("first_day", "from_time", "last_day", "until_time", "reason")}

    page = client.get("/me/").content.decode()
    days = sent(f"absence-{row.pk}", first_day="2026-12-02", last_day="2026-12-04", reason="Moving")
    response = client.post(f"/me/absences/{row.pk}/edit/", days, headers=HTMX)

    assert all(f'name="{name}"' in page for name in shown)
    assert f'name="absence-{row.pk}-last_day" value="2026-12-01"' in page
    assert lines_of(response, "absences")[1] == "Changed."
    assert spans() == [(utc("2026-12-02T00:00"), utc("2026-12-05T00:00"), "Moving")]


def test_of_a_running_absence_the_end_is_changed_alone(client: Client, ada: Person):
    row = absence(ada, NOW - DAY, 3 * DAY, now=NOW - DAY)

    page = client.get("/me/")
    client.post(f"/me/absences/{row.pk}/edit/", sent(f"absence-{row.pk}", last_day="2026-11-25", reason=""))

    assert f"absence-{row.pk}-first_day" not in page.content.decode()
    assert spans() == [(NOW - DAY, utc("2026-11-26T00:00"), "")]


def test_a_change_that_makes_no_sense_is_shown_in_its_own_form(client: Client, ada: Person):
    rows = [absence(ada, NOW + number * 10 * DAY, DAY, now=NOW) for number in (1, 2)]
    days = sent(f"absence-{rows[1].pk}", first_day="2026-12-12", last_day="2026-12-11")

    response = client.post(f"/me/absences/{rows[1].pk}/edit/", days, headers=HTMX)

    html = response.content.decode()
    assert response.status_code == 400
    assert html.count("You are back before you leave") == 1
    assert html.count('<details class="inside" open>') == 1
    assert [start for start, *_ in spans()] == [NOW + 10 * DAY, NOW + 20 * DAY]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["without scripts", "with scripts"])
def test_what_was_removed_by_mistake_is_put_back(client: Client, ada: Person, headers: dict[str, str]):
    row = absence(ada, NOW + DAY, DAY, now=NOW)

    removed = client.post(f"/me/absences/{row.pk}/remove/", headers=headers)
    gone = spans()
    form = {"start": row.start.isoformat(), "end": row.end.isoformat(), "reason": "Leave"}
    html = removed.content.decode()
    client.post("/me/absences/put-back/", form, headers=headers)

    assert (removed.status_code, gone) == (200, [])
    assert lines_of(removed, "absences")[1:3] == ["Removed.", "tomorrow 03:14 to Sun 03:14"]
    assert "Undo" in lines_of(removed, "absences")
    assert f'name="start" value="{row.start.isoformat()}"' in html
    assert spans() == [(NOW + DAY, NOW + 2 * DAY, "Leave")]


def test_whoever_is_back_early_says_so_and_may_be_wrong(client: Client, ada: Person):
    row = absence(ada, NOW - DAY, 3 * DAY, now=NOW - DAY)

    assert any(button.startswith("I am back") for button in buttons_of(client.get("/me/absences/"), "absences"))
    back = client.post(f"/me/absences/{row.pk}/remove/", headers=HTMX)

    assert spans() == [(NOW - DAY, NOW, "")]
    assert f'name="end" value="{(NOW + 2 * DAY).isoformat()}"' in back.content.decode()


@pytest.mark.parametrize("act", ["edit", "remove"])
def test_somebody_elses_absence_is_not_there(client: Client, bo: Person, act: str):
    row = absence(bo, NOW + DAY, DAY, now=NOW)

    assert client.post(f"/me/absences/{row.pk}/{act}/").status_code == 404
    assert spans() == [(NOW + DAY, NOW + 2 * DAY, "")]


def test_addresses_of_buttons_lead_to_the_page(client: Client, ada: Person):
    row = absence(ada, NOW + DAY, DAY, now=NOW)
    acts = (
        "absences/add",
        f"absences/{row.pk}/edit",
        f"absences/{row.pk}/remove",
        "absences/put-back",
        "calendars/add",
    )

    found: list[Any] = [client.get(f"/me/{act}/") for act in (*acts, "shifts/ask", "profile")]

    assert [(each.status_code, each.headers.get("Location")) for each in found[:-1]] == [(302, "/me/")] * 6
    assert Absence.objects.count() == 1


def test_whoever_is_not_signed_in_signs_in_first(signed_in: SignIn):
    anybody = Client()

    assert anybody.get("/me/").headers["Location"] == "/accounts/login/?next=/me/"
    assert anybody.post("/me/absences/add/").headers["Location"] == "/accounts/login/?next=/"
