"""What a sender of PagerDuty's Events API, version 2, means."""

from datetime import UTC, datetime

import pytest

from oncall.incidents.intake import Action, Signal, without_secrets
from rotations.errors import Invalid
from tests.payloads import payload, raw, signal_from


def read(**changes):
    return signal_from("pagerduty_events", payload("pagerduty_events_v2_trigger") | changes)


def test_a_trigger_says_what_is_broken_since_when():
    assert read() == Signal(
        action=Action.TRIGGER,
        dedup_key="disk-db-2",
        title="Disk space low on db-2",
        severity=(("critical",),),
        occurred_at=datetime(2026, 11, 20, 3, 14, 2, tzinfo=UTC),
        url="https://nagios.example.test",
    )


def test_where_the_summary_does_not_name_the_source_the_title_does():
    assert read(payload={"summary": "Disk space low", "source": "db-2"}).title == "Disk space low (db-2)"


def test_without_a_client_the_first_link_leads_there():
    assert read(client_url=None).url == "https://rb.example.test/1"


def test_a_trigger_may_leave_its_key_to_whoever_answers():
    assert read(dedup_key=None).dedup_key == ""


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_what_goes_on_needs_its_key_alone(action):
    signal = signal_from("pagerduty_events", {"event_action": action, "dedup_key": "disk-db-2"})

    assert signal == Signal(action=Action(action), dedup_key="disk-db-2", severity=(("",),))


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"event_action": None}, "/event_action", "unsupported_payload"),
        ({"event_action": "escalate"}, "/event_action", "invalid"),
        ({"event_action": "update"}, "/event_action", "invalid"),
        ({"event_action": "resolve", "dedup_key": ""}, "/dedup_key", "invalid"),
        ({"event_action": "acknowledge", "dedup_key": None}, "/dedup_key", "invalid"),
        ({"dedup_key": "x" * 256}, "/dedup_key", "invalid"),
        ({"dedup_key": 7}, "/dedup_key", "unsupported_payload"),
        ({"payload": None}, "/payload/summary", "invalid"),
        ({"payload": []}, "/payload", "unsupported_payload"),
        ({"payload": {"summary": " "}}, "/payload/summary", "invalid"),
        ({"payload": {"summary": "x", "severity": 1}}, "/payload/severity", "unsupported_payload"),
        ({"payload": {"summary": "x", "timestamp": "yesterday"}}, "/payload/timestamp", "unsupported_payload"),
        ({"client_url": None, "links": ["x"]}, "/links", "unsupported_payload"),
    ],
)
def test_what_means_nothing_is_refused_by_name(changes, field, code):
    with pytest.raises(Invalid) as refused:
        read(**changes)

    assert (refused.value.field, refused.value.code) == (field, code)


def test_the_routing_key_is_not_kept():
    kept = without_secrets(raw("pagerduty_events_v2_trigger"))

    assert "R0UT1NGKEY" not in kept
    assert '"routing_key":"***"' in kept
    assert without_secrets(b'{"title": "x"}') == '{"title": "x"}'
