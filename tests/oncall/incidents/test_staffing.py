"""Who is proposed, and why was everybody else passed over? As tables."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from oncall.incidents.staffing import (
    Answer,
    Facts,
    Held,
    OnCall,
    PassedOver,
    PinnedPlan,
    Previous,
    RuleValue,
    ScheduleFacts,
    SourceValue,
    Vacant,
    propose,
)

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
LEAD, DRIVER = 1, 2
ADA, BO, CY, DI = 7, 9, 11, 13
NAMES = {ADA: "Ada", BO: "Bo", CY: "Cy", DI: "Di"}

PRIMARY = SourceValue("on_call", schedule=1, name="primary")
SECONDARY = SourceValue("on_call", schedule=2, name="secondary")
NEXT = SourceValue("next_on_call", schedule=1, name="primary")
FIRST = SourceValue("first_to_join")
DECLARER = SourceValue("declarer")
THE_BOSS = SourceValue("person", person=DI, name="Di")


def lead(*sources: SourceValue, **fields: Any) -> RuleValue:
    return RuleValue(LEAD, "lead", "Lead", required_from_severity=5, sources=sources, **fields)


def known(primary: tuple[int, ...] = (), secondary: tuple[int, ...] = (), **facts: Any) -> Facts:
    schedules = {
        1: ScheduleFacts(tuple(OnCall(person) for person in primary), shadows=facts.pop("shadows", ())),
        2: ScheduleFacts(tuple(OnCall(person) for person in secondary)),
    }
    return Facts(at=NOW, names=NAMES, schedules=schedules, **facts)


@pytest.mark.parametrize(
    ("in_words", "rule", "facts", "expected"),
    [
        ("who is on call", lead(PRIMARY), known((ADA,)), "Ada"),
        ("the next source where the first has nobody", lead(PRIMARY, SECONDARY), known((), (BO,)), "Bo"),
        ("nobody in a gap", lead(PRIMARY), known(), Vacant.NO_ONE_ON_CALL),
        ("nobody without sources", lead(), known(), Vacant.NO_ONE_ON_CALL),
        ("nobody yet, but somebody may join", lead(PRIMARY, FIRST), known(), Vacant.WAITING_FOR_FIRST_TO_JOIN),
        ("who is present, in join order", lead(FIRST), known(present=(CY, ADA)), "Cy"),
        ("who declared", lead(DECLARER, PRIMARY), known((ADA,), declarer=BO), "Bo"),
        ("the next source where a machine declared", lead(DECLARER, PRIMARY), known((ADA,)), "Ada"),
        ("a person by name", lead(PRIMARY, THE_BOSS), known(), "Di"),
        ("nobody who is deactivated", lead(THE_BOSS), known(deactivated=frozenset({DI})), Vacant.NO_ONE_ON_CALL),
        (
            "nobody who is absent",
            lead(PRIMARY, SECONDARY),
            known((ADA,), (BO,), absent={ADA: NOW + timedelta(days=3)}),
            "Bo",
        ),
        ("nobody who only watches", lead(PRIMARY, SECONDARY), known((ADA,), (BO,), observers=frozenset({ADA})), "Bo"),
        ("nobody who left", lead(PRIMARY, SECONDARY), known((ADA,), (BO,), left=frozenset({ADA})), "Bo"),
        ("never a shadow", lead(PRIMARY), known(shadows=(ADA,)), Vacant.NO_ONE_ON_CALL),
        (
            "nobody who declined",
            lead(PRIMARY),
            known((ADA, BO), answers={(LEAD, ADA): Answer(PassedOver.DECLINED, NOW)}),
            "Bo",
        ),
        (
            "who declined another role",
            lead(PRIMARY),
            known((ADA,), answers={(2, ADA): Answer(PassedOver.DECLINED, NOW)}),
            "Ada",
        ),
        (
            "nobody where everybody declined",
            lead(PRIMARY, FIRST),
            known((ADA,), answers={(LEAD, ADA): Answer(PassedOver.DECLINED, NOW)}),
            Vacant.EVERYONE_DECLINED,
        ),
        (
            "nobody who holds an excluding role",
            lead(PRIMARY, FIRST, exclusive_group="hands"),
            known((ADA,), held=(Held(ADA, DRIVER, "hands"),)),
            Vacant.EXCLUSIVE,
        ),
        (
            "somebody who holds a role of another group",
            lead(PRIMARY, exclusive_group="hands"),
            known((ADA,), held=(Held(ADA, DRIVER, "voice"),)),
            "Ada",
        ),
        (
            "somebody who holds a role of no group",
            lead(PRIMARY),
            known((ADA,), held=(Held(ADA, DRIVER),)),
            "Ada",
        ),
        ("nobody twice in a role", lead(PRIMARY), known((ADA, BO), held=(Held(ADA, LEAD),)), "Bo"),
        ("the one with fewer lately", lead(PRIMARY), known((ADA, BO), recent={(LEAD, ADA): 2, (LEAD, BO): 1}), "Bo"),
        ("in rotation order among equals", lead(PRIMARY), known((CY, ADA)), "Cy"),
        (
            "in join order, however often they led",
            lead(FIRST),
            known(present=(ADA, BO), recent={(LEAD, ADA): 9}),
            "Ada",
        ),
        (
            "nobody at their limit of open incidents",
            lead(PRIMARY, SECONDARY, open_incidents_limit=1),
            known((ADA,), (BO,), load={(LEAD, ADA): 1}),
            "Bo",
        ),
        (
            "the least loaded where everybody is at the limit",
            lead(PRIMARY, SECONDARY, open_incidents_limit=1),
            known((ADA,), (BO,), load={(LEAD, ADA): 3, (LEAD, BO): 2}),
            "Bo",
        ),
        ("anybody without a limit", lead(PRIMARY), known((ADA,), load={(LEAD, ADA): 99}), "Ada"),
        ("nobody for a hint alone", lead(PRIMARY), known(hints=(CY,)), Vacant.NO_ONE_ON_CALL),
        ("not the hinted one of two", lead(PRIMARY), known((ADA, BO), hints=(BO,)), "Ada"),
        (
            "the previous holder within four hours",
            lead(PRIMARY),
            known((ADA,), previous={LEAD: (Previous(BO, NOW - timedelta(hours=4)),)}),
            "Bo",
        ),
        (
            "not the previous holder later",
            lead(PRIMARY),
            known((ADA,), previous={LEAD: (Previous(BO, NOW - timedelta(hours=4, seconds=1)),)}),
            "Ada",
        ),
        (
            "the previous holder on shift, whenever it was",
            lead(PRIMARY, SECONDARY),
            known((ADA,), (BO,), previous={LEAD: (Previous(BO, NOW - timedelta(days=2)),)}),
            "Bo",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_role_goes_to(in_words: str, rule: RuleValue, facts: Facts, expected: str):
    proposal = propose(rule, facts)

    assert (NAMES.get(proposal.person or 0) or proposal.vacant) == expected


def test_the_evidence_names_every_candidate_and_why_they_were_passed_over():
    facts = known(
        (ADA, BO),
        (CY,),
        shadows=(DI,),
        answers={(LEAD, ADA): Answer(PassedOver.DECLINED, NOW)},
        recent={(LEAD, BO): 1},
        load={(LEAD, CY): 2},
        hints=(CY, DI),
    )

    proposal = propose(lead(SECONDARY, PRIMARY, open_incidents_limit=2), facts)

    assert [(one.name, one.because, one.passed_over, one.hinted) for one in proposal.evidence] == [
        ("Cy", "on call in secondary", PassedOver.LOADED, True),
        ("Ada", "on call in primary", PassedOver.DECLINED, False),
        ("Bo", "on call in primary", None, False),
        ("Di", "shadows in primary", PassedOver.SHADOW, True),
    ]


def test_a_hint_that_no_source_found_shows_as_not_on_call():
    proposal = propose(lead(PRIMARY), known((ADA,), hints=(CY,)))

    assert [line.to_json() for line in proposal.evidence] == [
        {
            "person": ADA,
            "name": "Ada",
            "because": "on call in primary",
            "passed_over": None,
            "accepted_in_30_days": 0,
            "open_incidents": 0,
            "hinted": False,
            "words": "Ada: on call in primary",
        },
        {
            "person": CY,
            "name": "Cy",
            "because": "named by the sender",
            "passed_over": PassedOver.NOT_ON_CALL,
            "accepted_in_30_days": 0,
            "open_incidents": 0,
            "hinted": True,
            "words": "Cy: named by the sender, but not on call where the plan looks",
        },
    ]


def test_somebody_fit_but_ranked_after_is_in_the_evidence():
    proposal = propose(lead(PRIMARY), known((ADA, BO), recent={(LEAD, ADA): 3}))

    assert [(one.name, one.passed_over, one.recent) for one in proposal.evidence] == [
        ("Bo", None, 0),
        ("Ada", PassedOver.RANKED_AFTER, 3),
    ]


@pytest.mark.parametrize(
    ("source", "because"),
    [
        (PRIMARY, "on call in primary until 2026-11-23T09:00:00Z, by override 12"),
        (NEXT, "next on call in primary from 2026-11-23T09:00:00Z"),
        (FIRST, "first of those present"),
        (DECLARER, "declared the incident"),
        (THE_BOSS, "named in the response plan"),
    ],
)
def test_the_reason_is_given_in_words(source: SourceValue, because: str):
    monday = datetime(2026, 11, 23, 10, tzinfo=UTC) - timedelta(hours=1)
    schedule = ScheduleFacts((OnCall(ADA, monday, "by override 12"),), next_at=monday, next_people=(BO,))
    facts = Facts(at=NOW, names=NAMES, schedules={1: schedule}, present=(CY,), declarer=CY)

    assert propose(lead(source), facts).because == because


def test_an_overload_is_said_in_the_reason():
    proposal = propose(lead(PRIMARY, open_incidents_limit=1), known((ADA,), load={(LEAD, ADA): 2}))

    assert proposal.because == "on call in primary, over the limit of 1 open: serves in 2"


def test_a_plan_reads_back_as_it_was_pinned():
    rule = lead(PRIMARY, THE_BOSS, seats=2, exclusive_group="hands", accept_within=timedelta(seconds=90))
    plan = PinnedPlan("payments", "Payments", (rule, RuleValue(DRIVER, "driver", "Driver")))

    assert PinnedPlan.from_json(plan.to_json()) == plan
    assert PinnedPlan.from_json({}) == PinnedPlan()


def test_a_role_is_required_at_its_severity_and_worse():
    always, bad, worst = (RuleValue(number, str(number), "", severity) for number, severity in ((1, 5), (2, 3), (3, 1)))
    plan = PinnedPlan(rules=(always, bad, worst))

    assert [plan.required_at(severity) for severity in (1, 2, 3, 4, 5)] == [
        (always, bad, worst),
        (always, bad),
        (always, bad),
        (always,),
        (always,),
    ]
