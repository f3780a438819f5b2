"""Incidents in the admin: everything is seen, and what can be done is done by the services."""

from datetime import timedelta

import pytest

from oncall.incidents.models import Incident, Status, TimelineEntry
from oncall.incidents.queries import incident_view
from oncall.incidents.services import participants, roles
from oncall.incidents.services.bringing_in import ask_person
from oncall.incidents.services.handoffs import HandoffNote, offer_handoff
from rotations.actors import Actor
from rotations.models import Person
from tests.admin_forms import messages, page_for, page_of, signed_in, stored
from tests.factories.incidents import NIGHT, incident, on_call_in, role, rule, service
from tests.factories.rotations import administrator, person, schedule, team, weekly_rotation

pytestmark = pytest.mark.django_db


def test_the_page_of_an_incident_tells_its_roles_people_and_timeline():
    declared = incident(title="Checkout 5xx")

    page = signed_in(administrator()).get(page_of(declared)).content.decode()

    assert "Checkout 5xx" in page
    assert "When nobody held a required role" in page
    assert "Goes to the first responder who joins" in page
    assert "Nobody is Lead: goes to the first responder who joins" in page
    assert "waiting_for_first_to_join" not in page


def test_the_page_says_moments_by_the_clocks_of_whoever_looks_and_all_that_was_told_with_a_handoff():
    ada, bo = person("Ada"), person("Bo")
    primary = schedule("payments-primary")
    weekly_rotation(primary, [ada])
    declared = incident(service=service(rule("lead", on_call_in(primary))))
    roles.accept(declared, role=role(), person=ada, by=Actor.of_person(ada), now=NIGHT)
    note = HandoffNote(status="EU cards fail.", ruled_out="The deploy.", next_check_in=NIGHT + timedelta(hours=1))
    offer_handoff(declared, role=role(), person=ada, to=bo, note=note, by=Actor.of_person(ada), now=NIGHT)

    page = signed_in(administrator(zone="Europe/Berlin")).get(page_of(declared)).content.decode()

    told = "<strong>Status</strong> EU cards fail.<br><strong>Ruled out</strong> The deploy.<br>"
    assert f"{told}<strong>Next check-in</strong> Fri 20 Nov 2026, 05:00:00" in page
    assert "on call in payments-primary until Mon 23 Nov 2026, 10:00:00" in page


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


def test_an_incident_is_mitigated_and_reopened():
    declared = incident()
    browser = signed_in(administrator())

    said = [messages(browser, browser.post(page_of(declared, verb)))[0] for verb in ("mitigate", "resolve", "reopen")]

    assert said == [f"{declared} is mitigated.", f"{declared} was resolved.", f"{declared} is open again."]
    assert (Incident.objects.get().status, Incident.objects.get().epoch) == ("declared", 2)


def test_somebody_is_asked_to_hold_a_role_and_it_is_taken_from_them_by_force():
    ada, bo = person("Ada"), person("Bo")
    declared = incident(by=ada)
    root, member = administrator(), person("Mia")
    team(managers=[member])
    browser, lead = signed_in(root), role().pk

    empty = browser.post(page_of(declared, "take"), {"role": lead, "reason": ""})
    assigned = messages(browser, browser.post(page_of(declared, "assign"), {"role": lead, "person": bo.pk}))
    stranger = signed_in(Person.objects.get(pk=member.pk))
    forbidden = messages(stranger, stranger.post(page_of(declared, "take"), {"role": lead, "reason": "x"}))
    taken = messages(browser, browser.post(page_of(declared, "take"), {"role": lead, "reason": "Ada sleeps."}))

    assert (empty.status_code, "This field is required." in empty.content.decode()) == (200, True)
    assert assigned[0].startswith(f"{declared}: Ada is Lead since")
    assert forbidden == [f"{declared}: Only managers of the service's team and administrators take a role from Ada."]
    assert taken == [f"In {declared}, the role is yours."]
    assert [(seat.holder, seat.state) for seat in incident_view(declared.number).roles] == [(root, "accepted")]


def test_the_page_tells_who_handed_over_who_works_and_who_saw_it():
    ada, bo = person("Ada"), person("Bo")
    declared = incident(by=ada)
    by = Actor.of_person(ada)
    note = HandoffNote(status="Half of it is back.")
    offer_handoff(declared, role=role(), person=ada, to=bo, note=note, by=by, now=NIGHT)
    participants.change_status(declared, person=ada, status="on_break", by=by, now=NIGHT)
    ask_person(declared, person=person("Cy"), reason="You wrote it.", by=by, now=NIGHT)

    page = signed_in(administrator()).get(page_of(declared)).content.decode()

    for told in ("Who handed over to whom", "Half of it is back.", "On a break since", "asked by Ada: You wrote it."):
        assert told in page


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
