"""What PagerDuty means."""

from datetime import UTC, datetime

import pytest

from oncall.incidents.intake import Action, Signal
from rotations.errors import Invalid
from tests.payloads import payload, signal_from

DELIVERY = "a9d6b1c8-0000-4000-8000-000000000001"
URL = "https://demo.pagerduty.example/incidents/QINC0001"


def read(name):
    return signal_from("pagerduty", payload(f"pagerduty_v3_{name}"), x_webhook_id=DELIVERY)


def test_triggered_is_a_trigger():
    assert read("triggered") == Signal(
        action=Action.TRIGGER,
        delivery_key=DELIVERY,
        dedup_key="QINC0001",
        title="Checkout 5xx above 5%",
        severity=(("P1",), ("high",)),
        service="Checkout",
        sent_at=datetime(2026, 11, 20, 3, 14, 7, 215_000, tzinfo=UTC),
        occurred_at=datetime(2026, 11, 20, 3, 14, 6, tzinfo=UTC),
        external_ids=("PUSER02",),
        agent="PUSER01",
        url=URL,
        news="triggered",
    )


def test_reopened_is_a_trigger_of_something_that_broke_just_now():
    body = payload("pagerduty_v3_triggered")
    body["event"]["event_type"] = "incident.reopened"

    signal = signal_from("pagerduty", body)

    assert (signal.action, signal.occurred_at) == (Action.TRIGGER, None)


def test_acknowledged_is_an_acknowledgement_by_its_agent():
    signal = read("acknowledged")

    assert (signal.action, signal.dedup_key, signal.agent, signal.title) == (
        Action.ACKNOWLEDGE,
        "QINC0001",
        "PUSER01",
        "",
    )


def test_resolved_is_a_resolution_also_with_nulls():
    signal = read("resolved")

    assert (signal.action, signal.dedup_key, signal.severity) == (Action.RESOLVE, "QINC0001", (("",), ("high",)))


def test_a_new_priority_is_an_update_with_a_severity():
    signal = read("priority_updated")

    assert (signal.action, signal.severity, signal.news) == (Action.UPDATE, (("P3",),), "priority updated: P3")


def test_a_priority_that_was_taken_away_changes_no_severity():
    body = payload("pagerduty_v3_priority_updated")
    body["event"]["data"]["priority"] = None

    signal = signal_from("pagerduty", body)

    assert (signal.severity, signal.news) == ((("",),), "priority updated: none")


@pytest.mark.parametrize("kind", ["escalated", "reassigned", "delegated", "unacknowledged", "something_new"])
def test_other_events_of_an_incident_are_updates_that_leave_the_severity_alone(kind):
    body = payload("pagerduty_v3_triggered")
    body["event"]["event_type"] = f"incident.{kind}"

    signal = signal_from("pagerduty", body)

    assert (signal.action, signal.severity, signal.news) == (Action.UPDATE, (), kind.replace("_", " "))


def test_a_note_is_an_update_of_the_incident_it_refers_to():
    body = payload("pagerduty_v3_triggered")
    body["event"] |= {
        "event_type": "incident.annotated",
        "data": {
            "id": "PNOTE1",
            "type": "incident_note",
            "content": "Rolled back.",
            "incident": {"id": "QINC0001", "type": "incident_reference", "summary": "Checkout", "html_url": URL},
        },
    }

    signal = signal_from("pagerduty", body)

    assert (signal.action, signal.dedup_key, signal.news, signal.url) == (
        Action.UPDATE,
        "QINC0001",
        "annotated: Rolled back.",
        URL,
    )


@pytest.mark.parametrize(
    ("event", "action"),
    [
        (
            {"event_type": "pagey.ping", "data": {"message": "Hello!", "type": "ping"}},
            Action.TEST,
        ),
        ({"event_type": "service.updated", "data": {"id": "PSVC001", "type": "service"}}, Action.IGNORE),
        ({"event_type": "incident.something_new", "data": {"id": "X", "type": "something"}}, Action.IGNORE),
        ({"event_type": "incident.something_new", "data": None}, Action.IGNORE),
    ],
)
def test_what_means_nothing_to_us_is_not_refused(event, action):
    signal = signal_from("pagerduty", {"event": {"id": "01EX", **event}}, x_webhook_id=DELIVERY)

    assert signal == Signal(action=action, delivery_key=DELIVERY, news=event["event_type"])


def test_nobody_and_nothing_may_be_named():
    body = payload("pagerduty_v3_triggered")
    body["event"] |= {"agent": None, "client": None}
    body["event"]["data"] |= {"assignees": None, "service": None, "priority": None, "urgency": None, "title": ""}

    signal = signal_from("pagerduty", body)

    assert (signal.agent, signal.external_ids, signal.service, signal.severity, signal.title) == (
        "",
        (),
        "",
        (("",), ("",)),
        "PagerDuty incident QINC0001",
    )


def test_a_delivery_without_its_header_is_known_by_its_event():
    assert signal_from("pagerduty", payload("pagerduty_v3_triggered")).delivery_key == "01EX4MPLE5Z9QK"


def test_a_key_that_is_too_long_is_kept_as_its_digest():
    body = payload("pagerduty_v3_triggered")
    body["event"]["data"]["id"] = "Q" * 256

    signal = signal_from("pagerduty", body, x_webhook_id="W" * 300)

    assert len(signal.dedup_key) == len(signal.delivery_key) == 64


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"messages": [{"event": "incident.trigger"}]}, "/event"),
        ({"event": []}, "/event"),
        ({"event": {"id": "01EX"}}, "/event/event_type"),
        ({"event": {"event_type": "incident.triggered", "data": {"id": "Q"}}}, "/event/id"),
        ({"event": {"id": "01EX", "event_type": "incident.triggered"}}, "/event/data/id"),
        ({"event": {"id": "01EX", "event_type": "incident.triggered", "data": {"id": "Q"}}}, "/event/occurred_at"),
    ],
)
def test_another_version_or_shape_is_refused_by_name(body, pointer):
    with pytest.raises(Invalid) as refused:
        signal_from("pagerduty", body)

    assert (refused.value.code, refused.value.field) == ("unsupported_payload", pointer)
