"""An incident starts: cases 1, 2, 3, 9 to 13 and 30 of the roles, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest

from oncall.incidents.models import Assignment, Incident, TimelineEntry
from oncall.incidents.queries import incident_view
from oncall.incidents.services import lifecycle, participants, roles
from oncall.incidents.services.declaring import Declared, declare
from rotations.actors import Actor
from rotations.errors import Invalid
from rotations.services.overrides import end_override
from rotations.services.people import deactivate_person
from tests.factories.incidents import (
    DECLARER,
    FIRST_TO_JOIN,
    NIGHT,
    incident,
    named,
    next_on_call_in,
    on_call_in,
    role,
    rule,
    service,
)
from tests.factories.rotations import override, person, schedule, shadow, weekly_rotation
from tests.oncall.incidents.pictures import evidence, facts, minute, present, standing

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()


def test_the_person_on_call_is_offered_the_lead_and_the_reason_says_why():
    ada, bo = person("Ada"), person("Bo")
    primary = schedule("payments-primary")
    weekly_rotation(primary, [ada, bo])

    one = incident(service=service(rule("lead", on_call_in(primary))))

    seat = incident_view(one.number).roles[0]
    assert (seat.role_slug, seat.seat, seat.holder, seat.state, seat.since, seat.accept_by, seat.because) == (
        "lead",
        1,
        ada,
        "offered",
        NIGHT,
        NIGHT + timedelta(minutes=5),
        "on call in payments-primary until 2026-11-23T09:00:00Z",
    )
    assert present(one) == {"Ada": "asked"}


def test_without_configuration_the_first_to_join_leads():
    one = incident()

    assert (one.service.slug, one.severity, standing(one)) == (
        "general",
        3,
        {"lead": "vacant: waiting_for_first_to_join"},
    )


def test_nobody_on_call_asks_the_next_source():
    bo = person("Bo")
    primary, secondary = schedule("primary"), schedule("secondary")
    weekly_rotation(secondary, [bo])

    one = incident(service=service(rule("lead", on_call_in(primary), on_call_in(secondary))))

    assert standing(one) == {"lead": "Bo offered"}


def test_nobody_on_call_anywhere_makes_a_vacancy_and_the_incident_all_the_same():
    primary, secondary = schedule("primary"), schedule("secondary")

    declared = declare(
        title="Checkout 5xx",
        service=service(rule("lead", on_call_in(primary), next_on_call_in(secondary))),
        by=SYSTEM,
        now=NIGHT,
    )

    assert declared.created
    assert standing(declared.incident) == {"lead": "vacant: no_one_on_call"}
    assert facts(declared.incident) == ["declared", "vacant", "managers_called"]


def test_at_the_instant_a_gap_begins_the_outgoing_person_is_not_on_call():
    ada = person("Ada")
    primary = schedule()
    weekly_rotation(primary, [ada], ends_at=NIGHT)
    checkout = service(rule("lead", on_call_in(primary)))

    in_the_gap = incident(service=checkout, now=NIGHT)
    just_before = incident(service=checkout, now=NIGHT - timedelta(microseconds=1))

    assert (standing(in_the_gap), standing(just_before)) == (
        {"lead": "vacant: no_one_on_call"},
        {"lead": "Ada offered"},
    )


def test_whoever_leads_enough_incidents_is_passed_over_but_a_drill_is_no_load():
    ada, bo = person("Ada"), person("Bo")
    primary, secondary = schedule("primary"), schedule("secondary")
    weekly_rotation(primary, [ada])
    weekly_rotation(secondary, [bo])
    checkout = service(rule("lead", on_call_in(primary), on_call_in(secondary), open_incidents_limit=1))

    incident("A drill", service=checkout, is_drill=True)
    first, second, third = (incident(title, service=checkout) for title in ("First", "Second", "Third"))

    assert [standing(one)["lead"] for one in (first, second, third)] == ["Ada offered", "Bo offered", "Ada offered"]
    assert evidence(second) == {"Ada": "loaded", "Bo": None}
    assert incident_view(third.number).roles[0].because == (
        "on call in primary until 2026-11-23T09:00:00Z, over the limit of 1 open: serves in 1"
    )


def test_a_resolved_incident_is_no_load():
    ada, bo = person("Ada"), person("Bo")
    primary = schedule()
    weekly_rotation(primary, [ada])
    checkout = service(rule("lead", on_call_in(primary), named(bo), open_incidents_limit=1))

    lifecycle.resolve(incident("First", service=checkout), by=SYSTEM, now=minute(1))

    assert standing(incident("Second", service=checkout, now=minute(2))) == {"lead": "Ada offered"}


def test_of_two_on_call_the_one_who_led_less_lately_is_asked():
    ada, bo = person("Ada"), person("Bo")
    primary = schedule()
    weekly_rotation(primary, [[ada, bo]])
    checkout = service(rule("lead", on_call_in(primary)))

    first = incident("First", service=checkout)
    roles.accept(first, role=role(), person=ada, by=Actor.of_person(ada), now=minute(1))
    second = incident("Second", service=checkout, now=minute(2))
    much_later = incident("Third", service=checkout, now=NIGHT + timedelta(days=31))

    assert [standing(one)["lead"] for one in (first, second, much_later)] == [
        "Ada accepted",
        "Bo offered",
        "Ada offered",
    ]
    assert evidence(second) == {"Bo": None, "Ada": "ranked_after"}


def test_a_shadow_is_never_asked():
    ada, bo = person("Ada"), person("Bo")
    primary = schedule()
    weekly_rotation(primary, [[shadow(ada), bo]])

    one = incident(service=service(rule("lead", on_call_in(primary), seats=2)))

    assert standing(one) == {"lead": "Bo offered", "lead 2": "vacant: no_one_on_call"}
    assert evidence(one) == {"Bo": None, "Ada": "shadow"}


def test_an_override_puts_its_person_in_the_lead_and_ending_it_changes_nothing():
    ada, bo = person("Ada"), person("Bo")
    primary = schedule("primary")
    weekly_rotation(primary, [ada])
    cover = override(primary, NIGHT - timedelta(hours=1), timedelta(hours=2), replaces=ada, person=bo)

    one = incident(service=service(rule("lead", on_call_in(primary))))
    end_override(cover, by=SYSTEM, now=minute(5))

    assert standing(one) == {"lead": "Bo offered"}
    assert incident_view(one.number).roles[0].because == (
        f"on call in primary until 2026-11-20T04:00:00Z, by override {cover.pk}"
    )


def test_whoever_declares_and_is_on_call_accepts_by_declaring():
    ada = person("Ada")
    primary = schedule()
    weekly_rotation(primary, [ada])

    one = incident(service=service(rule("lead", on_call_in(primary))), by=ada)

    assert (standing(one), present(one)) == ({"lead": "Ada accepted"}, {"Ada": "responder"})
    assert facts(one) == ["declared", "accepted"]


def test_a_role_can_go_to_whoever_declares():
    ada, bo = person("Ada"), person("Bo")
    reporter = service(rule("reporter", DECLARER, named(bo)))

    assert standing(incident(service=reporter, by=ada)) == {"reporter": "Ada accepted"}
    assert standing(incident(service=reporter)) == {"reporter": "Bo offered"}


def test_excluding_roles_wait_for_a_second_person():
    ada, bo = person("Ada"), person("Bo")
    one = incident(
        service=service(
            rule("lead", FIRST_TO_JOIN, exclusive_group="hands"),
            rule("driver", FIRST_TO_JOIN, exclusive_group="hands"),
        ),
        by=ada,
    )
    assert standing(one) == {"lead": "Ada accepted", "driver": "vacant: exclusive"}

    participants.join(one, person=bo, by=Actor.of_person(bo), now=minute(1))

    assert standing(one) == {"lead": "Ada accepted", "driver": "Bo accepted"}


def test_the_senders_assignee_is_a_hint_and_no_command():
    ada, bo = person("Ada"), person("Bo")
    primary = schedule()
    weekly_rotation(primary, [ada])

    one = incident(service=service(rule("lead", on_call_in(primary))), hints=[bo])

    assert (standing(one), evidence(one)) == ({"lead": "Ada offered"}, {"Ada": None, "Bo": "not_on_call"})


def test_a_role_with_several_seats_is_filled_by_several_people():
    ada, bo = person("Ada"), person("Bo")
    primary = schedule()
    weekly_rotation(primary, [[ada, bo]])

    one = incident(service=service(rule("hands", on_call_in(primary), FIRST_TO_JOIN, seats=3)))

    assert standing(one) == {
        "hands": "Ada offered",
        "hands 2": "Bo offered",
        "hands 3": "vacant: waiting_for_first_to_join",
    }


def test_roles_are_required_from_their_severity():
    checkout = service(rule("lead", FIRST_TO_JOIN), rule("scribe", FIRST_TO_JOIN, required_from_severity=2))

    assert standing(incident(service=checkout, severity=3)).keys() == {"lead"}
    assert standing(incident(service=checkout, severity=2)).keys() == {"lead", "scribe"}


def test_a_repeat_attaches_and_changes_nothing():
    first = declare(title="Checkout 5xx", source="pager", dedup_key="k", by=SYSTEM, now=NIGHT)
    written = TimelineEntry.objects.count(), Assignment.objects.count()

    again = declare(title="Another title", severity=1, source="pager", dedup_key="k", by=SYSTEM, now=minute(1))

    assert (first.created, again) == (True, Declared(first.incident, created=False))
    assert again.incident.title == "Checkout 5xx"
    assert (TimelineEntry.objects.count(), Assignment.objects.count()) == written


@pytest.mark.parametrize(
    ("other", "in_words"),
    [
        ({"source": "other", "dedup_key": "k"}, "another source"),
        ({"source": "pager", "dedup_key": "l"}, "another key"),
        ({"source": "pager", "dedup_key": ""}, "no key"),
    ],
)
def test_only_the_same_source_and_key_attach(other: dict[str, Any], in_words: str):
    incident(source="pager", dedup_key="k")
    incident(source="pager")

    assert declare(title="Another", **other, by=SYSTEM, now=NIGHT).created


def test_the_key_is_free_again_once_its_incident_is_resolved():
    first = incident(source="pager", dedup_key="k")
    lifecycle.resolve(first, by=SYSTEM, now=minute(1))

    second = declare(title="Again", source="pager", dedup_key="k", by=SYSTEM, now=minute(2))

    assert (second.created, second.incident.number != first.number) == (True, True)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"severity": 0}, "severity"),
        ({"severity": 6}, "severity"),
        ({"source": "x" * 101}, "source"),
        ({"dedup_key": "x" * 256}, "dedup_key"),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_no_trace(fields: dict[str, Any], field: str):
    with pytest.raises(Invalid) as refusal:
        declare(**{"title": "Checkout 5xx", **fields}, by=SYSTEM, now=NIGHT)

    assert (refusal.value.code, refusal.value.field, Incident.objects.count()) == ("invalid", field, 0)


def test_whoever_is_deactivated_declares_nothing():
    gone = deactivate_person(person("Gone"), by=SYSTEM, now=NIGHT)

    with pytest.raises(Invalid) as refusal:
        declare(title="Checkout 5xx", by=Actor.of_person(gone), now=NIGHT)

    assert (refusal.value.code, Incident.objects.count()) == ("person_deactivated", 0)


def test_a_plan_edited_later_does_not_change_a_running_incident():
    from oncall.incidents.services.plans import PlanDraft, save_response_plan

    checkout = service(rule("lead", FIRST_TO_JOIN), rule("scribe", FIRST_TO_JOIN, required_from_severity=1))
    one = incident(service=checkout)

    save_response_plan(checkout.response_plan, draft=PlanDraft("empty", "Empty"), by=SYSTEM, now=minute(1))
    lifecycle.edit(one, severity=1, by=SYSTEM, now=minute(2))

    assert standing(one).keys() == {"lead", "scribe"}
    assert standing(incident(service=checkout)) == {}
