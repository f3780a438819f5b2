"""Which roles do I hold or am I asked to take, and what do the buttons beside them do?"""

from datetime import timedelta

import pytest
from django.test import Client

from oncall.incidents.models import Incident
from oncall.incidents.queries import incident_view
from oncall.incidents.services import roles
from oncall.incidents.services.handoffs import HandoffNote, offer_handoff
from rotations.actors import Actor
from rotations.models import Person
from tests.factories.incidents import incident, named, role, rule, service
from tests.oncall.pages.conftest import NOW, SignIn
from tests.oncall.pages.me.conftest import HTMX
from tests.oncall.pages.reading import buttons_of, lines_of

pytestmark = pytest.mark.django_db

BEFORE = NOW - timedelta(minutes=2)


@pytest.fixture
def declared(ada: Person, bo: Person) -> Incident:
    """Ada is asked to lead, and Bo to write."""
    return incident(service=service(rule("lead", named(ada)), rule("scribe", named(bo))), now=BEFORE)


def answer(client: Client, declared: Incident, act: str, **headers: str):
    return client.post(f"/incidents/{declared.number}/roles/lead/{act}/", {"page": "me"}, headers=headers)


def test_only_the_roles_that_concern_the_viewer_are_shown(client: Client, declared: Incident):
    incident("Somebody else's trouble", now=BEFORE)

    page = client.get("/me/")

    shown = lines_of(page, "roles")
    assert shown[:3] == ["My roles", "SEVSeverity 3", f"#{declared.number} Checkout 5xx"]
    assert [line for line in shown if "Scribe" in line or "Somebody" in line] == []
    assert buttons_of(page, "roles")[:2] == [
        f"Accept Lead of incident {declared.number}",
        f"Decline Lead of incident {declared.number}",
    ]
    assert 'data-news="1 open incident. 1 role offered to you." data-waiting="1"' in page.content.decode()


def test_an_answer_is_given_and_the_section_shown_again(client: Client, declared: Incident):
    plain = answer(client, declared, "accept")
    scripted = answer(client, declared, "accept", **HTMX)

    assert (plain.status_code, plain.headers["Location"]) == (302, "/me/#roles")
    assert incident_view(declared.number).roles[0].state == "accepted"
    assert (scripted.status_code, scripted.headers["Oncall-Part"]) == (200, "roles")
    assert "Accepted" in lines_of(scripted, "roles")[4]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["without scripts", "with scripts"])
def test_a_refusal_is_told_even_where_the_role_is_the_viewers_no_more(
    client: Client, signed_in: SignIn, bo: Person, declared: Incident, headers: dict[str, str]
):
    answer(client, declared, "decline")

    response = answer(client, declared, "accept", **headers)

    assert response.status_code == 409
    told = lines_of(response, "roles")
    assert len(told) == 3
    assert told[1].endswith("Dismiss")
    assert told[2] == "You hold no role in an open incident, and nobody asks you to take one over."


def test_a_handoff_waits_for_whoever_is_asked(
    client: Client, signed_in: SignIn, ada: Person, bo: Person, declared: Incident
):
    me = Actor.of_person(ada)
    roles.accept(declared, role=role(), person=ada, by=me, now=BEFORE)
    note = HandoffNote(status="EU cards fail.")
    handoff = offer_handoff(declared, role=role(), person=ada, to=bo, note=note, by=me, now=BEFORE)
    his = signed_in(bo)

    shown = his.get("/me/")
    taken = his.post(f"/handoffs/{handoff.pk}/accept/", {"page": "me"}, headers=HTMX)

    assert f"Take over Lead of incident {declared.number}" in buttons_of(shown, "roles")
    assert (taken.status_code, taken.headers["Oncall-Part"]) == (200, "roles")
    assert incident_view(declared.number).roles[0].holder == bo


@pytest.mark.parametrize("count", [1, 3])
def test_the_section_costs_the_same_for_any_number_of_incidents(
    client: Client, ada: Person, count: int, django_assert_num_queries
):
    asked = service(rule("lead", named(ada)))
    for _ in range(count):
        incident(service=asked, now=BEFORE)

    with django_assert_num_queries(7):
        client.get("/me/roles/")
