"""Where people are looked for: in a team, the least loaded first, and in another role; who is away is passed over."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oncall.incidents.models import Incident
from oncall.incidents.queries import incident_view
from oncall.incidents.services import lifecycle, participants, roles
from oncall.incidents.services.declaring import declare
from oncall.incidents.staffing import PinnedPlan
from rotations.actors import Actor
from rotations.models import Person
from rotations.services.people import deactivate_person
from tests.factories.incidents import (
    FIRST_TO_JOIN,
    NIGHT,
    holder_of,
    incident,
    member_of,
    named,
    next_on_call_in,
    on_call_in,
    role,
    rule,
    service,
)
from tests.factories.rotations import absence, administrator, person, schedule, team, weekly_rotation
from tests.oncall.incidents.answering import does
from tests.oncall.incidents.pictures import evidence, facts, ledger, minute, standing
from tests.write_guard import arranging

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
SERVES_ENOUGH = "but serves as Lead in 1 open incident already, where the limit is 1"


def words(one: Incident, slug: str = "lead") -> list[str]:
    """Return the evidence of a role's holder, or of its vacancy, in words."""
    of_role = {"incident": one, "role__slug": slug}
    row = one.assignments.filter(**of_role).last() or one.vacancies.filter(**of_role).last()
    assert row is not None
    return [line["words"] for line in row.evidence]


# ── a team ──


def test_the_member_who_serves_in_the_fewest_open_incidents_is_asked(ada: Person, bo: Person, cy: Person):
    payments = team(members=[ada, bo, cy])
    lead, scribe = service(rule("lead", named(ada)), slug="a"), service(rule("scribe", named(bo)), slug="b")
    incident(service=lead)
    lifecycle.resolve(incident(service=scribe), by=SYSTEM, now=minute(1))
    incident(service=scribe, is_drill=True)

    one = incident(service=service(rule("driver", member_of(payments))), now=minute(2))

    assert standing(one) == {"driver": "Bo offered"}
    assert words(one, "driver") == [
        "Bo: member of payments, serves in no open incident elsewhere",
        "Cy: member of payments, serves in no open incident elsewhere, but Bo comes first",
        "Ada: member of payments, serves in 1 open incident elsewhere, but Bo comes first",
    ]


def test_of_members_who_are_equally_loaded_the_one_who_did_it_less_lately_is_asked(ada: Person, bo: Person):
    payments = team(members=[bo, ada])
    checkout = service(rule("lead", member_of(payments)))
    first = incident("First", service=checkout)
    does(roles.accept, first, ada)
    lifecycle.resolve(first, by=SYSTEM, now=minute(2))

    second = incident("Second", service=checkout, now=minute(3))

    assert (standing(first), standing(second)) == ({}, {"lead": "Bo offered"})
    assert words(second)[1] == (
        "Ada: member of payments, serves in no open incident elsewhere, "
        "but Bo accepted it less often in 30 days: 0 to 1"
    )


def test_of_members_who_are_equal_in_all_the_one_added_first_is_asked(ada: Person, bo: Person):
    one = incident(service=service(rule("lead", member_of(team(members=[bo, ada])))))

    assert standing(one) == {"lead": "Ada offered"}


def test_members_who_are_away_deactivated_or_only_watch_are_passed_over_and_the_next_source_is_asked(
    ada: Person, bo: Person, cy: Person
):
    di, root = person("Di"), administrator()
    one = incident(service=service(rule("lead", member_of(team(members=[ada, bo, cy])), named(di)), slug="later"))
    lifecycle.resolve(one, by=SYSTEM, now=minute(1))
    participants.join(
        lifecycle.reopen(one, by=SYSTEM, now=minute(2)),
        person=cy,
        kind="observer",
        by=Actor.of_person(cy),
        now=minute(2),
    )
    absence(ada, NIGHT, timedelta(days=3))
    deactivate_person(bo, by=Actor.of_person(root), now=minute(3))
    does(roles.decline, one, ada, at=4)

    assert standing(one) == {"lead": "Di offered"}
    assert evidence(one) == {"Ada": "absent", "Bo": "deactivated", "Cy": "observer", "Di": None}


