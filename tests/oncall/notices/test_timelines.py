"""Who hears of a fact of an incident? Each kind of fact, and nobody of what they did themselves."""

from datetime import timedelta
from typing import Any

import pytest

from oncall.incidents.models import Incident, Vacancy
from oncall.incidents.services import handoffs, lifecycle, merging, participants, roles
from oncall.incidents.services.bringing_in import ask_person
from oncall.incidents.services.handoffs import HandoffNote
from oncall.incidents.services.nagging import nag_due_seats
from oncall.notices.models import Message, Notice
from oncall.notices.services.announcing import announce
from oncall.notices.services.deadlines import remind_of_deadlines
from rotations.actors import Actor
from rotations.models import Person
from rotations.services.people import deactivate_person
from tests.factories.incidents import FIRST_TO_JOIN, NIGHT, incident, named, on_call_in, role, rule, service
from tests.factories.rotations import administrator, person, schedule, team
from tests.oncall.notices.hearing import heard, minutes, noted, nothing_waits, told
from tests.write_guard import arranging

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()


def joins(one: Incident, *people: Person, kind: str = "responder") -> None:
    for somebody in people:
        participants.join(one, person=somebody, kind=kind, by=Actor.of_person(somebody), now=NIGHT)


@pytest.fixture
def one(ada, bo, cy, payments) -> Incident:
    """An incident of payments that Ada is asked to lead, then Bo; Cy responds and Wu watches; nothing of it waits."""
    declared = incident(service=service(rule("lead", named(ada), named(bo)), team=payments))
    joins(declared, cy)
    joins(declared, person("Wu"), kind="observer")
    nothing_waits()
    return declared


@pytest.fixture
def led(one: Incident, ada: Person) -> Incident:
    """The same, led by Ada."""
    roles.accept(one, role=role(), person=ada, by=Actor.of_person(ada), now=NIGHT)
    nothing_waits()
    return one


def test_whoever_is_offered_a_role_hears_why_and_by_when(bo):
    one = incident(service=service(rule("lead", named(bo))))

    assert heard() == [f"Bo role_offered: You are asked to be Lead: #{one.pk} Checkout 5xx"]
    notice = Notice.objects.get()
    assert notice.text.split("\n\n") == [
        "You are asked to be Lead.",
        "Why you: named in the response plan.",
        "Answer by 04:05 CET; until then you hold it, and after that it is passed on.",
    ]
    assert (notice.path, notice.action) == (f"/incidents/{one.pk}/", "Accept or decline")


def test_an_offer_that_was_answered_meanwhile_is_not_told(one, ada):
    two = incident("Second", service=one.service)
    roles.accept(two, role=role(), person=ada, by=Actor.of_person(ada), now=NIGHT)

    assert told() == set()


def test_whoever_assigns_themselves_is_told_nothing_of_it(one, cy):
    roles.assign(one, role=role(), person=cy, by=Actor.of_person(cy), now=NIGHT)

    assert told() == {("Ada", "role_taken")}


def test_whoever_reopens_an_incident_hears_that_its_role_is_offered_to_them(one, ada):
    roles.accept(one, role=role(), person=ada, by=Actor.of_person(ada), now=NIGHT)
    lifecycle.resolve(one, by=Actor.of_person(ada), now=minutes(1))
    nothing_waits()

    lifecycle.reopen(one, by=Actor.of_person(ada), now=minutes(2))

    assert told() == {("Ada", "role_offered"), ("Cy", "reopened"), ("Wu", "reopened")}


@pytest.mark.parametrize(
    ("what", "who"),
    [
        ("accepts", {("Cy", "lead_changed")}),
        ("declines", {("Bo", "role_offered")}),
        ("lets it pass", {("Ada", "role_passed_on"), ("Bo", "role_offered")}),
        ("is passed over by Cy", {("Ada", "role_taken")}),
    ],
)
def test_an_offer_is_answered(what, who, one, ada, cy):
    lead = role()
    acts = {
        "accepts": lambda: roles.accept(one, role=lead, person=ada, by=Actor.of_person(ada), now=NIGHT),
        "declines": lambda: roles.decline(one, role=lead, person=ada, by=Actor.of_person(ada), now=NIGHT),
        "lets it pass": lambda: roles.expire_due_offers(now=minutes(5)),
        "is passed over by Cy": lambda: roles.take(one, role=lead, person=cy, by=Actor.of_person(cy), now=NIGHT),
    }

    acts[what]()

    assert told(at=minutes(5)) == who


