"""What do webhooks hear? The facts that other systems act on, as plain values; published, so no key changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from oncall.notices.telling.kinds import EventType

# What becomes of a role, by the timeline's kind. Whatever a resolution ends is part of ``incident.resolved``.
ROLE_CHANGES = {
    "offered": "offered",
    "accepted": "accepted",
    "taken": "taken",
    "handed_off": "handed_off",
    "acting": "acting",
    "vacant": "vacant",
    "declined": "declined",
    "offer_expired": "expired",
    "released": "released",
    "vacated": "vacated",
    "deactivated": "deactivated",
}
INCIDENT_STEPS = {
    "declared": EventType.INCIDENT_DECLARED,
    "acknowledged": EventType.INCIDENT_ACKNOWLEDGED,
    "mitigated": EventType.INCIDENT_MITIGATED,
    "resolved": EventType.INCIDENT_RESOLVED,
    "reopened": EventType.INCIDENT_REOPENED,
    "severity_changed": EventType.INCIDENT_SEVERITY_CHANGED,
    "merged": EventType.INCIDENT_MERGED,
}
# After these nobody holds the seat; who did, is ``before``.
LEAVES_IT = frozenset({"vacant", "declined", "offer_expired", "released", "vacated", "deactivated"})
EXTRA = ("before", "after", "into", "epoch")

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Happened:
    """One event: what webhooks of ``team`` and those of all teams are sent."""

    fact: str
    type: EventType
    at: datetime
    data: Plain
    team: int | None


def of_timeline(
    kind: str, data: Mapping[str, Any], *, incident: Plain, people: Mapping[int, Plain], text: str
) -> tuple[EventType, Plain] | None:
    """Return what a fact of a timeline is to other systems, None where it is nothing to them."""
    if kind in ROLE_CHANGES and "role" in data:
        person, before = (people.get(data.get(name) or 0) for name in ("person", "taken_from"))
        role = {"role": data["role"], "seat": data.get("seat"), "change": ROLE_CHANGES[kind]}
        held = None if kind in LEAVES_IT else person
        left = person if held is None else before
        because = data.get("because")
        return EventType.ROLE_CHANGED, {
            "incident": incident,
            **role,
            "person": held,
            "before": left,
            "because": because,
        }
    if kind in INCIDENT_STEPS:
        extra = {name: data[name] for name in EXTRA if name in data}
        return INCIDENT_STEPS[kind], {"incident": incident, "text": text, **extra}
    return None


def on_call_changed(
    schedule: Plain, at: datetime, *, was: Iterable[Plain], now: Iterable[Plain], silence: bool
) -> Plain:
    """Return what is said when somebody else is on call in a schedule from ``at`` on."""
    return {"schedule": schedule, "at": utc(at), "was": [*was], "now": [*now], "silence": silence}


def warning(schedule: Plain, *, kind: str, start: datetime, end: datetime, person: Plain | None, text: str) -> Plain:
    """Return what is said of trouble foreseen in a schedule."""
    return {
        "schedule": schedule,
        "kind": kind,
        "start": utc(start),
        "end": utc(end),
        "person": person,
        "text": text,
    }


def utc(at: datetime) -> str:
    """Return ``at`` as ISO 8601 in UTC, with a Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
