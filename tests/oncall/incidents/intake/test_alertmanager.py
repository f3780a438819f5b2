"""What Alertmanager means."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from oncall.incidents.intake import Action, Signal
from rotations.errors import Invalid
from tests.payloads import payload, signal_from

STARTED = datetime(2026, 11, 20, 3, 12, 30, 500_000, tzinfo=UTC)


def read(name):
    return signal_from("alertmanager", payload(f"alertmanager_v4_{name}"))


def test_a_firing_group_is_a_trigger():
    signal = read("firing")

    assert replace(signal, delivery_key="", dedup_key="") == Signal(
        action=Action.TRIGGER,
        title="HighErrorRate: 5xx above 5%",
        severity=(("critical",),),
        service="checkout",
        sent_at=STARTED,
        occurred_at=STARTED,
        url="http://prom.example.test/graph?g0.expr=x",
    )
    assert len(signal.delivery_key) == len(signal.dedup_key) == 64


def test_a_repetition_is_the_same_delivery_although_its_body_differs():
    assert read("repeat") == read("firing")


def test_a_group_is_resolved_when_every_alert_is():
    signal = read("resolved")

    assert (signal.action, signal.sent_at) == (Action.RESOLVE, datetime(2026, 11, 20, 3, 58, tzinfo=UTC))
    assert signal.dedup_key == read("firing").dedup_key
    assert signal.delivery_key != read("firing").delivery_key


def test_a_partly_resolved_group_still_fires_and_broke_when_its_latest_alert_did():
    signal = read("partly_resolved")

    assert (signal.action, signal.occurred_at, signal.sent_at) == (
        Action.TRIGGER,
        datetime(2026, 11, 20, 3, 20, tzinfo=UTC),
        datetime(2026, 11, 20, 3, 40, tzinfo=UTC),
    )
    assert signal.dedup_key == read("firing").dedup_key


def test_a_group_whose_visible_alerts_are_resolved_may_hide_firing_ones():
    body = payload("alertmanager_v4_resolved") | {"status": "firing", "truncatedAlerts": 3}

    assert signal_from("alertmanager", body).action is Action.TRIGGER


def test_the_order_of_the_alerts_makes_no_other_delivery():
    body = payload("alertmanager_v4_partly_resolved")
    turned = body | {"alerts": body["alerts"][::-1]}

    assert signal_from("alertmanager", turned).delivery_key == signal_from("alertmanager", body).delivery_key


def test_a_new_start_of_an_alert_is_another_delivery():
    body = payload("alertmanager_v4_firing")
    body["alerts"][0]["startsAt"] = "2026-11-20T05:00:00Z"

    assert signal_from("alertmanager", body).delivery_key != read("firing").delivery_key


def test_alerts_of_several_severities_are_all_named():
    body = payload("alertmanager_v4_partly_resolved")
    body["alerts"][0] |= {"status": "firing", "labels": {"severity": "warning", "alertname": "Slow"}}

    signal = signal_from("alertmanager", body)

    assert (signal.severity, signal.title) == ((("warning", "critical"),), "Slow, HighErrorRate: 5xx above 5%")


def test_a_group_without_labels_and_annotations_is_called_by_its_key():
    body = payload("alertmanager_v4_firing")
    for nameless in (body, *body["alerts"]):
        for part in ("labels", "annotations", "commonLabels", "commonAnnotations"):
            nameless.pop(part, None)

    signal = signal_from("alertmanager", body)

    assert (signal.title, signal.service, signal.severity) == (body["groupKey"], "", ((),))


def without(key):
    return lambda body: body.pop(key)


def in_first_alert(**values):
    return lambda body: body["alerts"][0].update(values)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (without("version"), "/version"),
        (lambda body: body.update(version="5"), "/version"),
        (lambda body: body.update(version=4), "/version"),
        (without("alerts"), "/alerts"),
        (lambda body: body.update(alerts=[]), "/alerts"),
        (lambda body: body.update(alerts={}), "/alerts"),
        (lambda body: body.update(alerts=["firing"]), "/alerts"),
        (without("groupKey"), "/groupKey"),
        (lambda body: body.update(groupKey=7), "/groupKey"),
        (in_first_alert(startsAt=None), "/alerts/0/startsAt"),
        (in_first_alert(startsAt="2026-11-20T03:12:30"), "/alerts/0/startsAt"),
        (in_first_alert(startsAt="yesterday"), "/alerts/0/startsAt"),
        (in_first_alert(startsAt="0001-01-01T00:00:00+23:00"), "/alerts/0/startsAt"),
        (in_first_alert(status=None), "/alerts/0/status"),
        (in_first_alert(status="smouldering"), "/alerts/0/status"),
        (lambda body: body.update(status="smouldering"), "/status"),
        (in_first_alert(fingerprint=None), "/alerts/0/fingerprint"),
        (in_first_alert(labels=[]), "/alerts/0/labels"),
        (in_first_alert(labels={"severity": 1}), "/alerts/0/labels/severity"),
    ],
)
def test_another_version_or_shape_is_refused_by_name(change, pointer):
    body = payload("alertmanager_v4_firing")
    change(body)

    with pytest.raises(Invalid) as refused:
        signal_from("alertmanager", body)

    assert (refused.value.code, refused.value.field) == ("unsupported_payload", pointer)
