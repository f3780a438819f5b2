"""What do the buttons do, with scripts and without, and what do they say when they may not?"""

from datetime import timedelta

import pytest
from django.test import Client

from oncall.incidents.models import Assignment, Incident, Participant, TimelineEntry
from oncall.incidents.queries import incident_view
from oncall.incidents.services import participants, roles
from rotations.actors import Actor
from rotations.models import Person
from tests.factories.incidents import FIRST_TO_JOIN, NIGHT, incident, on_call_in, role, rule, service
from tests.factories.rotations import person, schedule, weekly_rotation
from tests.oncall.pages.conftest import HTMX, SignIn
from tests.oncall.pages.reading import buttons_of, lines_of

pytestmark = [pytest.mark.django_db, pytest.mark.long]

FROM_THE_BOARD = {"page": "board"}


@pytest.fixture
def declared(ada: Person, bo: Person) -> Incident:
    primary = schedule("payments-primary")
    weekly_rotation(primary, [ada, bo])
    return incident(service=service(rule("lead", on_call_in(primary))))


def holders(of: Incident) -> list[tuple[str, str, str]]:
    return [(seat.role_slug, seat.holder.name, seat.state) for seat in incident_view(of.number).roles]


def joined(of: Incident) -> list[tuple[str, str]]:
    rows = Participant.objects.filter(incident=of, left_at=None).exclude(joined_at=None).select_related("person")
    return [(row.person.name, row.kind) for row in rows]


@pytest.mark.parametrize(
    ("page", "lands_at"),
    [("board", "/#incident-{number}"), ("incident", "/incidents/{number}/"), ("", "/incidents/{number}/")],
)
def test_accepting_without_scripts_returns_to_where_the_button_stood(
    signed_in: SignIn, ada: Person, declared: Incident, page: str, lands_at: str
):
    response = signed_in(ada).post(f"/incidents/{declared.number}/roles/lead/accept/", {"page": page})

    assert (response.status_code, response.headers["Location"]) == (302, lands_at.format(number=declared.number))
    assert holders(declared) == [("lead", "Ada Okafor", "accepted")]


def test_accepting_with_scripts_brings_the_section_anew(signed_in: SignIn, ada: Person, declared: Incident):
    response = signed_in(ada).post(f"/incidents/{declared.number}/roles/lead/accept/", FROM_THE_BOARD, headers=HTMX)

    assert response.status_code == 200
    assert response.headers["Oncall-Part"] == "incidents"
    assert response.content.decode().lstrip().startswith('<section id="incidents"')
    lead = "Lead Ada Okafor You Accepted On call in payments-primary until Mon 09:00"
    assert f"{lead} Hand off Lead of incident {declared.number}" in lines_of(response, "incidents")


def test_declining_leaves_the_role_vacant_when_nobody_else_is_on_call(
    signed_in: SignIn, ada: Person, declared: Incident
):
    response = signed_in(ada).post(f"/incidents/{declared.number}/roles/lead/decline/", FROM_THE_BOARD, follow=True)

    assert "Lead Nobody Vacant Everyone who was asked declined" in lines_of(response, "incidents")


def test_a_responder_takes_an_offered_role(signed_in: SignIn, bo: Person, declared: Incident):
    participants.join(declared, person=bo, by=Actor.of_person(bo), now=NIGHT)

    signed_in(bo).post(f"/incidents/{declared.number}/roles/lead/take/", FROM_THE_BOARD)

    assert holders(declared) == [("lead", "Bo Lind", "accepted")]


@pytest.mark.parametrize("kind", ["responder", "observer", "stakeholder"])
def test_joining_as_any_kind(signed_in: SignIn, bo: Person, declared: Incident, kind: str):
    signed_in(bo).post(f"/incidents/{declared.number}/join/", {"kind": kind, **FROM_THE_BOARD})

    assert joined(declared) == [("Bo Lind", kind)]


def test_the_first_who_joins_is_given_the_role_that_waits_for_them(signed_in: SignIn, bo: Person):
    waiting = incident(service=service(rule("scribe", FIRST_TO_JOIN)))

    response = signed_in(bo).post(f"/incidents/{waiting.number}/join/", {"kind": "responder"}, headers=HTMX)

    assert response.headers["Oncall-Part"] == "room"
    scribe = "Scribe Bo Lind You Accepted since 03:14 First to join"
    assert f"{scribe} Hand off Scribe of incident {waiting.number} Why, and more about Scribe" in lines_of(
        response, "room"
    )


def test_leaving_from_the_page_of_the_incident(signed_in: SignIn, bo: Person, declared: Incident):
    participants.join(declared, person=bo, by=Actor.of_person(bo), now=NIGHT)

    signed_in(bo).post(f"/incidents/{declared.number}/leave/")

    assert joined(declared) == []


@pytest.mark.parametrize(
    ("step", "status"), [("acknowledge", "acknowledged"), ("mitigate", "mitigated"), ("resolve", "resolved")]
)
def test_an_incident_moves_on(signed_in: SignIn, bo: Person, declared: Incident, step: str, status: str):
    signed_in(bo).post(f"/incidents/{declared.number}/{step}/")

    declared.refresh_from_db()
    assert declared.status == status


