"""How does a person declare an incident on the board?"""

import pytest
from django.test import Client

from oncall.incidents.models import Incident, Service
from oncall.incidents.queries import incident_view
from tests.factories.incidents import DECLARER, rule, service
from tests.factories.rotations import person
from tests.oncall.pages.conftest import SignIn
from tests.oncall.pages.reading import lines_of

pytestmark = pytest.mark.django_db


def test_declaring_opens_the_incident_with_whoever_declared_as_its_lead(signed_in: SignIn):
    ada = person("Ada Okafor")
    checkout = service(rule("lead", DECLARER))

    response = signed_in(ada).post("/incidents/", {"title": "Checkout 5xx", "severity": "2", "service": checkout.pk})

    [declared] = Incident.objects.all()
    assert (response.status_code, response.headers["Location"]) == (302, f"/incidents/{declared.number}/")
    assert (declared.title, declared.severity, declared.service, declared.declared_by_name) == (
        "Checkout 5xx",
        2,
        checkout,
        "Ada Okafor",
    )
    assert [(seat.holder, seat.state) for seat in incident_view(declared.number).roles] == [(ada, "accepted")]


def test_a_drill_is_declared_with_the_same_form(signed_in: SignIn):
    form = {"title": "Game day", "severity": "2", "service": Service.objects.get().pk, "is_drill": "on"}

    response = signed_in(person()).post("/incidents/", form, follow=True)

    assert Incident.objects.get().is_drill
    assert "This is a drill." in lines_of(response, "room")


def test_the_form_starts_at_the_default_service_and_severity_three(signed_in: SignIn):
    service(slug="checkout")

    html = signed_in(person()).get("/").content.decode()

    assert html.index("General</option>") < html.index("Checkout</option>")
    assert '<input type="radio" name="severity" value="3" id="id_severity_2" required checked>' in html
    assert "---------" not in html


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"title": ""}, "Say in a few words what is broken."),
        ({"title": "   "}, "Say in a few words what is broken."),
        ({"title": "x" * 301}, "Ensure this value has at most 300 characters (it has 301)."),
        ({"title": "a\x00b"}, "Null characters are not allowed."),
        ({"severity": "9"}, "Select a valid choice. 9 is not one of the available choices."),
        ({"severity": ""}, "This field is required."),
        ({"service": "404"}, "This service is not there any more."),
        ({"service": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_declared_is_told_at_the_field_and_declares_nothing(
    signed_in: SignIn, wrong: dict[str, str], told: str
):
    form = {"title": "Checkout 5xx", "severity": "2", "service": str(Service.objects.get().pk)}

    response = signed_in(person()).post("/incidents/", form | wrong)

    assert (response.status_code, told in lines_of(response, "declare")) == (400, True)
    assert '<details class="card" id="declare" open>' in response.content.decode()
    assert not Incident.objects.exists()


def test_only_people_who_signed_in_declare(client: Client):
    response = client.post("/incidents/", {"title": "Checkout 5xx", "severity": "2", "service": "1"})

    assert response.headers["Location"] == "/accounts/login/?next=/"
    assert not Incident.objects.exists()
