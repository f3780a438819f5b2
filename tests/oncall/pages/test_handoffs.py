"""How is a role handed off on the pages: the form of its holder, and the buttons of whoever is asked?"""

from datetime import timedelta

import pytest

from oncall.incidents.models import Handoff, Incident
from oncall.incidents.queries import incident_view
from oncall.incidents.services import roles
from oncall.incidents.services.handoffs import HandoffNote, offer_handoff
from oncall.incidents.services.shift_changes import announce_due_changes
from rotations.actors import Actor
from rotations.models import Person
from tests.factories.incidents import incident, named, on_call_in, role, rule, service
from tests.factories.rotations import override, schedule, weekly_rotation
from tests.oncall.pages.conftest import HTMX, NOW, SignIn
from tests.oncall.pages.reading import buttons_of, lines_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def led(ada: Person) -> Incident:
    """Ada leads."""
    declared = incident(service=service(rule("lead", named(ada))))
    roles.accept(declared, role=role(), person=ada, by=Actor.of_person(ada), now=NOW - timedelta(minutes=5))
    return declared


@pytest.fixture
def handoff(led: Incident, ada: Person, bo: Person) -> Handoff:
    note = HandoffNote(status="EU cards fail.", ruled_out="The deploy.", next_check_in=NOW + timedelta(minutes=31))
    since = NOW - timedelta(minutes=2)
    return offer_handoff(led, role=role(), person=ada, to=bo, note=note, by=Actor.of_person(ada), now=since)


def holders(of: Incident) -> list[tuple[str, str]]:
    return [(seat.holder.name, seat.state) for seat in incident_view(of.number).roles]


def test_the_holder_is_led_to_the_form_and_others_are_not(signed_in: SignIn, led: Incident, ada: Person, bo: Person):
    link = f'href="/incidents/{led.number}/roles/lead/handoff/"'

    assert link in signed_in(ada).get(f"/incidents/{led.number}/").content.decode()
    assert link not in signed_in(bo).get(f"/incidents/{led.number}/").content.decode()
    form = signed_in(ada).get(f"/incidents/{led.number}/roles/lead/handoff/")
    assert lines_of(form)[:2] == ["Hand off Lead", f"#{led.number} Checkout 5xx · times in UTC"]
    assert buttons_of(form) == ["Offer the handoff"]


def test_the_form_offers_the_handoff_and_returns_to_the_incident(
    signed_in: SignIn, led: Incident, ada: Person, bo: Person
):
    typed = {"to": bo.pk, "status": "EU cards fail.", "next_check_in": "2026-11-20T03:45"}

    response = signed_in(ada).post(f"/incidents/{led.number}/roles/lead/handoff/", typed)

    handoff = Handoff.objects.get()
    assert (response.status_code, response.headers["Location"]) == (302, f"/incidents/{led.number}/")
    assert (handoff.person, handoff.status, handoff.next_check_in) == (
        bo,
        "EU cards fail.",
        NOW + timedelta(minutes=31),
    )


def test_the_form_says_what_is_wrong(signed_in: SignIn, led: Incident, ada: Person, bo: Person):
    address = f"/incidents/{led.number}/roles/lead/handoff/"

    nobody = signed_in(ada).post(address, {"status": "x"})
    not_mine = signed_in(bo).post(address, {"to": ada.pk})

    assert (nobody.status_code, not_mine.status_code, Handoff.objects.count()) == (400, 400, 0)
    assert "Choose who takes over." in lines_of(nobody, "hand-off")
    assert "Bo Lind is not Lead. Ada Okafor is Lead since 03:00." in lines_of(not_mine, "hand-off")


