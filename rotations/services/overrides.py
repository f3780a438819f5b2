"""Changing one span of a schedule without touching its rotations."""

from datetime import datetime
from typing import Any

from django.db import transaction

from rotations.actors import Actor
from rotations.errors import Conflict, Invalid, NotPermitted
from rotations.models import Override, OverrideKind, Person, Rotation, Schedule
from rotations.permissions import is_member, is_oneself, manages
from rotations.services.changes import hold_active, hold_schedule, record_change
from rotations.services.rows import add_row


@transaction.atomic
def add_override(
    schedule: Schedule,
    *,
    kind: str,
    start: datetime,
    end: datetime,
    person: Person | None = None,
    replaces: Person | None = None,
    rotation: Rotation | None = None,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> Override:
    """Change who is on call in ``[start, end)``; a start before now becomes now.

    Managers of the team may do it for anybody. Members of the team may put themselves on call, and anybody may have
    somebody else take their own place.

    Raises:
        NotPermitted: none of that holds for ``by``.
        Conflict: ``in_the_past`` where it would be over by now; ``archived``.
        Invalid: ``person_deactivated``; ``invalid`` for a person who is not there or a rotation of another schedule.
        ValidationError: ``end_before_start``, ``people_do_not_fit_kind``, ``replaces_themselves``.
    """
    hold_active(person=person, replaces=replaces)
    schedule, moment = hold_schedule(schedule, now=now)
    _require_may_add(schedule, kind=kind, person=person, replaces=replaces, by=by)
    override = drafted_override(
        schedule,
        kind=kind,
        start=start,
        end=end,
        person=person,
        replaces=replaces,
        rotation=rotation,
        reason=reason,
        now=moment,
    )
    add_row(override)
    record_change(
        schedule, what="override_added", summary=_summary(override), after=_values(override), by=by, now=moment
    )
    return override


def drafted_override(
    schedule: Schedule,
    *,
    kind: str,
    start: datetime,
    end: datetime,
    person: Person | None = None,
    replaces: Person | None = None,
    rotation: Rotation | None = None,
    reason: str = "",
    now: datetime,
) -> Override:
    """Return the row that ``add_override`` stores at ``now``, not validated and not stored; its people are active.

    Raises:
        Conflict: ``in_the_past`` where it would be over by now.
        Invalid: ``invalid`` for a rotation of another schedule.
    """
    if rotation is not None and rotation.schedule_id != schedule.pk:
        raise Invalid("invalid", f"{rotation.name} is no rotation of {schedule.name}.", field="rotation")
    if start < end <= now:
        raise Conflict("in_the_past", "An override that is over by now would change nothing.", field="end")
    return Override(
        schedule=schedule,
        rotation=rotation,
        kind=kind,
        replaces=replaces,
        person=person,
        # A span that is empty or runs backwards is left for the constraint to refuse.
        start=max(start, now) if start < end else start,
        end=end,
        reason=reason.strip(),
        created_at=now,
    )


@transaction.atomic
def end_override(override: Override, *, by: Actor, now: datetime) -> Override:
    """End a running override now, or remove one that has not begun (the row returned has no ``pk`` then).

    Raises:
        NotPermitted: ``by`` does not manage the team and is not one of the people it names.
        Conflict: ``in_the_past`` where it is over; ``archived``.
    """
    schedule, moment = hold_schedule(override.schedule, now=now)
    override = Override.objects.select_related("person", "replaces").get(pk=override.pk)
    if not (manages(by, schedule.team) or is_oneself(by, override.person) or is_oneself(by, override.replaces)):
        raise NotPermitted(f"Only managers of {schedule.team} and the people it names may end this override.")
    if override.end <= moment:
        raise Conflict("in_the_past", "This override is over, and what happened stays.")
    before, summary = _values(override), _summary(override)
    if moment < override.start:
        override.delete()
        record_change(
            schedule, what="override_removed", summary=f"Removed: {summary}", before=before, by=by, now=moment
        )
        return override
    override.end = override.ended_early_at = moment
    override.full_clean()
    override.save(update_fields=["end", "ended_early_at"])
    record_change(
        schedule,
        what="override_ended",
        summary=f"Ended early: {summary}",
        before=before,
        after=_values(override),
        by=by,
        now=moment,
    )
    return override


def _require_may_add(
    schedule: Schedule, *, kind: str, person: Person | None, replaces: Person | None, by: Actor
) -> None:
    takes_it_on = is_oneself(by, person) and is_member(by, schedule.team)
    gives_it_away = kind == OverrideKind.REPLACE and is_oneself(by, replaces)
    if not (takes_it_on or gives_it_away or manages(by, schedule.team)):
        raise NotPermitted(f"Only managers of {schedule.team} may put others on call or take them off.")


def _summary(override: Override) -> str:
    what = {
        OverrideKind.REPLACE: f"{override.person} instead of {override.replaces or 'everyone'}",
        OverrideKind.ADD: f"{override.person} in addition",
        OverrideKind.REMOVE: f"without {override.replaces}",
        OverrideKind.SILENCE: "nobody, as planned",
    }[OverrideKind(override.kind)]
    where = f" in {override.rotation.name}" if override.rotation else ""
    return f"{what}{where}, {override.start:%Y-%m-%d %H:%M}Z to {override.end:%Y-%m-%d %H:%M}Z"


def _values(override: Override) -> dict[str, Any]:
    return {
        "override": override.pk,
        "kind": str(override.kind),
        "replaces": override.replaces_id,
        "person": override.person_id,
        "rotation": override.rotation_id,
        "start": override.start.isoformat(),
        "end": override.end.isoformat(),
        "reason": override.reason,
    }
