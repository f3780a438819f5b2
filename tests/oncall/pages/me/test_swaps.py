"""What am I asked, what did I ask, what did I give away, and how do I take it back?"""

from datetime import timedelta

import pytest
from django.test import Client

from rotations.models import Override, Person, Rotation, Swap
from rotations.services.swaps import TurnNumber
from tests.factories.rotations import accepted_swap, asked_swap, override, person
from tests.oncall.pages.conftest import NOW, SignIn
from tests.oncall.pages.me.conftest import HTMX, LATER, NEXT
from tests.oncall.pages.reading import buttons_of, lines_of

pytestmark = pytest.mark.django_db


def test_nothing_to_swap_is_said(client: Client):
    assert lines_of(client.get("/me/swaps/"), "swaps") == [
        "Swaps",
        "Nobody asks you to take a turn over, and you gave none away.",
    ]


def test_requests_to_the_viewer_and_of_the_viewer_are_shown(
    client: Client, ada: Person, bo: Person, rotation: Rotation
):
    asked_swap(rotation, NEXT, bo, ada, reason="wedding", now=NOW)
    asked_swap(rotation, LATER, ada, None, now=NOW)

    page = client.get("/me/")

    assert lines_of(page, "swaps") == [
        "Swaps",
        "Payments primary",
        "Can you take over from Bo Lind, Mon 09:00 to Mon 30 Nov 09:00?",
        "wedding",
        "Accept the turn of Bo Lind",
        "Decline the turn of Bo Lind",
        "Payments primary Asked",
        "You asked the team to take over, Mon 30 Nov 09:00 to Mon 7 Dec 09:00",
        "Take back the turn in Payments primary",
    ]
    html = page.content.decode()
    # What waits for an answer stands before the shifts.
    assert html.index('id="swaps"') < html.index('id="shifts"')


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["without scripts", "with scripts"])
@pytest.mark.parametrize(
    ("act", "state", "told"),
    [("accept", "accepted", "You take it over."), ("decline", "declined", "You declined; it stays theirs.")],
)
def test_the_viewer_answers(
    client: Client,
    ada: Person,
    bo: Person,
    rotation: Rotation,
    act: str,
    state: str,
    told: str,
    headers: dict[str, str],
):
    swap = asked_swap(rotation, NEXT, bo, ada, now=NOW)

    response = client.post(f"/me/swaps/{swap.pk}/{act}/", headers=headers)

    assert Swap.objects.get().state == state
    if headers:
        assert (response.status_code, lines_of(response, "swaps")[1]) == (200, told)
    else:
        assert (response.headers["Location"], told in lines_of(client.get("/me/"))) == ("/me/#swaps", True)


def test_a_request_and_a_swap_are_taken_back(client: Client, ada: Person, bo: Person, rotation: Rotation):
    asked = asked_swap(rotation, LATER, ada, bo, now=NOW)
    taken = accepted_swap(rotation, LATER + 2, ada, bo, now=NOW)

    before = buttons_of(client.get("/me/swaps/"), "swaps")
    for swap in (asked, taken):
        client.post(f"/me/swaps/{swap.pk}/cancel/", headers=HTMX)

    assert before == ["Take back the turn in Payments primary"] * 2
    assert [swap.state for swap in Swap.objects.all()] == ["cancelled", "cancelled"]
    assert (
        lines_of(client.get("/me/swaps/"), "swaps")[1] == "Nobody asks you to take a turn over, and you gave none away."
    )


def test_an_exchange_binds_both(client: Client, ada: Person, bo: Person, rotation: Rotation):
    accepted_swap(rotation, LATER, ada, bo, exchange=TurnNumber(rotation, NEXT), now=NOW)

    page = client.get("/me/")

    shown = lines_of(page, "swaps")
    assert "In return you take Mon 09:00 to Mon 30 Nov 09:00 in Payments primary" in shown
    assert shown[-1] == "An exchange binds both: managers take it back."
    assert buttons_of(page, "swaps") == []


def test_a_shift_given_away_is_taken_back_by_whoever_gave_it(
    client: Client, signed_in: SignIn, ada: Person, bo: Person, rotation: Rotation
):
    given = override(rotation.schedule, NOW, timedelta(days=1), replaces=ada, person=bo, reason="ill", now=NOW)
    override(rotation.schedule, NOW, timedelta(days=1), replaces=bo, person=ada, now=NOW)

    shown = lines_of(client.get("/me/swaps/"), "swaps")
    not_hers = signed_in(person("Zoe")).post(f"/me/overrides/{given.pk}/end/")
    response = client.post(f"/me/overrides/{given.pk}/end/", headers=HTMX)

    assert shown[1:] == [
        "Payments primary Override",
        "Bo Lind is on call instead of you, 03:14 to tomorrow 03:14",
        "ill",
        "Take back from Bo Lind",
    ]
    assert not_hers.status_code == 404
    assert lines_of(response, "swaps")[1] == "It is yours again."
    assert [row.end == NOW for row in Override.objects.order_by("pk")] == [True, False]


def test_a_refused_press_is_told_and_writes_nothing(signed_in: SignIn, ada: Person, bo: Person, rotation: Rotation):
    swap = asked_swap(rotation, NEXT, bo, ada, now=NOW)
    zoe = signed_in(person("Zoe"))

    answers = [
        zoe.post(f"/me/swaps/{swap.pk}/{act}/", headers=headers)
        for act in ("accept", "cancel")
        for headers in ({}, HTMX)
    ]

    assert [each.status_code for each in answers] == [403] * 4
    assert {lines_of(each, "swaps")[1] for each in answers} == {
        "Ada Okafor was asked, not Zoe.",
        "Only Bo Lind and managers of Payments may do this.",
    }
    assert Swap.objects.get().state == "asked"


def test_only_the_buttons_there_are_can_be_pressed(client: Client, ada: Person, bo: Person, rotation: Rotation):
    swap = asked_swap(rotation, NEXT, bo, ada, now=NOW)

    assert [
        client.post(f"/me/swaps/{number}/{act}/").status_code for number, act in ((swap.pk, "steal"), (99, "accept"))
    ] == [
        404,
        404,
    ]
    opened = client.get(f"/me/swaps/{swap.pk}/accept/")
    assert (opened.headers["Location"], Swap.objects.get().state) == ("/me/", "asked")