def test_the_last_who_was_asked_acts_and_hears_it(one, ada):
    roles.decline(one, role=role(), person=ada, by=Actor.of_person(ada), now=NIGHT)
    nothing_waits()
    roles.expire_due_offers(now=minutes(5))

    assert told(at=minutes(5)) == {("Bo", "acting")}


def test_whoever_takes_the_lead_by_force_is_told_to_whom_it_was_taken_from_and_to_all(led):
    root = administrator("Root")
    roles.take(led, role=role(), person=root, force=True, reason="no sign of life", by=Actor.of_person(root), now=NIGHT)

    assert heard() == [
        f"Ada role_taken: Root took Lead from you: #{led.pk} Checkout 5xx",
        f"Cy lead_changed: Root is Lead: #{led.pk} Checkout 5xx",
    ]
    assert Notice.objects.get(person__name="Ada").text == "Root took Lead from Ada: no sign of life."


def test_a_handoff_is_offered_with_its_note_and_accepted(led, ada, bo):
    note = HandoffNote(status="Rolling back", ruled_out="DNS", next_check_in=minutes(30))
    handoff = handoffs.offer_handoff(
        led, role=role(), person=ada, to=bo, note=note, by=Actor.of_person(ada), now=minutes(1)
    )

    assert heard() == [f"Bo handoff_offered: You are asked to take Lead over from Ada: #{led.pk} Checkout 5xx"]
    assert Notice.objects.get().text.split("\n\n") == [
        "Ada asks you to take Lead over; Ada stays Lead until you accept.",
        "Status: Rolling back",
        "Ruled out: DNS",
        "Next check-in: Fri 20 Nov, 04:30 CET",
        "Answer by 04:11 CET.",
    ]

    handoffs.accept_handoff(handoff, person=bo, by=Actor.of_person(bo), now=minutes(2))

    assert told() == {("Ada", "handoff_answered"), ("Cy", "lead_changed")}


@pytest.mark.parametrize(
    ("what", "who"),
    [
        ("declined", {("Ada", "handoff_answered")}),
        ("taken back", {("Bo", "handoff_answered")}),
        ("not answered", {("Ada", "handoff_answered"), ("Bo", "handoff_answered")}),
        ("void: Bo is deactivated", {("Ada", "handoff_answered")}),
    ],
)
def test_a_handoff_comes_to_nothing(what, who, led, ada, bo):
    by_ada: dict[str, Any] = {"by": Actor.of_person(ada), "now": minutes(1)}
    handoff = handoffs.offer_handoff(led, role=role(), person=ada, to=bo, **by_ada)
    nothing_waits()
    acts = {
        "declined": lambda: handoffs.decline_handoff(handoff, person=bo, by=Actor.of_person(bo), now=minutes(2)),
        "taken back": lambda: handoffs.cancel_handoff(handoff, person=ada, **by_ada),
        "not answered": lambda: handoffs.expire_due_handoffs(now=minutes(11)),
        "void: Bo is deactivated": lambda: deactivate_person(bo, by=SYSTEM, now=minutes(2)),
    }

    acts[what]()

    assert told(at=minutes(11)) == who


def test_a_handoff_that_a_forced_take_ends_is_told_to_whom_it_was_offered(led, ada, bo, cy, mia):
    handoffs.offer_handoff(led, role=role(), person=ada, to=bo, by=Actor.of_person(ada), now=minutes(1))
    joins(led, mia)
    nothing_waits()

    roles.take(
        led, role=role(), person=mia, force=True, reason="Ada is silent", by=Actor.of_person(mia), now=minutes(2)
    )

    assert told() == {
        ("Bo", "handoff_answered"),
        ("Ada", "role_taken"),
        ("Cy", "lead_changed"),
    }
    assert Notice.objects.get(person=bo).subject == f"You need not take Lead over any more: #{led.pk} Checkout 5xx"


def test_a_handoff_that_a_resolution_ends_is_told_to_whom_it_was_offered(led, ada, bo):
    handoffs.offer_handoff(led, role=role(), person=ada, to=bo, by=Actor.of_person(ada), now=minutes(1))
    nothing_waits()

    lifecycle.resolve(led, by=Actor.of_person(ada), now=minutes(2))

    assert told() == {("Bo", "handoff_answered"), ("Cy", "resolved"), ("Wu", "resolved")}


