"""Who works on it, who is asked to help, and what is the one thing to do first?"""

from datetime import timedelta

import pytest

from oncall.incidents.models import Incident, Participant
from oncall.incidents.queries import incident_view
from oncall.incidents.services import lifecycle, participants, roles
from oncall.incidents.services.bringing_in import ask_person
from oncall.incidents.services.handoffs import offer_handoff
from rotations.actors import Actor
from rotations.models import Person
from tests.factories.incidents import FIRST_TO_JOIN, incident, named, role, rule, service
from tests.factories.rotations import person
from tests.oncall.pages.conftest import HTMX, NOW, SignIn
from tests.oncall.pages.reading import buttons_of, lines_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def led(ada: Person) -> Incident:
    """Ada leads; the scribe is whoever joins first."""
    declared = incident(service=service(rule("lead", named(ada)), rule("scribe", FIRST_TO_JOIN)))
    roles.accept(declared, role=role(), person=ada, by=Actor.of_person(ada), now=NOW - timedelta(minutes=5))
    return declared


def asks(led: Incident, whom: Person, by: Person) -> None:
    ask_person(led, person=whom, reason="The database is slow.", by=Actor.of_person(by), now=NOW)


def room(client, led: Incident):
    return client.get(f"/incidents/{led.number}/")


def test_one_says_whether_one_works_on_it_and_the_others_see_it(signed_in: SignIn, led: Incident, ada: Person):
    client = signed_in(ada)

    paused = client.post(f"/incidents/{led.number}/status/", {"status": "on_break"}, headers=HTMX)
    told = lines_of(paused, "people")
    client.post(f"/incidents/{led.number}/status/", {"status": "engaged"})

    assert (paused.headers["Oncall-Part"], told[:4]) == (
        "room",
        ["People 1 on a break", "Ada Okafor You On a break since 03:14", "I am back", "Step away"],
    )
    assert 'id="people" aria-labelledby="people-title" hx-swap-oob="true"' in paused.content.decode()
    assert lines_of(room(client, led), "people")[:2] == ["People 1 engaged", "Ada Okafor You Engaged since 03:14"]


@pytest.mark.parametrize(("status", "answer"), [("asleep", 400), ("", 400)])
def test_what_nobody_can_be_is_refused(signed_in: SignIn, led: Incident, ada: Person, status: str, answer: int):
    response = signed_in(ada).post(f"/incidents/{led.number}/status/", {"status": status})

    assert response.status_code == answer
    assert Participant.objects.get().status == "engaged"


def test_whoever_has_not_seen_it_can_say_that_they_have(signed_in: SignIn, led: Incident, ada: Person, bo: Person):
    participants.join(led, person=bo, by=Actor.of_person(bo), now=NOW)
    signed_in(bo).post(f"/incidents/{led.number}/acknowledge/")
    client = signed_in(ada)

    assert "I have seen it" in buttons_of(room(client, led), "room")
    client.post(f"/incidents/{led.number}/acknowledge/")

    page = room(client, led)
    assert "I have seen it" not in buttons_of(page, "room")
    assert lines_of(page, "people")[1:3] == [
        "Ada Okafor You Engaged since 03:09 · saw it 03:14",
        "Bo Lind Engaged since 03:14 · saw it 03:14",
    ]


def test_whoever_is_asked_to_help_reads_why_on_the_board_and_on_the_page(
    signed_in: SignIn, led: Incident, ada: Person, bo: Person
):
    asks(led, bo, by=ada)
    client = signed_in(bo)

    board, page = client.get("/"), room(client, led)

    because = "Asked by Ada Okafor: The database is slow."
    for shown in (lines_of(board, "incidents"), lines_of(page, "room")):
        at = shown.index("You are asked to help")
        assert shown[at + 1 : at + 4] == [because, f"Join incident {led.number}", "I cannot"]
    assert 'data-waiting="1"' in board.content.decode()
    assert 'data-news="1 open incident. 1 role is vacant. You are asked to help."' in board.content.decode()
    assert "Bo Lind You Asked, has not joined To help, asked by Ada Okafor: The database is slow." in " ".join(
        lines_of(page, "people")
    )


def test_joining_answers_the_call_and_so_does_saying_that_one_cannot(
    signed_in: SignIn, led: Incident, ada: Person, bo: Person
):
    cy = person("Cleo Marsh")
    for whom in (bo, cy):
        asks(led, whom, by=ada)

    signed_in(bo).post(f"/incidents/{led.number}/join/", {"kind": "responder", "page": "board"})
    signed_in(cy).post(f"/incidents/{led.number}/leave/", {"reason": "no laptop"})

    lines = lines_of(room(signed_in(ada), led))
    assert "Left: Cleo Marsh" in lines
    assert "Cleo Marsh cannot help: no laptop" in lines
    assert not Participant.objects.exclude(asked_at=None).exists()


def test_a_watcher_who_is_asked_may_join_and_stays_a_watcher_until_then(
    signed_in: SignIn, led: Incident, ada: Person, bo: Person
):
    participants.join(led, person=bo, kind="observer", by=Actor.of_person(bo), now=NOW)
    asks(led, bo, by=ada)

    lines = lines_of(room(signed_in(bo), led), "room")

    assert f"Join incident {led.number}" in lines
    assert "I cannot" not in lines


def test_the_first_thing_is_what_one_is_asked_then_what_nobody_does(
    signed_in: SignIn, led: Incident, ada: Person, bo: Person
):
    firsts = []
    client = signed_in(bo)

    def look() -> None:
        lines = lines_of(room(client, led), "room")
        firsts.append(
            next((line for line in lines if line.startswith(("You are asked", "Nobody is", "Ada Okafor hands"))), "")
        )

    look()
    asks(led, bo, by=ada)
    look()
    roles.assign(led, role=role("scribe"), person=bo, by=Actor.of_person(ada), now=NOW)
    look()
    offer_handoff(led, role=role(), person=ada, to=bo, by=Actor.of_person(ada), now=NOW)
    look()
    for who in (bo, ada):
        roles.decline(led, role=role("scribe"), person=who, by=Actor.of_person(who), now=NOW)
    client.post(f"/handoffs/{led.assignments.get(role__slug='lead').handoffs.get().pk}/decline/")
    client.post(f"/incidents/{led.number}/join/")
    look()
    lifecycle.resolve(led, by=Actor.system(), now=NOW)
    look()

    assert firsts == [
        "",
        "You are asked to help",
        "You are asked to be Scribe",
        "Ada Okafor hands Lead to you",
        "Nobody is Scribe",
        "",
    ]


def test_leaving_a_required_role_empty_needs_a_reason(signed_in: SignIn, led: Incident, ada: Person):
    client = signed_in(ada)
    told = lines_of(room(client, led), "people")

    silent = client.post(f"/incidents/{led.number}/leave/", {"vacate": "on", "reason": " "})
    plain = client.post(f"/incidents/{led.number}/leave/")
    client.post(f"/incidents/{led.number}/leave/", {"vacate": "on", "reason": "boarding a plane"})

    assert "You are Lead. Hand it off first, or leave it vacant: then others are asked." in told
    assert (silent.status_code, plain.status_code) == (400, 409)
    assert [one.role_slug for one in incident_view(led.number).vacancies] == ["lead", "scribe"]
    assert "Ada Okafor gave Lead back: boarding a plane" in lines_of(room(client, led), "timeline")
