"""Why is she on call?"""

from datetime import timedelta

import pytest

from rotations.actors import Actor
from rotations.services.duty import settle_due_schedules
from rotations.services.overrides import end_override
from rotations.services.people import edit_person
from tests.api.callers import problem, service_calling
from tests.factories.rotations import override

PATH = "schedules/payments-primary/on-call/"
HOUR = timedelta(hours=1)


@pytest.fixture
def relay(company):
    caller = service_calling("read")
    caller.get("people/")  # notes that the token is in use, once a minute
    return caller


def turn_of_ada(company):
    rotation = {"rotation": company.rotation, "layer": 1}
    return [
        {"kind": "rotation", "text": "Primary, layer 1: in force.", **rotation},
        {"kind": "version", "text": "Version of 2024-01-01T00:00:00Z: in force.", **rotation},
        {
            "kind": "turn",
            "text": "Turn 150, 2026-11-16T09:00:00Z to 2026-11-23T09:00:00Z: Ada Okafor.",
            "ordinal": 150,
            "person": company.ada.pk,
            **rotation,
        },
        {"kind": "layer", "text": "Layer 1: Ada Okafor; the highest with anybody, it answers.", "layer": 1},
    ]


def test_an_answer_explains_itself_when_it_is_asked_to(company, relay, night):
    removal = override(company.primary, night, HOUR, kind="remove", replaces=company.bo, now=night)

    plain, explained = relay.get(PATH), relay.get(PATH, explain="1")

    assert explained.body == plain.body | {
        "explanation": [
            *turn_of_ada(company),
            {
                "kind": "override",
                "text": f"Override {removal.pk}, 2026-11-20T03:00:00Z to 2026-11-20T04:00:00Z, remove Bo Lind: "
                "Bo Lind was not on call, no effect.",
                "override": removal.pk,
                "person": company.bo.pk,
            },
            {"kind": "answer", "text": "On call: Ada Okafor.", "person": company.ada.pk},
        ]
    }
    assert "explanation" not in plain.body


def test_the_recorded_past_gives_the_reason_that_was_written_down(company, relay, night):
    by_mia = override(company.primary, night, HOUR, person=company.bo, reason="dentist", now=night)
    settle_due_schedules(now=night + 2 * HOUR)
    edit_person(company.bo, name="Bo Sand", by=Actor.system(), now=night + 2 * HOUR)
    later = override(company.primary, night + 2 * HOUR, HOUR, kind="silence", now=night + 2 * HOUR)
    end_override(later, by=Actor.system(), now=night + 2.5 * HOUR)

    def explained(at):
        return relay.get(PATH, at=at.isoformat(), explain="").body["explanation"]

    recorded = {"kind": "recorded", "text": "As recorded: this is how it happened, whatever was changed since."}
    assert explained(night + HOUR / 2) == [
        recorded,
        {
            "kind": "recorded",
            "text": f"Bo Sand: override {by_mia.pk} by Oncall: dentist.",
            "override": by_mia.pk,
            "person": company.bo.pk,
        },
        {"kind": "answer", "text": "On call: Bo Sand.", "person": company.bo.pk},
    ]
    assert explained(night + 2.25 * HOUR) == [
        recorded,
        {
            "kind": "recorded",
            "text": f"Nobody: planned silence, override {later.pk} by Oncall.",
            "override": later.pk,
        },
        {"kind": "answer", "text": "On call: nobody, as planned."},
    ]
    assert explained(night - HOUR) == [
        {"kind": "recorded", "text": "Before the record begins: computed from the versions that were in force."},
        *turn_of_ada(company),
        {"kind": "answer", "text": "On call: Ada Okafor.", "person": company.ada.pk},
    ]


def test_an_explanation_costs_two_queries_more(
    company, relay, django_assert_num_queries, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        relay.get(PATH, explain="1")  # the plan is read once and remembered

    with django_assert_num_queries(4):
        relay.get(PATH)
    with django_assert_num_queries(6):
        relay.get(PATH, explain="1")


def test_what_is_no_switch_is_refused(company, relay):
    assert problem(relay.get(PATH, explain="why")) == {
        "status": 400,
        "code": "invalid",
        "errors": [("/explain", "invalid")],
    }