def test_a_vacancy_is_told_to_who_responds_and_to_who_manages(ada, cy, payments):
    checkout = service(rule("lead", named(ada)), rule("scribe", FIRST_TO_JOIN), team=payments)
    one = incident(service=checkout)

    assert heard() == [
        f"Ada role_offered: You are asked to be Lead: #{one.pk} Checkout 5xx",
        f"Mia vacancy: Nobody is Scribe: #{one.pk} Checkout 5xx",
    ]
    assert (
        Notice.objects.latest("id").text == "The incident needs Scribe, and it waits for the first responder to join."
    )

    joins(one, cy)
    scribe = role("scribe")
    roles.release(one, role=scribe, person=cy, vacate=True, reason="off", by=Actor.of_person(cy), now=minutes(1))
    roles.decline(one, role=role(), person=ada, by=Actor.of_person(ada), now=minutes(2))

    # Not Cy of the seat that they left themselves.
    assert [line for line in heard() if "vacancy" in line] == [
        f"Mia vacancy: Nobody is Scribe: #{one.pk} Checkout 5xx",
        f"Cy vacancy: Nobody is Lead: #{one.pk} Checkout 5xx",
        f"Mia vacancy: Nobody is Lead: #{one.pk} Checkout 5xx",
    ]


def test_managers_who_are_called_are_not_told_as_well_that_the_role_is_vacant(one, cy, mia):
    vacant: dict[str, Any] = {"role": "lead", "seat": 2, "because": "no_one_on_call"}
    with arranging():
        Vacancy.objects.create(incident=one, role=role(), seat=2, since=NIGHT, because="no_one_on_call")
    noted(one, "vacant", **vacant)
    noted(one, "managers_called", "Nobody is on call; Mia is called", **vacant, managers=[mia.pk])

    assert heard() == [
        f"Cy vacancy: Nobody is Lead: #{one.pk} Checkout 5xx",
        f"Mia managers_called: Nobody answers for Lead: #{one.pk} Checkout 5xx",
    ]


def test_who_was_quicker_than_the_telling_is_not_called(one, cy):
    noted(one, "vacant", role="lead", seat=1, because="no_one_on_call")
    noted(one, "help_asked", schedule="network", people=[cy.pk])

    # Ada is offered the seat, and Cy takes part.
    assert heard() == []


def test_where_nobody_is_on_call_the_managers_of_the_schedule_are_called(payments):
    lone = schedule("network", of=team("network", managers=[person("Nia")]))
    one = incident(service=service(rule("lead", on_call_in(lone)), team=payments))

    assert [line for line in heard() if f"#{one.pk}" in line] == [
        f"Mia vacancy: Nobody is Lead: #{one.pk} Checkout 5xx",
        f"Nia managers_called: Nobody answers for Lead: #{one.pk} Checkout 5xx",
    ]


def test_whoever_acts_is_reminded_and_then_the_managers_are_called(one, ada):
    roles.decline(one, role=role(), person=ada, by=Actor.of_person(ada), now=NIGHT)
    roles.expire_due_offers(now=minutes(5))
    nothing_waits()

    lines = []
    for minute in range(6, 20, 2):
        nag_due_seats(now=minutes(minute + 1))
        lines += [line.partition(":")[0] for line in heard(at=minutes(minute + 1))]

    assert lines == ["Bo nagged"] * 5 + ["Mia managers_called"]


def test_whoever_is_asked_for_help_reads_by_whom_and_why(one, bo, cy):
    ask_person(one, person=bo, reason="Do you know the cache?", by=Actor.of_person(cy), now=minutes(1))

    assert heard() == [f"Bo help_asked: Cy asks you for help: #{one.pk} Checkout 5xx"]
    notice = Notice.objects.get()
    assert (notice.text, notice.action) == ("Cy asks Bo to help: Do you know the cache?", "Join the incident")


def test_where_no_team_has_a_manager_the_administrators_hear_it():
    administrator("Root")
    incident(service=service(rule("lead", FIRST_TO_JOIN)))

    assert told() == {("Root", "vacancy")}


