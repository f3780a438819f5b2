"""A sender says over REST that something is broken: declared, attached or reopened, by the rule that signals follow."""

from datetime import datetime
from typing import Any

from django.db import transaction

from oncall.incidents.models import Incident
from oncall.incidents.services import lifecycle
from oncall.incidents.services.declaring import Declared, declare, end_of_merges
from oncall.incidents.services.responding import REOPEN_WINDOW
from oncall.incidents.services.room import room_of
from rotations.actors import Actor
from rotations.errors import Conflict


def declare_once(*, source: str = "", dedup_key: str, by: Actor, now: datetime, **about: Any) -> Declared:
    """Declare as ``declare`` does, but for one request once: sent again, it attaches, even to what is resolved."""
    earlier = _latest(source, dedup_key)
    if earlier is not None:
        return Declared(earlier, created=False)
    return declare(source=source, dedup_key=dedup_key, by=by, now=now, **about)


def trigger(
    *,
    source: str = "",
    dedup_key: str = "",
    occurred_at: datetime | None = None,
    by: Actor,
    now: datetime,
    **about: Any,
) -> Declared:
    """Declare as ``declare`` does, unless an incident with this key was resolved before.

    What was broken since before the resolution attaches to it as still firing. What broke after it reopens it, within
    a day; later, a new incident is declared that names the one before.

    Raises:
        Invalid: as ``declare``.
    """
    earlier = _latest(source, dedup_key) if dedup_key else None
    if earlier is not None and earlier.resolved_at is not None:
        if min(occurred_at or now, now) <= earlier.resolved_at:
            _note(earlier, "still firing", by=by, now=now)
            return Declared(earlier, created=False)
        if now - earlier.resolved_at <= REOPEN_WINDOW and (reopened := _reopened(earlier, by=by, now=now)):
            return Declared(reopened, created=False)
    declared = declare(source=source, dedup_key=dedup_key, occurred_at=occurred_at, by=by, now=now, **about)
    if declared.created and earlier is not None:
        text = f"triggered. As incident #{earlier.pk}, resolved before."
        _note(declared.incident, text, earlier=earlier, by=by, now=now)
    return declared


def _latest(source: str, dedup_key: str) -> Incident | None:
    """Return the incident that has the key, the open one if there is one, or the one into which it was merged."""
    same_key = Incident.objects.filter(source=source, dedup_key=dedup_key).select_related("service")
    latest = same_key.order_by("-number").first()
    return latest and end_of_merges(latest)


def _reopened(incident: Incident, *, by: Actor, now: datetime) -> Incident | None:
    """Reopen ``incident``; None where another one with its key was declared in this instant."""
    try:
        with transaction.atomic():
            reopened = lifecycle.reopen(incident, by=by, now=now)
            _note(reopened, "triggered again", by=by, now=now)
    except Conflict:
        return None
    return reopened


def _note(incident: Incident, text: str, *, by: Actor, now: datetime, earlier: Incident | None = None) -> None:
    with room_of(incident, by=by, now=now) as room:
        entry = room.record("signal", f"{by.name}: {text}")
        if earlier is not None:
            entry.data["earlier"] = earlier.pk
