"""What is somebody asked to take over, and what do the buttons beside it do?"""

from datetime import timedelta

import pytest

from rotations.actors import Actor
from rotations.models import Person, Rotation, Swap
from rotations.services.swaps import TurnNumber, cancel_swap
from tests.factories.rotations import accepted_swap, asked_swap, person
from tests.oncall.pages.conftest import HTMX, NOW, SignIn
from tests.oncall.pages.reading import buttons_of, lines_of

pytestmark = pytest.mark.django_db

# Ada serves until Monday 2026-11-23 at 09:00; then Bo serves turn 151, and Ada turn 152.
NEXT, LATER = 151, 152


def test_the_board_shows_whom_one_is_asked_to_take_over_from(
    signed_in: SignIn, ada: Person, bo: Person, rotation: Rotation
):
    asked_swap(rotation, NEXT, bo, ada, reason="wedding", now=NOW)

    page = signed_in(ada).get("/")

    assert lines_of(page, "swaps") == [
        "Can you take over?",
        "Payments primary",
        "For Bo Lind, Mon 09:00 to Mon 30 Nov 09:00",
        "wedding",
        "Accept the turn of Bo Lind",
        "Decline the turn of Bo Lind",
    ]
    assert lines_of(signed_in(bo).get("/"), "swaps") == []


def test_what_the_team_is_asked_is_shown_to_everybody_else_in_it_and_is_not_declined(
    signed_in: SignIn, ada: Person, bo: Person, rotation: Rotation
):
    asked_swap(rotation, NEXT, bo, None, now=NOW)

    assert buttons_of(signed_in(ada).get("/"), "swaps") == ["Accept the turn of Bo Lind"]
    assert lines_of(signed_in(bo).get("/"), "swaps") == []
    assert lines_of(signed_in(person("Zoe")).get("/"), "swaps") == []


def test_an_exchange_says_what_is_asked_in_return(signed_in: SignIn, ada: Person, bo: Person, rotation: Rotation):
    asked_swap(rotation, NEXT, bo, ada, exchange=TurnNumber(rotation, LATER), now=NOW)

    assert "In return for yours in Payments primary, Mon 30 Nov 09:00 to Mon 7 Dec 09:00" in lines_of(
        signed_in(ada).get("/"), "swaps"
    )
    assert lines_of(signed_in(bo).get("/"), "swaps") == []


def test_what_was_answered_taken_back_given_away_or_is_over_is_not_shown(
    signed_in: SignIn, ada: Person, bo: Person, rotation: Rotation
):
    asked_swap(rotation, 149, bo, ada, now=NOW - timedelta(days=7))
    cancel_swap(asked_swap(rotation, NEXT, bo, ada, now=NOW), by=Actor.system(), now=NOW)
    asked_swap(rotation, NEXT, bo, ada, now=NOW)
    accepted_swap(rotation, NEXT, bo, person("Zoe"), now=NOW)

    assert lines_of(signed_in(ada).get("/"), "swaps") == []


@pytest.mark.parametrize(("act", "state"), [("accept", "accepted"), ("decline", "declined")])
def test_the_buttons_answer_with_and_without_scripts(
    signed_in: SignIn, ada: Person, bo: Person, rotation: Rotation, act: str, state: str
):
    swaps = [asked_swap(rotation, turn, bo, ada, now=NOW) for turn in (NEXT, NEXT + 2)]

    plain = signed_in(ada).post(f"/swaps/{swaps[0].pk}/{act}/")
    scripted = signed_in(ada).post(f"/swaps/{swaps[1].pk}/{act}/", headers=HTMX)

    assert (plain.status_code, plain.headers["Location"]) == (302, "/#on-call")
    assert (scripted.status_code, scripted.headers["Oncall-Part"]) == (200, "on-call")
    assert scripted.content.decode().lstrip().startswith('<section id="on-call"')
    assert lines_of(scripted, "swaps") == []
    assert [swap.state for swap in Swap.objects.all()] == [state, state]


def test_a_refused_press_is_told_and_writes_nothing(signed_in: SignIn, ada: Person, bo: Person, rotation: Rotation):
    swap = asked_swap(rotation, NEXT, bo, ada, now=NOW)
    zoe = signed_in(person("Zoe"))

    plain, scripted = zoe.post(f"/swaps/{swap.pk}/accept/"), zoe.post(f"/swaps/{swap.pk}/accept/", headers=HTMX)

    assert [
        (each.status_code, "Ada Okafor was asked, not Zoe. Dismiss" in lines_of(each, "on-call"))
        for each in (plain, scripted)
    ] == [
        (403, True),
        (403, True),
    ]
    assert Swap.objects.get().state == "asked"


def test_only_the_buttons_there_are_can_be_pressed(signed_in: SignIn, ada: Person, bo: Person, rotation: Rotation):
    swap = asked_swap(rotation, NEXT, bo, ada, now=NOW)
    client = signed_in(ada)

    answers = [client.post(f"/swaps/{swap.pk}/cancel/"), client.post("/swaps/99999/accept/")]

    assert [each.status_code for each in answers] == [404, 404]
    opened = client.get(f"/swaps/{swap.pk}/accept/")
    assert (opened.status_code, opened.headers["Location"], Swap.objects.get().state) == (302, "/", "asked")