@pytest.mark.parametrize(
    ("what", "who"),
    [
        ("resolved", {("Ada", "resolved"), ("Wu", "resolved")}),
        ("severity", {("Ada", "severity_changed"), ("Wu", "severity_changed")}),
        ("given up", {("Cy", "lead_changed"), ("Bo", "role_offered")}),
        ("merged", {("Ada", "merged"), ("Wu", "merged"), ("Ada", "role_offered")}),
        ("renamed, acknowledged and mitigated", set()),
    ],
)
def test_an_incident_moves_on(what, who, led, ada, cy):
    into = incident("Another", service=service(slug="other"))
    nothing_waits()
    by_cy: dict[str, Any] = {"by": Actor.of_person(cy), "now": minutes(1)}

    def quietly() -> None:
        lifecycle.edit(led, title="Checkout 500", **by_cy)
        lifecycle.acknowledge(led, **by_cy)
        lifecycle.mitigate(led, **by_cy)

    acts = {
        "resolved": lambda: lifecycle.resolve(led, **by_cy),
        "severity": lambda: lifecycle.edit(led, severity=1, **by_cy),
        "given up": lambda: roles.release(
            led, role=role(), person=ada, vacate=True, reason="ill", by=Actor.of_person(ada), now=minutes(1)
        ),
        "merged": lambda: merging.merge(led, into=into, **by_cy),
        "renamed, acknowledged and mitigated": quietly,
    }

    acts[what]()

    assert told() == who


def test_a_reopened_incident_is_told_to_all_and_its_roles_are_offered_again(led, cy):
    lifecycle.resolve(led, by=SYSTEM, now=minutes(1))
    nothing_waits()

    lifecycle.reopen(led, by=Actor.of_person(cy), now=minutes(2))

    assert told() == {("Ada", "reopened"), ("Wu", "reopened"), ("Ada", "role_offered")}


def test_a_drill_says_so_first(ada):
    one = incident(service=service(rule("lead", named(ada))), is_drill=True)

    assert heard() == [f"Ada role_offered: [Drill] You are asked to be Lead: #{one.pk} Checkout 5xx"]
    assert Notice.objects.get().text.startswith("This is a drill.\n\n")


def test_what_else_a_timeline_tells_has_its_hearers(one, ada, bo, cy, mia):
    seat: dict[str, Any] = {"role": "lead", "seat": 1, "person": ada.pk}
    noted(one, "nagged", **seat, times=2)
    noted(one, "nagged", role="lead", seat=1, times=1)
    noted(one, "managers_called", role="lead", seat=1, managers=[mia.pk])
    noted(one, "shift_changed", **seat, to=[bo.pk])
    noted(one, "handoff_escalated", **seat, managers=[mia.pk])
    noted(one, "handoff_escalated", **seat, handoff=1, to=bo.pk, managers=[mia.pk])
    noted(one, "handoff_cancelled", **seat, handoff=1, to=bo.pk, because="off_shift")
    noted(one, "relief_suggested", **seat, to=[bo.pk])
    noted(one, "suggestion", **seat, to=[bo.pk])
    noted(one, "may_release", **seat)
    noted(one, "help_asked", schedule="network", people=[bo.pk], words="Do you know the cache?")

    number = f"#{one.pk} Checkout 5xx"
    assert heard() == [
        f"Ada nagged: You still act as Lead: {number}",
        f"Cy nagged: Still nobody is Lead: {number}",
        f"Mia nagged: Still nobody is Lead: {number}",
        f"Mia managers_called: Nobody answers for Lead: {number}",
        f"Bo shift_handed_over: You are on call now; Ada goes on as Lead: {number}",
        f"Mia handoff_escalated: Nobody took Lead over from Ada, whose shift ended: {number}",
        f"Ada shift_handed_over: Your shift ended; you go on as Lead: {number}",
        f"Mia handoff_escalated: Nobody took Lead over from Ada, whose shift ended: {number}",
        f"Bo handoff_answered: You need not take Lead over any more: {number}",
        f"Ada handoff_answered: You go on as Lead: {number}",
        f"Ada relief_suggested: You have been Lead for long: let somebody relieve you: {number}",
        f"Ada relief_suggested: Is it for Bo to be Lead now?: {number}",
        f"Ada may_release: You may give Lead back: {number}",
        f"Bo help_asked: Oncall asks you for help: {number}",
    ]
    assert {one.path for one in Notice.objects.filter(kind="relief_suggested")} == {
        f"/incidents/{one.pk}/roles/lead/handoff/"
    }


