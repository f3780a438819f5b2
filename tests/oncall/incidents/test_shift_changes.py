"""Others go on call while an incident runs: cases 21, 22 and 23."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oncall.incidents.models import Handoff, Incident, WatchedSchedule
from oncall.incidents.services import lifecycle, participants, roles
from oncall.incidents.services.handoffs import (
    HandoffNote,
    accept_handoff,
    decline_handoff,
    expire_due_handoffs,
    offer_handoff,
)
from oncall.incidents.services.plans import archive_role
from oncall.incidents.services.shift_changes import announce_due_changes
from rotations.actors import Actor
from rotations.models import Person, Schedule
from rotations.services.overrides import end_override
from rotations.services.people import deactivate_person
from tests.factories.incidents import FIRST_TO_JOIN, incident, named, on_call_in, role, rule, service
from tests.factories.rotations import absence, override, person, reading, schedule, team, weekly_rotation
from tests.oncall.incidents.answering import does
from tests.oncall.incidents.pictures import facts, ledger, minute, present, standing

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
# When Ada's week ends and Bo's begins.
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def primary(ada: Person, bo: Person) -> Schedule:
    of = schedule("primary")
    weekly_rotation(of, [ada, bo])
    return of


@pytest.fixture
def mo() -> Person:
    return person("Mo")


def led_by_ada(primary: Schedule, policy: str, *more: Any, **fields: Any) -> Incident:
    """Return an incident whose lead Ada accepted, being on call."""
    team_of = fields.pop("team", None)
    slug = fields.pop("slug", "checkout")
    lead = rule("lead", on_call_in(primary), *more, on_shift_change=policy, **fields)
    one = incident(service=service(lead, slug=slug, team=team_of))
    does(roles.accept, one, Person.objects.get(name="Ada"))
    return one


def said(one: Incident) -> tuple[str, str, dict[str, Any]]:
    """Return the last fact: its kind, its text, and whom it names."""
    last = one.timeline.order_by("id").last()
    assert last is not None
    named_in = {name: last.data[name] for name in ("person", "to", "managers", "because") if name in last.data}
    return last.kind, last.text, named_in


def waiting(one: Incident) -> Handoff | None:
    """Return the handoff that waits for an answer, if one does."""
    return Handoff.objects.filter(assignment__incident=one, state="offered").select_related("person").first()


def answer(handoff: Handoff | None, verb: Any, *, at: datetime) -> None:
    assert handoff is not None
    verb(handoff, person=handoff.person, by=Actor.of_person(handoff.person), now=at)


# ── keep ──


def test_by_default_the_lead_stays_and_whoever_comes_is_told_and_takes_part(primary: Schedule, ada: Person, bo: Person):
    one = led_by_ada(primary, "keep")

    assert announce_due_changes(now=MONDAY - timedelta(microseconds=1)) == 0
    assert announce_due_changes(now=MONDAY) == 1
    assert announce_due_changes(now=MONDAY + timedelta(minutes=1)) == 0

    assert (standing(one), present(one)) == ({"lead": "Ada accepted"}, {"Ada": "responder", "Bo": "asked"})
    assert said(one) == (
        "shift_changed",
        "Bo is on call in primary now; Ada keeps Lead",
        {"person": ada.pk, "to": [bo.pk]},
    )
    assert facts(one).count("shift_changed") == 1


def test_an_override_made_meanwhile_changes_the_shift_and_its_end_gives_it_back(
    primary: Schedule, ada: Person, cy: Person
):
    one = led_by_ada(primary, "keep")
    override(primary, minute(10), timedelta(hours=2), replaces=ada, person=cy, now=minute(9))

    assert (announce_due_changes(now=minute(9)), facts(one).count("shift_changed")) == (1, 0)
    assert (announce_due_changes(now=minute(9)), announce_due_changes(now=minute(10))) == (0, 1)
    assert said(one)[1] == "Cy is on call in primary now; Ada keeps Lead"
    assert announce_due_changes(now=minute(130)) == 1

    assert facts(one).count("shift_changed") == 1


def test_an_edit_that_changes_nobody_now_is_no_shift_change(primary: Schedule, ada: Person, cy: Person):
    one = led_by_ada(primary, "keep")
    before = facts(one)
    later = override(primary, MONDAY + timedelta(days=1), timedelta(hours=2), replaces=ada, person=cy, now=minute(9))
    end_override(later, by=SYSTEM, now=minute(9))

    assert announce_due_changes(now=minute(9)) == 1
    assert facts(one) == before


def test_whoever_took_the_lead_without_being_on_call_goes_on_and_whoever_comes_is_told(
    primary: Schedule, ada: Person, bo: Person, cy: Person
):
    one = incident(service=service(rule("lead", on_call_in(primary), FIRST_TO_JOIN)))
    does(roles.decline, one, ada)
    participants.join(one, person=cy, by=Actor.of_person(cy), now=minute(2))

    announce_due_changes(now=MONDAY)

    assert standing(one) == {"lead": "Cy accepted"}
    assert said(one)[1:] == ("Bo is on call in primary now; Cy keeps Lead", {"person": cy.pk, "to": [bo.pk]})


def test_whoever_is_on_call_after_as_before_is_not_told_anything(primary: Schedule, ada: Person, cy: Person):
    both = schedule("both")
    weekly_rotation(both, [[ada, cy], ada])
    one = led_by_ada(both, "offer")

    announce_due_changes(now=MONDAY)

    assert (waiting(one), facts(one)[-1]) == (None, "accepted")


def test_a_lead_found_in_the_second_schedule_is_not_relieved_by_the_first(ada: Person, bo: Person, cy: Person):
    first, second = schedule("first"), schedule("second")
    weekly_rotation(first, [bo, cy])
    weekly_rotation(second, [ada])
    one = incident(service=service(rule("lead", on_call_in(first), on_call_in(second), on_shift_change="offer")))
    does(roles.decline, one, bo)
    does(roles.accept, one, ada, at=2)

    announce_due_changes(now=MONDAY)

    assert (standing(one), waiting(one)) == ({"lead": "Ada accepted"}, None)


def test_where_a_gap_begins_the_lead_keeps_it_and_nobody_is_told(ada: Person):
    primary = schedule("primary")
    weekly_rotation(primary, [ada], ends_at=minute(30))
    one = led_by_ada(primary, "keep")

    announce_due_changes(now=minute(30))

    assert said(one)[1:] == ("Nobody is on call in primary now; Ada keeps Lead", {"person": ada.pk, "to": []})


# ── offer ──


def test_by_policy_whoever_comes_is_offered_a_handoff_and_the_outgoing_leads_until_it_is_accepted(
    primary: Schedule, ada: Person, bo: Person
):
    one = led_by_ada(primary, "offer")

    announce_due_changes(now=MONDAY)

    handoff = waiting(one)
    assert handoff is not None
    because = "on call in primary until 2026-11-30T09:00:00Z"
    assert (handoff.person, handoff.is_automatic, handoff.because, handoff.expires_at) == (
        bo,
        True,
        because,
        MONDAY + timedelta(minutes=10),
    )
    assert said(one) == (
        "handoff_offered",
        f"The shift of Ada ended: Lead is offered to Bo, {because}; Ada goes on until then",
        {"person": ada.pk, "to": bo.pk, "because": because},
    )
    assert (standing(one), present(one)) == ({"lead": "Ada accepted"}, {"Ada": "responder"})
    answer(handoff, accept_handoff, at=MONDAY + timedelta(minutes=2))
    assert standing(one) == {"lead": "Bo accepted"}
    assert one.assignments.get(person=bo).because == f"{because}, after the shift of Ada"


def test_what_a_shift_change_offered_gives_way_to_what_the_holder_offers_with_a_note(
    primary: Schedule, ada: Person, bo: Person
):
    one = led_by_ada(primary, "offer")
    announce_due_changes(now=MONDAY)
    automatic, note = waiting(one), HandoffNote(status="Rolling back.")
    later = MONDAY + timedelta(minutes=1)

    offered = offer_handoff(one, role=role(), person=ada, to=bo, note=note, by=Actor.of_person(ada), now=later)

    assert automatic is not None
    automatic.refresh_from_db()
    assert (automatic.state, automatic.reason) == ("cancelled", "withdrawn")
    assert (offered.person, offered.status, offered.is_automatic) == (bo, "Rolling back.", False)
    assert facts(one)[-2:] == ["handoff_cancelled", "handoff_offered"]
    answer(offered, accept_handoff, at=MONDAY + timedelta(minutes=2))
    assert standing(one) == {"lead": "Bo accepted"}


@pytest.mark.parametrize("how", ["declined", "expired"])
def test_when_nobody_takes_over_the_managers_are_called_and_the_outgoing_still_leads(
    primary: Schedule, ada: Person, bo: Person, mo: Person, how: str
):
    one = led_by_ada(primary, "offer", team=team(managers=[mo]))
    announce_due_changes(now=MONDAY)

    if how == "declined":
        answer(waiting(one), decline_handoff, at=MONDAY + timedelta(minutes=2))
    else:
        assert expire_due_handoffs(now=MONDAY + timedelta(minutes=10)) == 1

    words = {"declined": "declined it", "expired": "did not answer"}[how]
    assert facts(one)[-2:] == [f"handoff_{how}", "handoff_escalated"]
    assert said(one)[1:] == (
        f"The shift of Ada ended and Bo {words}; Ada goes on as Lead; Mo is called",
        {"person": ada.pk, "to": bo.pk, "managers": [mo.pk], "because": how},
    )
    assert standing(one) == {"lead": "Ada accepted"}
    assert announce_due_changes(now=MONDAY + timedelta(hours=1)) == 0


def test_what_the_holder_offered_and_nobody_took_calls_no_manager(primary: Schedule, ada: Person, cy: Person):
    one = led_by_ada(primary, "offer")
    offer_handoff(one, role=role(), person=ada, to=cy, by=Actor.of_person(ada), now=minute(2))

    expire_due_handoffs(now=minute(12))

    assert facts(one)[-1] == "handoff_expired"


def test_whoever_comes_and_is_away_is_passed_over_and_the_evidence_says_why(
    primary: Schedule, ada: Person, bo: Person, cy: Person
):
    one = led_by_ada(primary, "offer", named(cy))
    absence(bo, MONDAY - timedelta(days=1), timedelta(days=3))

    announce_due_changes(now=MONDAY)

    handoff = waiting(one)
    assert handoff is not None
    assert handoff.person == cy
    assert [line["words"] for line in handoff.evidence] == [
        "Bo: on call in primary until 2026-11-30T09:00:00Z, but away until 2026-11-25T09:00:00Z",
        "Cy: named in the response plan",
    ]


def test_whoever_comes_and_is_deactivated_before_is_passed_over(primary: Schedule, ada: Person, bo: Person, cy: Person):
    one = led_by_ada(primary, "offer", named(cy))
    deactivate_person(bo, by=SYSTEM, now=minute(10))

    announce_due_changes(now=MONDAY)

    handoff = waiting(one)
    assert handoff is not None
    assert handoff.person == cy


def test_whoever_is_deactivated_while_it_is_offered_gives_way_to_the_next(
    primary: Schedule, ada: Person, bo: Person, cy: Person
):
    one = led_by_ada(primary, "offer", named(cy))
    announce_due_changes(now=MONDAY)

    deactivate_person(bo, by=SYSTEM, now=MONDAY + timedelta(minutes=1))
    announce_due_changes(now=MONDAY + timedelta(minutes=2))

    handoff = waiting(one)
    assert handoff is not None
    assert (handoff.person, handoff.is_automatic) == (cy, True)
    assert facts(one)[-2:] == ["handoff_cancelled", "handoff_offered"]


def test_what_was_offered_to_somebody_who_is_gone_is_offered_to_nobody_else_once_the_role_is_archived(
    primary: Schedule, ada: Person, bo: Person, cy: Person
):
    one = led_by_ada(primary, "offer", named(cy))
    announce_due_changes(now=MONDAY)
    archive_role(role(), by=SYSTEM, now=MONDAY + timedelta(minutes=1))

    deactivate_person(bo, by=SYSTEM, now=MONDAY + timedelta(minutes=2))

    assert (standing(one), waiting(one)) == ({"lead": "Ada accepted"}, None)
    assert facts(one)[-1] == "handoff_cancelled"


def test_a_role_that_was_given_by_hand_before_it_was_needed_is_told_of_the_change_of_shifts(
    primary: Schedule, ada: Person, bo: Person
):
    scribe = rule("scribe", on_call_in(primary), required_from_severity=2)
    one = incident(service=service(scribe), severity=3)
    roles.assign(one, role=role("scribe"), person=ada, by=Actor.of_person(bo), now=MONDAY - timedelta(minutes=3))
    lifecycle.edit(one, severity=2, by=SYSTEM, now=MONDAY - timedelta(minutes=2))

    announce_due_changes(now=MONDAY)

    assert said(one)[1] == "Bo is on call in primary now; Ada is still asked to be Scribe"


def test_where_nobody_can_take_over_the_managers_are_called_at_once(ada: Person, mo: Person):
    primary = schedule("primary")
    weekly_rotation(primary, [ada], ends_at=minute(30))
    one = led_by_ada(primary, "offer", team=team(managers=[mo]))

    announce_due_changes(now=minute(30))

    assert said(one) == (
        "handoff_escalated",
        "The shift of Ada ended and nobody can take Lead over; Ada goes on; Mo is called",
        {"person": ada.pk, "managers": [mo.pk], "because": "no_one_on_call"},
    )
    assert standing(one) == {"lead": "Ada accepted"}


def test_when_others_come_while_it_is_offered_it_is_offered_to_them_instead(
    primary: Schedule, ada: Person, bo: Person, cy: Person
):
    led_by_ada(primary, "offer")
    announce_due_changes(now=MONDAY)
    at = MONDAY + timedelta(minutes=2)
    override(primary, at, timedelta(hours=2), replaces=bo, person=cy, now=at)

    announce_due_changes(now=at)

    states = Handoff.objects.order_by("id").values_list("person__name", "state", "reason")
    assert list(states) == [("Bo", "cancelled", "off_shift"), ("Cy", "offered", "")]


def test_when_the_holder_is_on_call_again_it_is_not_offered_any_more(primary: Schedule, ada: Person, cy: Person):
    one = led_by_ada(primary, "offer")
    cover = override(primary, minute(10), timedelta(hours=9), replaces=ada, person=cy, now=minute(9))
    announce_due_changes(now=minute(10))
    assert waiting(one) is not None

    end_override(cover, by=SYSTEM, now=minute(11))
    announce_due_changes(now=minute(11))

    assert (waiting(one), said(one)[1]) == (
        None,
        "The handoff of Lead from Ada to Cy was cancelled: Ada is on call again",
    )


def test_where_the_holder_offered_it_already_that_stands_and_whoever_comes_is_told(
    primary: Schedule, ada: Person, bo: Person, cy: Person
):
    one = led_by_ada(primary, "offer")
    at = MONDAY - timedelta(minutes=1)
    offer_handoff(one, role=role(), person=ada, to=cy, by=Actor.of_person(ada), now=at)

    announce_due_changes(now=MONDAY)

    handoff = waiting(one)
    assert handoff is not None
    assert (handoff.person, facts(one)[-2:]) == (cy, ["handoff_offered", "shift_changed"])


def test_an_offer_that_waits_for_the_outgoing_goes_on_and_then_goes_to_whoever_came(
    primary: Schedule, ada: Person, bo: Person
):
    at = MONDAY - timedelta(minutes=2)
    one = incident(service=service(rule("lead", on_call_in(primary), on_shift_change="offer")), now=at)

    announce_due_changes(now=MONDAY)
    assert (standing(one), waiting(one)) == ({"lead": "Ada offered"}, None)
    assert said(one)[1:] == (
        "Bo is on call in primary now; Ada is still asked to be Lead",
        {"person": ada.pk, "to": [bo.pk]},
    )
    roles.expire_due_offers(now=at + timedelta(minutes=5))

    assert standing(one) == {"lead": "Bo offered"}


def test_two_seats_are_offered_to_two_people(ada: Person, bo: Person, cy: Person):
    di, crew = person("Di"), schedule("crew")
    weekly_rotation(crew, [[ada, bo], [cy, di]])
    one = incident(service=service(rule("hands", on_call_in(crew), seats=2, on_shift_change="offer")))
    for somebody in (ada, bo):
        roles.accept(one, role=role("hands"), person=somebody, by=Actor.of_person(somebody), now=minute(1))

    announce_due_changes(now=MONDAY)

    offered = Handoff.objects.order_by("id").values_list("assignment__person__name", "person__name")
    assert list(offered) == [("Ada", "Cy"), ("Bo", "Di")]


# ── what nobody accepted ──


def test_a_vacancy_is_filled_once_somebody_is_on_call(bo: Person):
    primary = schedule("primary")
    one = incident(service=service(rule("lead", on_call_in(primary))))
    assert standing(one) == {"lead": "vacant: no_one_on_call"}
    weekly_rotation(primary, [bo], effective_at=minute(20), now=minute(10))

    announce_due_changes(now=minute(10))
    assert standing(one) == {"lead": "vacant: no_one_on_call"}
    announce_due_changes(now=minute(20))

    assert standing(one) == {"lead": "Bo offered"}


def test_whoever_only_acts_gives_way_to_whoever_comes(primary: Schedule):
    one = incident(service=service(rule("lead", on_call_in(primary))))
    roles.expire_due_offers(now=minute(5))
    assert standing(one) == {"lead": "Ada acting"}

    announce_due_changes(now=MONDAY)

    assert [span.split()[0] + " " + span.split()[-1] for span in ledger(one)] == ["Ada expired", "Bo offered"]
    assert facts(one)[-2:] == ["offer_expired", "offered"]


# ── once, in order, and for what is due ──


def test_after_downtime_every_incident_hears_once_in_order_of_due_time_who_is_on_call_now(
    ada: Person, bo: Person, cy: Person
):
    early, late = schedule("early"), schedule("late")
    weekly_rotation(early, [ada, bo])
    weekly_rotation(late, [ada, bo])
    second = led_by_ada(late, "keep", slug="second")
    first = led_by_ada(early, "keep", slug="first")
    override(early, minute(30), timedelta(hours=1), replaces=ada, person=cy, now=minute(1))
    announce_due_changes(now=minute(1))

    assert announce_due_changes(now=MONDAY + timedelta(hours=5), limit=1) == 1
    assert (said(first)[1], facts(second)[-1]) == ("Bo is on call in early now; Ada keeps Lead", "accepted")
    assert announce_due_changes(now=MONDAY + timedelta(hours=5)) == 1
    assert announce_due_changes(now=MONDAY + timedelta(hours=5)) == 0

    assert (facts(first).count("shift_changed"), facts(second).count("shift_changed")) == (1, 1)


def test_a_resolved_incident_watches_nothing_until_it_is_reopened(primary: Schedule):
    one = led_by_ada(primary, "keep")

    lifecycle.resolve(one, by=SYSTEM, now=minute(5))
    assert (WatchedSchedule.objects.count(), announce_due_changes(now=MONDAY)) == (0, 0)
    lifecycle.reopen(one, by=SYSTEM, now=MONDAY)

    assert list(WatchedSchedule.objects.values_list("people", "look_at")) == [
        ([Person.objects.get(name="Bo").pk], MONDAY + timedelta(days=7))
    ]


def test_a_drill_hears_of_shift_changes_as_any_incident_does(primary: Schedule):
    drill = incident(service=service(rule("lead", on_call_in(primary))), is_drill=True)
    does(roles.accept, drill, Person.objects.get(name="Ada"))

    announce_due_changes(now=MONDAY)

    assert facts(drill)[-1] == "shift_changed"


def test_what_is_not_due_costs_two_queries_and_what_is_costs_the_same_among_any_number(
    primary: Schedule, ada: Person, bo: Person, cy: Person
):
    elsewhere, tuesdays = schedule("elsewhere"), schedule("tuesdays")
    weekly_rotation(elsewhere, [cy])
    weekly_rotation(tuesdays, [ada, bo], anchor=reading("2024-01-02T09:00"))
    quiet = service(rule("lead", on_call_in(elsewhere)), slug="quiet")

    def costs(of: Schedule, at: datetime) -> tuple[int, int]:
        led_by_ada(of, "keep", slug=of.slug)
        with CaptureQueriesContext(connection) as idle:
            assert announce_due_changes(now=at - timedelta(hours=1)) == 0
        with CaptureQueriesContext(connection) as due:
            assert announce_due_changes(now=at) == 1
        return len(idle), len(due)

    alone = costs(primary, MONDAY)
    for number in range(5):
        incident(f"Number {number}", service=quiet)
    among_others = costs(tuesdays, MONDAY + timedelta(days=1))

    assert (alone[0], among_others) == (2, alone)
