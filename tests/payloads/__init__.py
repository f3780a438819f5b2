"""What senders send, as they document it; the values are made up."""

from pathlib import Path
from typing import Any

import orjson

from oncall.incidents.intake import SENDERS, Signal, parsed

FOLDER = Path(__file__).parent


def raw(name: str) -> bytes:
    """Return the bytes of a payload: ``raw("alertmanager_v4_firing")``."""
    return (FOLDER / f"{name}.json").read_bytes()


def payload(name: str) -> Any:
    """Return a payload to change: ``payload("alertmanager_v4_firing")``."""
    return orjson.loads(raw(name))


def signal_from(kind: str, body: Any, **headers: str) -> Signal:
    """Return what a sender of ``kind`` means by ``body``; ``x_webhook_id`` is the header X-Webhook-Id."""
    names = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return SENDERS[kind].signal_of(parsed(orjson.dumps(body)), names)