def test_an_automatic_handoff_is_told_to_both(led, ada, bo):
    handoff = handoffs.offer_handoff(led, role=role(), person=ada, to=bo, by=Actor.of_person(ada), now=minutes(1))
    nothing_waits()
    seat: dict[str, Any] = {"role": "lead", "seat": 1, "person": ada.pk, "handoff": handoff.pk, "to": bo.pk}
    noted(led, "handoff_offered", "The shift of Ada ended: Lead is offered to Bo", **seat, is_automatic=True)

    assert heard() == [
        f"Bo handoff_offered: You are asked to take Lead over from Ada: #{led.pk} Checkout 5xx",
        f"Ada shift_handed_over: Your shift ended: Lead is offered to Bo: #{led.pk} Checkout 5xx",
    ]


@pytest.mark.parametrize("kind", ["status_changed", "note", "signal", "of_a_later_version"])
def test_kinds_that_concern_nobody_or_are_not_known_are_announced_without_a_word(kind, one, ada):
    entry = noted(one, kind, person=ada.pk, to="elsewhere", people={"odd": 1})

    assert heard() == []
    entry.refresh_from_db()
    assert entry.announced_at == NIGHT


def test_whoever_is_deactivated_is_told_nothing(one, ada):
    noted(one, "may_release", role="lead", seat=1, person=ada.pk)
    deactivate_person(ada, by=SYSTEM, now=minutes(1))

    assert told() == {("Bo", "role_offered"), ("Cy", "lead_changed")}


def test_what_happened_more_than_a_day_ago_is_told_to_nobody(ada):
    one = incident(service=service(rule("lead", named(ada))))

    assert heard(at=NIGHT + timedelta(days=1, seconds=1)) == []
    assert not one.timeline.filter(announced_at=None).exists()


def test_announcing_again_says_nothing_twice(one, cy):
    lifecycle.resolve(one, by=Actor.of_person(cy), now=minutes(1))
    first = heard()
    with arranging():
        one.timeline.filter(kind="resolved").update(announced_at=None)

    assert (len(first), heard()) == (1, [])


def test_a_batch_is_bounded_and_goes_on_where_the_last_one_ended(one, ada):
    facts = [noted(one, "may_release", f"Number {n}", role="lead", seat=1, person=ada.pk) for n in range(5)]

    counts = [announce(now=NIGHT, limit=2) for _ in range(4)]

    assert counts == [2, 2, 1, 0]
    texts = list(Notice.objects.order_by("id").values_list("text", flat=True))
    assert texts == [f"Number {n}." for n in range(len(facts))]


@pytest.mark.parametrize("count", [1, 3])
def test_announcing_costs_the_same_for_any_number_of_people(count, django_assert_num_queries, payments):
    crew = [person(f"Person{n}") for n in range(count)]
    one = incident(service=service(rule("lead", FIRST_TO_JOIN), team=payments))
    joins(one, *crew)
    lifecycle.edit(one, severity=1, by=SYSTEM, now=minutes(1))
    nothing_waits()
    lifecycle.resolve(one, by=SYSTEM, now=minutes(2))

    with django_assert_num_queries(18):
        announce(now=minutes(2))

    assert Message.objects.count() == count


def test_whoever_has_a_minute_left_is_reminded_once(one, ada):
    assert remind_of_deadlines(now=minutes(3.9)) == 0
    assert [remind_of_deadlines(now=minutes(at)) for at in (4, 4.5)] == [1, 0]

    notice = Notice.objects.get()
    assert (notice.person, notice.kind, notice.subject, notice.expires_at) == (
        ada,
        "deadline_near",
        f"Answer by 03:05 UTC: Lead: #{one.pk} Checkout 5xx",
        minutes(5),
    )


def test_nobody_is_reminded_of_what_they_answered_or_must_answer_at_once(one, ada):
    roles.accept(one, role=role(), person=ada, by=Actor.of_person(ada), now=minutes(1))
    hurried = service(rule("lead", named(ada), accept_within=timedelta(seconds=90)), slug="hurried")
    incident("In a hurry", service=hurried)

    assert [remind_of_deadlines(now=minutes(at)) for at in (0.9, 4.5)] == [0, 0]
