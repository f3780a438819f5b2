"""Prometheus Alertmanager, webhook version "4": one message for a group of alerts, repeated while any of them fires.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
"""

from collections.abc import Mapping, Sequence

from oncall.incidents.intake.body import Part, Unsupported, digest
from oncall.incidents.intake.signal import Action, Signal

VERSION = "4"
SIGNATURE_HEADER: str | None = None


def signal_of(body: Part, _headers: Mapping[str, str]) -> Signal:
    """Return what the group says. It is resolved only when all of its alerts are.

    The sender sends no time of its own: the latest change of an alert stands for it, so that a late copy of an older
    state (from the other of a pair, say) is known as older.
    """
    if body.raw("version") != VERSION:
        raise Unsupported('/version is not "4".', field="/version")
    alerts = body.parts_or_empty("alerts") or _refuse_no_alerts()
    firing = [alert for alert in alerts if _status(alert) == "firing"]
    is_resolved = _status(body) == "resolved" and not firing
    group = body.text("groupKey")
    return Signal(
        action=Action.RESOLVE if is_resolved else Action.TRIGGER,
        delivery_key=digest(group, *sorted(map(_state_of, alerts))),
        dedup_key=digest(group),
        title=_title(body, firing or alerts),
        severity=(tuple(_labelled("severity", firing or alerts)),),
        service=next(iter(_labelled("service", firing or alerts)), ""),
        sent_at=max(alert.moment("endsAt" if _status(alert) == "resolved" else "startsAt") for alert in alerts),
        occurred_at=max(alert.moment("startsAt") for alert in firing or alerts),
        url=(firing or alerts)[0].text_or_empty("generatorURL") or body.text_or_empty("externalURL"),
    )


def _status(of: Part) -> str:
    status = of.text("status")
    if status not in {"firing", "resolved"}:
        raise Unsupported(f"{status[:100]!r} is neither firing nor resolved.", field=f"{of.pointer}/status")
    return status


def _refuse_no_alerts() -> Sequence[Part]:
    raise Unsupported("/alerts is empty.", field="/alerts")


def _state_of(alert: Part) -> str:
    return digest(alert.text("fingerprint"), alert.text("status"), alert.text("startsAt"))


def _labelled(label: str, alerts: Sequence[Part]) -> list[str]:
    """Return the values of ``label``, each once, in the order of the alerts."""
    values = (alert.part_or_empty("labels").text_or_empty(label) for alert in alerts)
    return list(dict.fromkeys(filter(None, values)))


def _title(body: Part, alerts: Sequence[Part]) -> str:
    names = _labelled("alertname", alerts)
    summary = body.part_or_empty("commonAnnotations").text_or_empty("summary") or alerts[0].part_or_empty(
        "annotations"
    ).text_or_empty("summary")
    return ": ".join(filter(None, (", ".join(names), summary))) or body.text("groupKey")
