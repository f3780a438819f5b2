"""How is it said to people what is stored as codes and as moments in UTC?"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

VACANT = {
    "no_one_on_call": "Nobody is on call where the plan looks",
    "everyone_declined": "Everyone who was asked declined",
    "exclusive": "Nobody here may hold it beside their other role",
    "waiting_for_first_to_join": "Goes to the first responder who joins",
    "waiting_for_holder": "Goes to whoever takes another role",
}
NOTE_KINDS = frozenset({"note", "finding"})
# What people and senders wrote stands as they wrote it.
QUOTED = NOTE_KINDS | {"declared", "title_changed"}
# As the services write moments into their reasons, and into refusals of late that are not a day old.
WRITTEN_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|\+00:00)|\b\d\d:\d\dZ\b")


def sentence(words: str) -> str:
    """Return ``words`` with a capital letter."""
    return words[:1].upper() + words[1:]


def vacant_words(because: str) -> str:
    """Return why nobody holds a seat."""
    return VACANT.get(because, sentence(because.replace("_", " ")))


def told(kind: str, text: str, data: Mapping[str, Any]) -> str:
    """Return the ``text`` of a fact of a timeline, the code by which a vacancy says why spelled out."""
    if kind != "vacant":
        return text
    words = vacant_words(data["because"])
    return f"{text.removesuffix(data['because'])}{words[:1].lower()}{words[1:]}"


def with_moments(text: str, *, now: datetime, say: Callable[[datetime], str]) -> str:
    """Return ``text`` with every moment that a service wrote into it as ``say`` says it."""
    return WRITTEN_MOMENT.sub(lambda found: say(_written(found[0], now)), text)


def _written(moment: str, now: datetime) -> datetime:
    """Return a moment as a service wrote it; a clock without a date is the latest that showed it."""
    if "T" in moment:
        return datetime.fromisoformat(moment)
    latest = datetime.combine(now.astimezone(UTC).date(), time.fromisoformat(moment.removesuffix("Z")), UTC)
    return latest if latest <= now else latest - timedelta(days=1)