def test_when_every_member_is_at_the_limit_the_least_loaded_is_asked_and_the_overload_shown(ada: Person, bo: Person):
    checkout = service(rule("lead", member_of(team(members=[ada, bo])), open_incidents_limit=1))

    first, second, third = (incident(title, service=checkout) for title in ("First", "Second", "Third"))

    assert [standing(one)["lead"] for one in (first, second, third)] == ["Ada offered", "Bo offered", "Ada offered"]
    assert words(third) == [
        "Ada: member of payments, serves in 1 open incident elsewhere, over the limit of 1 open: serves in 1",
        "Bo: member of payments, serves in 1 open incident elsewhere, " + SERVES_ENOUGH,
    ]


def test_several_seats_go_to_several_members(ada: Person, bo: Person):
    one = incident(service=service(rule("hands", member_of(team(members=[ada, bo])), seats=3)))

    assert standing(one) == {
        "hands": "Ada offered",
        "hands 2": "Bo offered",
        "hands 3": "vacant: no_one_on_call",
    }


@pytest.mark.django_db(transaction=True)  # plans are remembered once they are committed
def test_declaring_costs_the_same_with_one_or_ten_members():
    def cost(number: int) -> int:
        crew = team(f"crew-{number}", members=[person(f"Member{number}x{each}") for each in range(number)])
        checkout = service(rule("lead", member_of(crew)), rule("scribe", holder_of("lead")), slug=f"s{number}")
        with CaptureQueriesContext(connection) as statements:
            declare(title="Checkout 5xx", service=checkout, by=SYSTEM, now=NIGHT)
        return len(statements)

    assert cost(1) == cost(10)


# ── another role ──


def test_whoever_is_asked_to_lead_is_asked_to_speak_as_well_and_the_evidence_says_so(ada: Person):
    one = incident(service=service(rule("lead", named(ada)), rule("liaison", holder_of("lead"))))

    assert standing(one) == {"lead": "Ada offered", "liaison": "Ada offered"}
    assert words(one, "liaison") == ["Ada: asked to be Lead"]


def test_a_role_that_is_filled_later_is_waited_for(ada: Person):
    one = incident(service=service(rule("liaison", holder_of("lead"), FIRST_TO_JOIN), rule("lead", named(ada))))

    assert standing(one) == {"liaison": "Ada offered", "lead": "Ada offered"}
    assert facts(one) == ["declared", "offered", "offered"]


def test_a_role_waits_for_a_holder_and_is_offered_once_there_is_one(ada: Person):
    one = incident(service=service(rule("liaison", holder_of("lead")), rule("lead", FIRST_TO_JOIN)))
    assert standing(one) == {"liaison": "vacant: waiting_for_holder", "lead": "vacant: waiting_for_first_to_join"}

    participants.join(one, person=ada, by=Actor.of_person(ada), now=minute(1))

    assert standing(one) == {"liaison": "Ada offered", "lead": "Ada accepted"}


def test_roles_that_wait_for_each_other_or_for_themselves_stay_vacant_and_nothing_fails():
    one = incident(
        service=service(
            rule("lead", holder_of("scribe")),
            rule("scribe", holder_of("liaison")),
            rule("liaison", holder_of("lead")),
            rule("driver", holder_of("driver")),
        )
    )

    assert standing(one) == {
        "lead": "vacant: waiting_for_holder",
        "scribe": "vacant: waiting_for_holder",
        "liaison": "vacant: waiting_for_holder",
        "driver": "vacant: no_one_on_call",
    }


def test_a_chain_of_roles_is_filled_from_its_end(ada: Person):
    one = incident(
        service=service(
            rule("lead", holder_of("scribe")),
            rule("scribe", holder_of("liaison")),
            rule("liaison", holder_of("driver")),
            rule("driver", named(ada)),
        )
    )

    assert set(standing(one).values()) == {"Ada offered"}


