"""What a sender says, in one form whoever sends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

TITLE_LENGTH = 300
KEY_LENGTH = 255

# What senders say -> our severity; the integration's own map goes over it.
SEVERITIES: Mapping[str, int] = {
    **{str(number): number for number in range(1, 6)},
    **{f"p{number}": number for number in range(1, 6)},
    "critical": 1,
    "error": 2,
    "high": 2,
    "warning": 3,
    "average": 3,
    "low": 4,
    "info": 4,
}


class Action(StrEnum):
    """``update`` is news of something known; ``test`` and ``ignore`` are answered and lead to nothing."""

    TRIGGER = "trigger"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    UPDATE = "update"
    TEST = "test"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One message, understood.

    ``delivery_key`` tells a repeated delivery ("" when the sender marks none), ``dedup_key`` what is broken.
    ``severity`` holds the sender's words in order of preference; of words side by side the worst counts.
    ``service`` is as the sender names it. ``sent_at`` orders the signals of a key; ``occurred_at`` is when the latest
    of what is broken broke. ``emails`` and ``external_ids`` say whom the sender would ask, ``agent`` (an external id)
    who did it there. ``news`` is what the timeline says of an update.
    """

    action: Action
    delivery_key: str = ""
    source: str = ""
    dedup_key: str = ""
    title: str = ""
    severity: tuple[tuple[str, ...], ...] = ()
    service: str = ""
    sent_at: datetime | None = None
    occurred_at: datetime | None = None
    emails: tuple[str, ...] = ()
    external_ids: tuple[str, ...] = ()
    agent: str = ""
    url: str = ""
    news: str = ""
    is_drill: bool = False


def severity_of(said: tuple[tuple[str, ...], ...], *, over: Mapping[str, int]) -> int | None:
    """Return the severity (1 is worst) of the first words that mean one, ``over`` read before the common map."""
    meanings = {**SEVERITIES, **{word.strip().lower(): severity for word, severity in over.items()}}
    for words in said:
        known = [meanings[word.strip().lower()] for word in words if word.strip().lower() in meanings]
        if known:
            return min(known)
    return None
