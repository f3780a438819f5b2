"""PagerDuty Events API, version 2, as exporters and monitors speak it: one event of one alert.

https://developer.pagerduty.com/docs/events-api-v2/trigger-events. Where a ``dedup_key`` is missing, whoever answers
makes one up and tells it.
"""

from collections.abc import Mapping

from oncall.incidents.intake.body import Part
from oncall.incidents.intake.signal import KEY_LENGTH, Action, Signal
from rotations.errors import Invalid

# The token in the address says who is sending; the routing key in the body may be anything.
SIGNATURE_HEADER: str | None = None
ACTIONS = (Action.TRIGGER, Action.ACKNOWLEDGE, Action.RESOLVE)


def signal_of(body: Part, _headers: Mapping[str, str]) -> Signal:
    """Return what the event says. Its sender marks no delivery, so a repetition attaches by its key.

    Raises:
        Invalid: ``event_action``, ``dedup_key`` or ``payload.summary`` is missing or means nothing; it is named.
    """
    action, payload = _action(body), body.part_or_empty("payload")
    return Signal(
        action=action,
        dedup_key=_dedup_key(body, action),
        title=_summary(payload) if action is Action.TRIGGER else "",
        severity=((payload.text_or_empty("severity"),),),
        # No event says when it was sent: they count as they arrive.
        occurred_at=payload.moment_or_none("timestamp"),
        url=body.text_or_empty("client_url") or _first_link(body),
    )


def _action(body: Part) -> Action:
    said = body.text("event_action")
    if said not in ACTIONS:
        raise Invalid("invalid", f"event_action is one of {', '.join(ACTIONS)}.", field="/event_action")
    return Action(said)


def _dedup_key(body: Part, action: Action) -> str:
    key = body.text_or_empty("dedup_key")
    if not key and action is not Action.TRIGGER:
        raise Invalid("invalid", f"To {action}, name the dedup_key it was triggered with.", field="/dedup_key")
    if len(key) > KEY_LENGTH:
        raise Invalid("invalid", f"dedup_key is longer than {KEY_LENGTH} characters.", field="/dedup_key")
    return key


def _summary(payload: Part) -> str:
    summary = payload.text_or_empty("summary")
    if not summary:
        raise Invalid("invalid", "To trigger, say in payload.summary what is broken.", field="/payload/summary")
    source = payload.text_or_empty("source")
    return summary if not source or source in summary else f"{summary} ({source})"


def _first_link(body: Part) -> str:
    return next((link.text_or_empty("href") for link in body.parts_or_empty("links")), "")