def test_a_resolved_incident_is_reopened(signed_in: SignIn, bo: Person, declared: Incident):
    client = signed_in(bo)
    client.post(f"/incidents/{declared.number}/resolve/")

    response = client.post(f"/incidents/{declared.number}/reopen/", headers=HTMX)

    assert buttons_of(response, "room")[-3:] == ["Acknowledge", "Mark as mitigated", "Resolve"]
    assert holders(declared) == [("lead", "Ada Okafor", "offered")]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_refused_press_is_told_where_it_was_pressed_and_writes_nothing(
    signed_in: SignIn, ada: Person, bo: Person, declared: Incident, headers: dict[str, str]
):
    roles.accept(declared, role=role("lead"), person=ada, by=Actor.of_person(ada), now=NIGHT)
    participants.join(declared, person=bo, by=Actor.of_person(bo), now=NIGHT)
    facts = TimelineEntry.objects.count()

    response = signed_in(bo).post(f"/incidents/{declared.number}/roles/lead/take/", FROM_THE_BOARD, headers=headers)

    assert response.status_code == 409
    assert lines_of(response, f"refusal-{declared.number}") == ["Ada Okafor is Lead since 03:00. Dismiss"]
    assert (holders(declared), TimelineEntry.objects.count()) == ([("lead", "Ada Okafor", "accepted")], facts)


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        ("roles/lead/take/", 409, "Cleo Marsh is not a responder of this incident; join it first. Dismiss"),
        (
            "roles/lead/accept/",
            409,
            "Lead was not offered to Cleo Marsh. Ada Okafor is asked to be Lead since 03:00. Dismiss",
        ),
        ("roles/nothing/take/", 404, "There is no role nothing. Dismiss"),
        ("leave/", 409, "Cleo Marsh takes no part in this incident. Dismiss"),
    ],
)
def test_what_is_refused_to_an_outsider(signed_in: SignIn, declared: Incident, address: str, status: int, told: str):
    response = signed_in(person("Cleo Marsh")).post(f"/incidents/{declared.number}/{address}")

    assert (response.status_code, lines_of(response, f"refusal-{declared.number}")) == (status, [told])


def test_a_poll_keeps_a_refusal_until_it_is_dismissed(signed_in: SignIn, bo: Person, declared: Incident):
    response = signed_in(bo).get("/board/incidents/", headers=HTMX)

    assert f'id="refusal-{declared.number}" hx-preserve hidden' in response.content.decode()


def test_nobody_answers_for_somebody_else(signed_in: SignIn, ada: Person, bo: Person, declared: Incident):
    signed_in(bo).post(f"/incidents/{declared.number}/roles/lead/accept/", {"person": ada.pk})

    assert holders(declared) == [("lead", "Ada Okafor", "offered")]


@pytest.mark.parametrize(
    "address", ["roles/lead/accept/", "roles/lead/take/", "join/", "leave/", "acknowledge/", "resolve/", "notes/"]
)
class TestEveryButton:
    def test_does_nothing_when_it_is_only_opened(
        self, signed_in: SignIn, ada: Person, declared: Incident, address: str
    ):
        before = Assignment.objects.values().get(), TimelineEntry.objects.count()

        response = signed_in(ada).get(f"/incidents/{declared.number}/{address}")

        assert (response.status_code, response.headers["Location"]) == (302, f"/incidents/{declared.number}/")
        assert (Assignment.objects.values().get(), TimelineEntry.objects.count()) == before

    def test_is_for_people_who_signed_in(self, client: Client, declared: Incident, address: str):
        before = TimelineEntry.objects.count()

        response = client.post(f"/incidents/{declared.number}/{address}")

        assert (response.status_code, response.headers["Location"]) == (302, "/accounts/login/?next=/")
        assert TimelineEntry.objects.count() == before

    def test_refuses_a_form_of_another_site(self, ada: Person, declared: Incident, address: str):
        client = Client(enforce_csrf_checks=True)
        client.force_login(ada)
        before = TimelineEntry.objects.count()

        response = client.post(f"/incidents/{declared.number}/{address}")

        assert (response.status_code, lines_of(response)[:2]) == (403, ["403", "This form has expired"])
        assert TimelineEntry.objects.count() == before

    def test_of_an_incident_that_is_not_there_is_not_there(self, signed_in: SignIn, ada: Person, address: str):
        response = signed_in(ada).post(f"/incidents/404/{address}")

        assert (response.status_code, lines_of(response)[:2]) == (404, ["404", "Nothing here"])


@pytest.mark.parametrize("address", ["roles/lead/seize/", "explode/", "join/"])
def test_a_button_that_no_page_has_leads_nowhere(signed_in: SignIn, ada: Person, declared: Incident, address: str):
    response = signed_in(ada).post(f"/incidents/{declared.number}/{address}", {"kind": "spectator"})

    assert response.status_code == 404


def test_an_offer_whose_time_is_up_says_so_until_it_is_passed_on(signed_in: SignIn, ada: Person, bo: Person):
    primary = schedule("payments-primary")
    weekly_rotation(primary, [ada, bo])
    incident(service=service(rule("lead", on_call_in(primary), accept_within=timedelta(minutes=5))))

    lines = lines_of(signed_in(bo).get("/"), "incidents")

    assert "Lead Ada Okafor Offered, time is up On call in payments-primary until Mon 09:00" in lines


def test_a_role_that_nobody_accepted_in_time_is_shown_as_acting(signed_in: SignIn, ada: Person, declared: Incident):
    roles.expire_due_offers(now=NIGHT + timedelta(minutes=6))

    response = signed_in(ada).get("/")

    assert "Lead Ada Okafor You Acting On call in payments-primary until Mon 09:00" in lines_of(response, "incidents")
    assert buttons_of(response, "incidents")[:2] == [
        f"Accept Lead of incident {declared.number}",
        f"Decline Lead of incident {declared.number}",
    ]
