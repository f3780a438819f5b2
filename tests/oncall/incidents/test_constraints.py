"""The database refuses what no service would write: one refusal for each constraint, and its name is understood."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from oncall.incidents.models import (
    Assignment,
    Handoff,
    Incident,
    Participant,
    ResponsePlan,
    RoleRule,
    RuleSource,
    Service,
    Vacancy,
)
from oncall.incidents.services.races import constraint_of
from tests.factories.incidents import NIGHT, incident, role
from tests.factories.rotations import person
from tests.write_guard import arranging

pytestmark = pytest.mark.django_db


def refused_by(model: Any, **fields: Any) -> str:
    """Return the name of the constraint that refuses a row of ``fields``."""
    with pytest.raises(IntegrityError) as refusal, arranging(), transaction.atomic():
        model.objects.create(**fields)
    return constraint_of(refusal.value)


def held(one: Incident, **fields: Any) -> dict[str, Any]:
    somebody = person(f"Somebody{fields.get('seat', 1)}{len(fields)}")
    row = {"incident": one, "role": role("scribe"), "person": somebody, "state": "accepted", "since": NIGHT}
    return {**row, "because": "", **fields}


def vacant(one: Incident, **fields: Any) -> dict[str, Any]:
    return {"incident": one, "role": role("scribe"), "since": NIGHT, "because": "exclusive", **fields}


def handed(one: Incident, **fields: Any) -> dict[str, Any]:
    with arranging():
        seat = Assignment.objects.create(**held(one))
    row = {"assignment": seat, "epoch": 1, "person": person("Next"), "offered_at": NIGHT, "expires_at": NIGHT}
    return {**row, **fields}


def test_a_seat_has_one_open_assignment():
    one = incident()
    with arranging():
        Assignment.objects.create(**held(one))

    # On PostgreSQL the spans overlap as well; the unique index is looked at first.
    assert refused_by(Assignment, **held(one, epoch=2)) == "a_seat_has_one_open_assignment"


@pytest.mark.parametrize("fields", [{"asked_at": NIGHT}, {"asked_because": "on call in db-primary"}])
def test_whoever_is_asked_to_help_is_told_why(fields: dict[str, Any]):
    row = {"incident": incident(), "person": person(), **fields}

    assert refused_by(Participant, **row) == "whoever_is_asked_to_help_is_told_why"


def test_a_seat_has_one_open_vacancy():
    one = incident()
    with arranging():
        Vacancy.objects.create(**vacant(one))

    assert refused_by(Vacancy, **vacant(one)) == "a_seat_has_one_open_vacancy"


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"state": "ended"}, "an_assignment_ends_with_a_reason"),
        ({"state": "ended", "ended_at": NIGHT}, "an_assignment_ends_with_a_reason"),
        ({"ended_at": NIGHT, "end_reason": "taken"}, "an_assignment_ends_with_a_reason"),
        (
            {"state": "ended", "ended_at": NIGHT - timedelta(seconds=1), "end_reason": "taken"},
            "an_assignment_never_ends_before_it_begins",
        ),
        ({"state": "offered"}, "an_offer_has_a_deadline"),
    ],
)
def test_an_assignment_is_whole(fields: dict[str, Any], constraint: str):
    assert refused_by(Assignment, **held(incident(), **fields)) == constraint


def test_an_assignment_has_one_open_handoff():
    handoff = handed(incident())
    with arranging():
        Handoff.objects.create(**handoff)

    assert refused_by(Handoff, **handoff) == "an_assignment_has_one_open_handoff"


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"state": "accepted"}, "a_handoff_waits_or_was_answered"),
        ({"answered_at": NIGHT}, "a_handoff_waits_or_was_answered"),
        ({"state": "cancelled", "answered_at": NIGHT}, "a_cancelled_handoff_says_why"),
        ({"reason": "taken"}, "a_cancelled_handoff_says_why"),
    ],
)
def test_a_handoff_is_whole(fields: dict[str, Any], constraint: str):
    assert refused_by(Handoff, **handed(incident(), **fields)) == constraint


def test_a_vacancy_never_ends_before_it_begins():
    backwards = vacant(incident(), ended_at=NIGHT - timedelta(seconds=1))

    assert refused_by(Vacancy, **backwards) == "a_vacancy_never_ends_before_it_begins"


def test_a_person_takes_part_once_in_an_incident():
    ada = person("Ada")
    one = incident(by=ada)

    assert refused_by(Participant, incident=one, person=ada) == "a_person_takes_part_once_in_an_incident"


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"source": "pager", "dedup_key": "k"}, "an_open_incident_has_its_dedup_key_alone"),
        ({"severity": 6}, "a_severity_is_one_to_five"),
        ({"severity": 0}, "a_severity_is_one_to_five"),
        ({"status": "resolved"}, "an_incident_is_resolved_at_a_moment"),
        ({"resolved_at": NIGHT}, "an_incident_is_resolved_at_a_moment"),
    ],
)
def test_an_incident_is_whole(fields: dict[str, Any], constraint: str):
    one = incident(source="pager", dedup_key="k")
    row = {"title": "x", "service": one.service, "declared_at": NIGHT, "last_event_at": NIGHT}
    row |= {"declared_by_kind": "system", "declared_by_name": "Oncall"}

    assert refused_by(Incident, **row | fields) == constraint


def test_a_merged_incident_ended_in_another():
    target = incident()
    row = {"title": "x", "service": target.service, "declared_at": NIGHT, "last_event_at": NIGHT}
    row |= {"declared_by_kind": "system", "declared_by_name": "Oncall"}
    over = {"status": "resolved", "resolved_at": NIGHT}

    for fields in ({"merged_into": target}, over | {"number": 77, "merged_into_id": 77}):
        assert refused_by(Incident, **row | fields) == "a_merged_incident_ended_in_another"


@pytest.mark.parametrize(
    ("model", "fields", "constraint"),
    [
        (ResponsePlan, {"slug": "other", "name": "Other", "is_default": True}, "one_response_plan_is_the_default"),
        (Service, {"slug": "other", "name": "Other", "is_default": True}, "one_service_is_the_default"),
    ],
)
def test_there_is_one_default(model: Any, fields: dict[str, Any], constraint: str):
    assert refused_by(model, **fields) == constraint


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({}, "a_plan_has_one_rule_for_a_role"),
        ({"required_from_severity": 6}, "a_role_is_required_from_a_severity_of_one_to_five"),
        ({"seats": 0}, "a_role_has_at_least_one_seat"),
    ],
)
def test_a_rule_is_whole(fields: dict[str, Any], constraint: str):
    plan = ResponsePlan.objects.get(is_default=True)
    the_role = role() if not fields else role("scribe")

    assert refused_by(RoleRule, plan=plan, role=the_role, **fields) == constraint


@pytest.mark.parametrize("kind", ["on_call", "next_on_call", "person"])
def test_a_source_names_what_its_kind_needs(kind: str):
    rule = RoleRule.objects.get(plan__is_default=True)

    assert refused_by(RuleSource, rule=rule, kind=kind) == "a_source_names_what_its_kind_needs"


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("since", "ended_at", "overlaps"),
    [(0, 2, True), (4, 6, True), (2, 3, True), (-1, 1, False), (5, 6, False), (3, 3, False)],
)
def test_spans_of_a_seat_never_overlap(since: int, ended_at: int, overlaps: bool):  # noqa: FBT001
    one = incident()
    span = {"state": "ended", "end_reason": "taken"}
    first = held(one, **span, since=_minute(1), ended_at=_minute(5))
    second = held(one, **span, since=_minute(since), ended_at=_minute(ended_at), epoch=2)
    with arranging():
        Assignment.objects.create(**first)

    if overlaps:
        assert refused_by(Assignment, **second) == "a_seat_has_one_holder_at_a_time"
    else:
        with arranging():
            Assignment.objects.create(**second)


@pytest.mark.postgres
def test_spans_of_different_seats_and_roles_may_overlap():
    one, other = incident(), incident()

    with arranging():
        for row in (held(one), held(one, seat=2), held(one, role=role("driver"), epoch=1), held(other, epoch=2)):
            Assignment.objects.create(**row)

    assert Assignment.objects.count() == 4


@pytest.mark.postgres
def test_vacancies_of_a_seat_never_overlap():
    one = incident()
    with arranging():
        Vacancy.objects.create(**vacant(one, ended_at=_minute(5)))

    assert refused_by(Vacancy, **vacant(one, since=_minute(4))) == "a_seat_is_vacant_once_at_a_time"


def _minute(minutes: int) -> Any:
    return NIGHT + timedelta(minutes=minutes)
