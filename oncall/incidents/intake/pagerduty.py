"""PagerDuty webhooks, version 3: one event of one incident.

https://developer.pagerduty.com/docs/webhooks-overview. Three deliveries that are not answered with 2xx disable the
subscription for a day, so an event that means nothing to us is ignored, not refused.
"""

from collections.abc import Mapping

from oncall.incidents.intake.body import Part, as_key
from oncall.incidents.intake.signal import Action, Signal

SIGNATURE_HEADER: str | None = "X-PagerDuty-Signature"
DELIVERY_HEADER = "X-Webhook-Id"

ACTIONS: Mapping[str, Action] = {
    "incident.triggered": Action.TRIGGER,
    "incident.reopened": Action.TRIGGER,
    "incident.acknowledged": Action.ACKNOWLEDGE,
    "incident.resolved": Action.RESOLVE,
    "pagey.ping": Action.TEST,
}
# Where an event says something in words.
SAID_IN: Mapping[str, str] = {"incident.annotated": "content", "incident.status_update_published": "message"}


def signal_of(body: Part, headers: Mapping[str, str]) -> Signal:
    """Return what the event says. Events not listed above update their incident; without one, they are ignored."""
    event = body.part("event")
    kind = event.text("event_type")
    delivery_key = as_key(headers.get(DELIVERY_HEADER, "") or event.text("id"))
    data = event.part_or_empty("data")
    # Events of notes, status updates and responders carry those, with a reference to their incident.
    incident = data if kind in ACTIONS or data.raw("type") == "incident" else data.part_or_empty("incident")
    action = ACTIONS.get(kind, Action.UPDATE if "id" in incident else Action.IGNORE)
    if action in {Action.TEST, Action.IGNORE}:
        return Signal(action=action, delivery_key=delivery_key, news=kind)
    return Signal(
        action=action,
        delivery_key=delivery_key,
        dedup_key=as_key(incident.text("id")),
        title=_title(incident) if action is Action.TRIGGER else "",
        severity=_severity(kind, incident),
        service=_name(incident, "service"),
        sent_at=event.moment("occurred_at"),
        occurred_at=incident.moment_or_none("created_at") if kind == "incident.triggered" else None,
        external_ids=tuple(assignee.text("id") for assignee in incident.parts_or_empty("assignees")),
        agent=event.part_or_empty("agent").text_or_empty("id"),
        url=incident.text_or_empty("html_url"),
        news=_news(kind, incident=incident, data=data),
    )


def _title(incident: Part) -> str:
    return incident.text_or_empty("title") or f"PagerDuty incident {incident.text('id')}"


def _severity(kind: str, incident: Part) -> tuple[tuple[str, ...], ...]:
    """Priority before urgency. Events about something else say nothing of severity: ours may have been changed here."""
    priority = _name(incident, "priority")
    if kind == "incident.priority_updated":
        return ((priority,),)
    return ((priority,), (incident.text_or_empty("urgency"),)) if kind in ACTIONS else ()


def _name(part: Part, key: str) -> str:
    return part.part_or_empty(key).text_or_empty("summary")


def _news(kind: str, *, incident: Part, data: Part) -> str:
    what = kind.removeprefix("incident.").replace("_", " ").replace(".", " ")
    if kind == "incident.priority_updated":
        return f"{what}: {_name(incident, 'priority') or 'none'}"
    said = data.text_or_empty(SAID_IN[kind]) if kind in SAID_IN else ""
    return f"{what}: {said}" if said else what
