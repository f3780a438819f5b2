"""Incidents in the admin: everything is seen, and what can be done is done by the services."""

import pytest

from oncall.incidents.models import Incident, Status, TimelineEntry
from rotations.models import Person
from tests.admin_forms import messages, page_for, page_of, signed_in, stored
from tests.factories.incidents import incident
from tests.factories.rotations import administrator, person, team

pytestmark = pytest.mark.django_db


def test_the_page_of_an_incident_tells_its_roles_people_and_timeline():
    declared = incident(title="Checkout 5xx")

    page = signed_in(administrator()).get(page_of(declared)).content.decode()

    assert "Checkout 5xx" in page
    assert "When nobody held a required role" in page
    for entry in TimelineEntry.objects.filter(incident=declared):
        assert entry.text in page


def test_an_incident_is_acknowledged_and_resolved_by_whoever_is_signed_in():
    declared = incident()
    manager = person("Ada")
    team(managers=[manager])
    browser = signed_in(Person.objects.get(pk=manager.pk))

    acknowledged = browser.post(page_of(declared, "acknowledge"))
    said = messages(browser, acknowledged)
    browser.post(page_of(declared, "resolve"))

    told = TimelineEntry.objects.filter(kind__in=("acknowledged", "resolved")).values_list("kind", "actor_name")
    assert said == [f"{declared} was acknowledged."]
    assert Incident.objects.get().status == Status.RESOLVED
    assert [*told.order_by("id")] == [("acknowledged", "Ada"), ("resolved", "Ada")]


def test_nothing_of_an_incident_is_edited_or_added_in_the_admin():
    declared = incident()
    before = stored()
    browser = signed_in(administrator())
    before = stored()

    edited = browser.post(page_of(declared), {"title": "Rewritten"})
    added = browser.get(page_for(Incident))

    assert [edited.status_code, added.status_code] == [403, 403]
    assert stored() == before


def test_a_resolved_incident_is_not_acknowledged_any_more():
    declared = incident()
    browser = signed_in(administrator())
    browser.post(page_of(declared, "resolve"))

    refused = browser.post(page_of(declared, "acknowledge"))

    assert messages(browser, refused)[1:] == [f"{declared}: This incident is resolved; reopen it first."]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_incident_and_three(count, django_assert_num_queries):
    for n in range(count):
        incident(title=f"Incident {n}")
    browser = signed_in(administrator())
    browser.get(page_for(Incident, "changelist"))

    with django_assert_num_queries(9):
        browser.get(page_for(Incident, "changelist"))
