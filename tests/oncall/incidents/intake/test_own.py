"""What our own body means."""

from datetime import UTC, datetime

import pytest

from oncall.incidents.intake import Action, Signal
from rotations.errors import Invalid
from tests.payloads import signal_from

THEN = datetime(2026, 11, 20, 3, 14, 2, tzinfo=UTC)


def test_a_title_is_enough():
    assert signal_from("oncall", {"title": "Checkout 5xx"}) == Signal(
        action=Action.TRIGGER, title="Checkout 5xx", severity=(("",),)
    )


def test_everything_may_be_said():
    body = {
        "action": "trigger",
        "source": "relay",
        "dedup_key": "checkout-5xx",
        "title": "Checkout 5xx",
        "severity": 2,
        "service": "checkout",
        "sent_at": "2026-11-20T04:14:09+01:00",
        "occurred_at": "2026-11-20T03:14:02Z",
        "people": ["bo@example.test"],
        "url": "https://pager.example.test/i/1",
        "is_drill": True,
    }

    assert signal_from("oncall", body, idempotency_key="k-1") == Signal(
        action=Action.TRIGGER,
        delivery_key="k-1",
        source="relay",
        dedup_key="checkout-5xx",
        title="Checkout 5xx",
        severity=(("2",),),
        service="checkout",
        sent_at=datetime(2026, 11, 20, 3, 14, 9, tzinfo=UTC),
        occurred_at=THEN,
        emails=("bo@example.test",),
        url="https://pager.example.test/i/1",
        is_drill=True,
    )


def test_what_happened_then_was_sent_then_unless_it_says_when():
    assert signal_from("oncall", {"title": "Slow", "occurred_at": "2026-11-20T03:14:02Z"}).sent_at == THEN


def test_a_severity_may_be_a_word():
    assert signal_from("oncall", {"title": "Slow", "severity": "critical"}).severity == (("critical",),)


@pytest.mark.parametrize("action", ["acknowledge", "resolve", "update"])
def test_what_is_known_already_is_named_by_its_key(action):
    assert signal_from("oncall", {"action": action, "dedup_key": "k"}).action == action


def test_a_null_character_is_replaced():
    assert signal_from("oncall", {"title": "a\x00b", "people": ["\x00"]}).title == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({}, "invalid", "/title"),
        ({"title": "  "}, "invalid", "/title"),
        ({"title": "Slow", "action": "page"}, "invalid", "/action"),
        ({"action": "resolve"}, "invalid", "/dedup_key"),
        ({"title": "Slow", "dedup_key": "k" * 256}, "invalid", "/dedup_key"),
        ({"title": "Slow", "source": "s" * 101}, "invalid", "/source"),
        ({"title": "Slow", "severity": 0}, "invalid", "/severity"),
        ({"title": "Slow", "severity": 6}, "invalid", "/severity"),
        ({"title": "Slow", "severity": True}, "invalid", "/severity"),
        ({"title": "Slow", "severity": 1.5}, "invalid", "/severity"),
        ({"title": 5}, "unsupported_payload", "/title"),
        ({"title": "Slow", "occurred_at": "2026-11-20T03:14:02"}, "unsupported_payload", "/occurred_at"),
        ({"title": "Slow", "is_drill": "yes"}, "unsupported_payload", "/is_drill"),
        ({"title": "Slow", "people": "bo@example.test"}, "unsupported_payload", "/people"),
        ({"title": "Slow", "people": [7]}, "unsupported_payload", "/people"),
    ],
)
def test_what_cannot_be_is_refused_by_name(body, code, pointer):
    with pytest.raises(Invalid) as refused:
        signal_from("oncall", body)

    assert (refused.value.code, refused.value.field) == (code, pointer)
