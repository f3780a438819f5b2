"""Our own body, for whatever can send JSON. Only ``title`` is required, and only to trigger."""

from collections.abc import Mapping
from typing import Any

from oncall.incidents.intake.body import Part, as_key
from oncall.incidents.intake.signal import KEY_LENGTH, Action, Signal
from rotations.errors import Invalid

SIGNATURE_HEADER: str | None = "X-Oncall-Signature"
DELIVERY_HEADER = "Idempotency-Key"
SOURCE_LENGTH = 100


def signal_of(body: Part, headers: Mapping[str, str]) -> Signal:
    """Return what the body says; ``action`` is ``trigger`` when left out.

    Raises:
        Invalid: a field is missing or out of range; it is named.
    """
    action = _action(body)
    dedup_key = _short(body, "dedup_key", KEY_LENGTH)
    if not dedup_key and action in {Action.ACKNOWLEDGE, Action.RESOLVE, Action.UPDATE}:
        raise Invalid("invalid", f"To {action}, name the dedup_key it was triggered with.", field="/dedup_key")
    occurred_at = body.moment_or_none("occurred_at")
    return Signal(
        action=action,
        delivery_key=as_key(headers.get(DELIVERY_HEADER, "")),
        source=_short(body, "source", SOURCE_LENGTH),
        dedup_key=dedup_key,
        title=_title(body) if action is Action.TRIGGER else body.text_or_empty("title"),
        severity=_severity(body),
        service=body.text_or_empty("service"),
        # A sender that says only when it happened is put in order by that.
        sent_at=body.moment_or_none("sent_at") or occurred_at,
        occurred_at=occurred_at,
        emails=body.texts_or_empty("people"),
        url=body.text_or_empty("url"),
        news=body.text_or_empty("text"),
        is_drill=body.flag_or_false("is_drill"),
    )


def _action(body: Part) -> Action:
    said = body.text_or_empty("action") or Action.TRIGGER
    if said not in set(Action):
        raise Invalid("invalid", f"action is one of {', '.join(Action)}.", field="/action")
    return Action(said)


def _title(body: Part) -> str:
    title = body.text_or_empty("title")
    if not title:
        raise Invalid("invalid", "To trigger, say in title what is broken.", field="/title")
    return title


def _short(body: Part, key: str, longest: int) -> str:
    text = body.text_or_empty(key)
    if len(text) > longest:
        raise Invalid("invalid", f"{key} is longer than {longest} characters.", field=f"/{key}")
    return text


def _severity(body: Part) -> tuple[tuple[str, ...], ...]:
    """A number from 1 to 5, or a word that the integration or everybody knows."""
    said: Any = body.raw("severity")
    if said is None or isinstance(said, str):
        return ((body.text_or_empty("severity"),),)
    if isinstance(said, bool) or not isinstance(said, int) or not 1 <= said <= 5:
        raise Invalid("invalid", "severity is a number from 1 (worst) to 5, or a word.", field="/severity")
    return ((str(said),),)