def test_a_holder_of_an_excluding_role_is_passed_over(ada: Person, bo: Person):
    hands = {"exclusive_group": "hands"}
    one = incident(
        service=service(rule("lead", named(ada), **hands), rule("driver", holder_of("lead"), named(bo), **hands))
    )

    assert standing(one) == {"lead": "Ada offered", "driver": "Bo offered"}
    assert words(one, "driver") == [
        "Ada: asked to be Lead, but nobody is both Lead and Driver",
        "Bo: named in the response plan",
    ]


def test_another_holder_takes_nothing_from_whoever_accepted(ada: Person, bo: Person):
    one = incident(service=service(rule("lead", named(ada), named(bo)), rule("liaison", holder_of("lead"))))
    roles.accept(one, role=role("liaison"), person=ada, by=Actor.of_person(ada), now=minute(1))

    does(roles.decline, one, ada, at=2)

    assert standing(one) == {"lead": "Bo offered", "liaison": "Ada accepted"}


# ── whoever is away ──


def test_whoever_is_away_is_passed_over_however_they_were_found(ada: Person, bo: Person, cy: Person):
    primary = schedule("primary")
    weekly_rotation(primary, [bo, ada])
    absence(ada, NIGHT - timedelta(days=1), timedelta(days=4))
    sources = (named(ada), next_on_call_in(primary), member_of(team(members=[ada])), named(cy))

    one = incident(service=service(rule("lead", *sources)))

    assert standing(one) == {"lead": "Cy offered"}
    assert words(one)[0] == "Ada: named in the response plan, but away until 2026-11-23T03:00:00Z"
    assert [line["passed_over"] for line in one.assignments.get().evidence] == ["absent", "absent", "absent", None]


def test_on_call_by_a_schedule_that_only_flags_absences_somebody_away_is_passed_over(ada: Person, bo: Person):
    primary, secondary = schedule("primary"), schedule("secondary")
    weekly_rotation(primary, [ada])
    weekly_rotation(secondary, [bo])
    absence(ada, NIGHT, timedelta(hours=1))

    one = incident(service=service(rule("lead", on_call_in(primary), on_call_in(secondary))))
    at_its_end = incident(service=one.service, now=NIGHT + timedelta(hours=1))

    assert (standing(one), standing(at_its_end)) == ({"lead": "Bo offered"}, {"lead": "Ada offered"})


def test_whoever_joins_although_away_is_here(ada: Person):
    absence(ada, NIGHT, timedelta(days=1))
    one = incident(service=service(rule("lead", named(ada), FIRST_TO_JOIN)))
    assert standing(one) == {"lead": "vacant: waiting_for_first_to_join"}

    participants.join(one, person=ada, by=Actor.of_person(ada), now=minute(1))

    assert standing(one) == {"lead": "Ada accepted"}


# ── drills, and plans from before ──


def test_what_was_accepted_in_a_drill_counts_for_nothing_later(ada: Person, bo: Person):
    primary = schedule()
    weekly_rotation(primary, [[ada, bo]])
    checkout = service(rule("lead", on_call_in(primary)))
    does(roles.accept, incident("A drill", service=checkout, is_drill=True), ada)

    assert standing(incident(service=checkout, now=minute(2))) == {"lead": "Ada offered"}


def test_a_plan_pinned_before_there_were_teams_among_the_sources_still_reads(ada: Person, bo: Person):
    one = incident(service=service(rule("lead", named(ada), named(bo))))
    plan = one.plan
    for source in plan["rules"][0]["sources"]:
        del source["team"], source["role"]
    with arranging():
        Incident.objects.filter(pk=one.pk).update(plan=plan)

    does(roles.decline, Incident.objects.get(pk=one.pk), ada)

    assert ledger(one) == ["Ada 0-1 declined", "Bo 1- offered"]
    assert PinnedPlan.from_json(plan) == PinnedPlan.from_json(one.plan)
    assert incident_view(one.number).roles[0].because == "named in the response plan"