def test_whoever_is_asked_reads_the_note_and_takes_over(signed_in: SignIn, led: Incident, handoff: Handoff, bo: Person):
    client = signed_in(bo)

    page = client.get(f"/incidents/{led.number}/")
    assert [*lines_of(page, f"handoff-{handoff.pk}")] == [
        "Offered to Bo Lind You, 8 min left Status EU cards fail. Ruled out The deploy. Next check-in 03:45",
        f"Take over Lead of incident {led.number}",
        f"Decline Lead of incident {led.number}",
    ]
    response = client.post(f"/handoffs/{handoff.pk}/accept/", {"page": "incident"})

    assert (response.status_code, response.headers["Location"]) == (302, f"/incidents/{led.number}/")
    assert holders(led) == [("Bo Lind", "accepted")]
    told = "Status EU cards fail. Ruled out The deploy. Next check-in 03:45"
    for address in (f"/incidents/{led.number}/", f"/incidents/{led.number}/roles/lead/"):
        words = " ".join(lines_of(client.get(address)))
        assert f"What Ada Okafor handed over {told}" in words


def test_the_board_lets_whoever_is_asked_answer(signed_in: SignIn, led: Incident, handoff: Handoff, bo: Person):
    client = signed_in(bo)

    board = client.get("/")
    answer = client.post(f"/handoffs/{handoff.pk}/decline/", {"page": "board"}, headers=HTMX)

    assert f"Take over Lead of incident {led.number}" in buttons_of(board, "incidents")
    assert 'data-waiting="1"' in board.content.decode()
    assert (answer.status_code, answer.headers["Oncall-Part"]) == (200, "incidents")
    handoff.refresh_from_db()
    assert (handoff.state, holders(led)) == ("declined", [("Ada Okafor", "accepted")])


def test_the_holder_takes_it_back(signed_in: SignIn, led: Incident, handoff: Handoff, ada: Person):
    client = signed_in(ada)

    assert buttons_of(client.get(f"/incidents/{led.number}/"), f"handoff-{handoff.pk}") == [
        f"Take back Lead of incident {led.number}"
    ]
    client.post(f"/handoffs/{handoff.pk}/cancel/")

    handoff.refresh_from_db()
    assert (handoff.state, handoff.reason) == ("cancelled", "withdrawn")


def test_a_late_answer_is_told_where_it_was_pressed(signed_in: SignIn, led: Incident, handoff: Handoff, bo: Person):
    holder = handoff.assignment.person
    signed_in(holder).post(f"/handoffs/{handoff.pk}/cancel/")

    response = signed_in(bo).post(f"/handoffs/{handoff.pk}/accept/")

    assert response.status_code == 409
    cancelled = "The handoff of Lead from Ada Okafor to Bo Lind was cancelled: withdrawn."
    assert lines_of(response, f"refusal-{led.number}") == [f"{cancelled} Ada Okafor is Lead since 03:00. Dismiss"]


@pytest.mark.parametrize("path", ["/handoffs/999/accept/", "/handoffs/{number}/eat/"])
def test_what_is_not_there_is_not_found(signed_in: SignIn, handoff: Handoff, bo: Person, path: str):
    assert signed_in(bo).post(path.format(number=handoff.pk)).status_code == 404


def test_a_handoff_at_a_shift_change_says_why_it_was_offered(signed_in: SignIn, ada: Person, bo: Person):
    primary = schedule("primary")
    weekly_rotation(primary, [bo])
    override(primary, NOW - timedelta(hours=1), timedelta(minutes=50), replaces=bo, person=ada)
    lead = rule("lead", on_call_in(primary), on_shift_change="offer")
    led = incident(service=service(lead), now=NOW - timedelta(minutes=30))
    roles.accept(led, role=role(), person=ada, by=Actor.of_person(ada), now=NOW - timedelta(minutes=29))

    announce_due_changes(now=NOW - timedelta(minutes=2))

    page = " ".join(lines_of(signed_in(bo).get(f"/incidents/{led.number}/")))
    assert (
        "Offered to Bo Lind You, 8 min left The shift of the holder ended: on call in primary until Mon 09:00" in page
    )
