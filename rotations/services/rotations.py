"""Adding, editing and ending rotations. An edit makes a version: what was in force before stays as it was."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from rotations.actors import Actor
from rotations.engine import terms
from rotations.engine.edits import edited
from rotations.errors import Conflict, Invalid
from rotations.models import Rotation, RotationVersion, Schedule
from rotations.permissions import require_manager
from rotations.queries.plans import VERSION_ROWS, rotation_value, version_value
from rotations.services.changes import hold_schedule, record_change
from rotations.services.drafts import (
    MemberDraft,
    RotationDraft,
    WindowDraft,
    hold_members,
    require_active,
    require_sound,
)
from rotations.services.flags import flag_swaps
from rotations.services.rows import add_row, change_row
from rotations.services.versions import NewVersion, draft_of, move_version, plain_values

__all__ = [
    "MemberDraft",
    "RotationDraft",
    "WindowDraft",
    "add_rotation",
    "draft_of",
    "edit_rotation",
    "end_rotation",
]


@transaction.atomic
def add_rotation(
    schedule: Schedule, *, draft: RotationDraft, effective_at: datetime | None = None, by: Actor, now: datetime
) -> Rotation:
    """Add a rotation that is in force from ``effective_at``, by default now.

    It may begin in the past as far as the schedule has no record there. With an anchor, handoff 0 falls on it and the
    first slot takes turn 0; without one, the first slot takes the turn in which the rotation begins.

    Raises:
        NotPermitted: ``by`` does not manage the team.
        Conflict: ``in_the_past``; ``archived``.
        Invalid: ``no_members``, ``unknown_zone``, ``person_deactivated``, ``end_before_start``, ``invalid``.
        ValidationError: a field is out of its range, a window names no day, a person is twice in a slot.
    """
    require_sound(draft)
    require_active(draft, hold_members(draft))
    # A schedule is set up from the past on by adding its rotations one after the other; any other write is the first
    # that has something to lose.
    schedule, moment = hold_schedule(schedule, now=now, begins=False)
    require_manager(by, schedule.team)
    begins_at = effective_at or moment
    if schedule.recorded_until is not None and begins_at < schedule.recorded_until:
        raise Conflict("in_the_past", "What happened until then is recorded and stays.", field="effective_at")
    _require_end_after(draft, begins_at)
    rotation = Rotation(
        schedule=schedule, name=draft.name.strip(), layer=draft.layer, ends_at=draft.ends_at, created_at=moment
    )
    add_row(rotation)
    version = NewVersion(rotation, draft, effective_at=begins_at, now=moment)
    row = version.store(_first(version.value, is_anchored=draft.anchor is not None))
    record_change(
        schedule,
        what="rotation_added",
        summary=f"{rotation.name} was added, from {begins_at:%Y-%m-%d %H:%M}Z",
        after=_values(row),
        by=by,
        now=moment,
    )
    return rotation


@transaction.atomic
def edit_rotation(
    rotation: Rotation, *, draft: RotationDraft, effective_at: datetime | None = None, by: Actor, now: datetime
) -> Rotation:
    """Make ``rotation`` what ``draft`` says from ``effective_at`` on, by default now; what changes nothing, is nothing.

    Who is on call finishes the turn. Without an anchor handoffs stay as they are. A version that begins at the same
    instant is replaced, and one that begins later starts where the new order then stands. Name, layer and end are the
    rotation's own and change at once.

    Raises:
        NotPermitted: ``by`` does not manage the team.
        Conflict: ``in_the_past`` for a change or an end before now; ``ended``; ``archived``.
        Invalid: ``no_members``, ``unknown_zone``, ``person_deactivated``, ``end_before_start``, ``invalid``.
        ValidationError: a field is out of its range, a window names no day, a person is twice in a slot.
    """
    require_sound(draft)
    people = hold_members(draft)
    schedule, moment = hold_schedule(rotation.schedule, now=now)
    require_manager(by, schedule.team)
    rotation = _in_force(rotation, moment)
    current = _version_at(rotation, effective_at or moment)
    begins_at = effective_at or max(moment, current.effective_at)
    if begins_at < moment:
        raise Conflict("in_the_past", "What happened stays; a change begins now or later.", field="effective_at")
    old = draft_of(current)
    draft = replace(draft, anchor=draft.anchor or old.anchor)
    _require_end(draft, old, begins_at=begins_at, moment=moment)
    require_active(draft, people, but=_members(rotation))
    before = _values(current)
    _store_own_fields(rotation, draft)
    new = NewVersion(rotation, draft, effective_at=begins_at, now=moment)
    row = current if _runs_alike(new.value, version_value(current)) else _store_edit(rotation, new)
    after = _values(row)
    if after != before:
        record_change(
            schedule,
            what="rotation_edited",
            summary=f"{rotation.name} was edited, from {begins_at:%Y-%m-%d %H:%M}Z",
            before=before,
            after=after,
            by=by,
            now=moment,
        )
        flag_swaps(schedule, by=by, now=moment)
    return rotation


@transaction.atomic
def end_rotation(rotation: Rotation, *, by: Actor, now: datetime) -> Rotation:
    """End ``rotation`` now: nobody takes a turn in it any more.

    Raises:
        NotPermitted: ``by`` does not manage the team.
        Conflict: ``ended`` before; ``archived``.
    """
    schedule, moment = hold_schedule(rotation.schedule, now=now)
    require_manager(by, schedule.team)
    rotation = _in_force(rotation, moment)
    before = {"rotation": rotation.pk, "ends_at": rotation.ends_at.isoformat() if rotation.ends_at else None}
    rotation.ends_at = moment
    rotation.save(update_fields=["ends_at"])
    record_change(
        schedule,
        what="rotation_ended",
        summary=f"{rotation.name} was ended",
        before=before,
        after={"rotation": rotation.pk, "ends_at": moment.isoformat()},
        by=by,
        now=moment,
    )
    flag_swaps(schedule, by=by, now=moment)
    return rotation


def _first(version: terms.Version, *, is_anchored: bool) -> terms.Version:
    """Place a rotation's first version: the first slot takes turn 0 or, without an anchor, the turn it begins in."""
    if not is_anchored:
        return version
    ordinal = replace(version, first_ordinal=version.first_number)
    return replace(ordinal, first_slot=-version.slot_index(0) % len(version.slots))


def _in_force(rotation: Rotation, moment: datetime) -> Rotation:
    rotation = Rotation.objects.prefetch_related(VERSION_ROWS).get(pk=rotation.pk)
    if rotation.ends_at is not None and rotation.ends_at <= moment:
        raise Conflict("ended", f"{rotation.name} has ended; add another rotation.")
    return rotation


def _require_end_after(draft: RotationDraft, begins_at: datetime) -> None:
    if draft.ends_at is not None and draft.ends_at <= begins_at:
        raise Invalid("end_before_start", "The rotation would end before it begins.", field="ends_at")


def _require_end(draft: RotationDraft, old: RotationDraft, *, begins_at: datetime, moment: datetime) -> None:
    if draft.ends_at is not None and draft.ends_at != old.ends_at and draft.ends_at < moment:
        raise Conflict("in_the_past", "A rotation ends now or later.", field="ends_at")
    _require_end_after(draft, begins_at)


def _version_at(rotation: Rotation, moment: datetime) -> RotationVersion:
    """Return the version in force at ``moment``; before the first one, the first."""
    first, *later = rotation.versions.all()
    return [first, *(version for version in later if version.effective_at <= moment)][-1]


def _members(rotation: Rotation) -> set[int]:
    return {person for version in rotation.versions.all() for person in draft_of(version).people}


def _store_own_fields(rotation: Rotation, draft: RotationDraft) -> None:
    rotation.name, rotation.layer, rotation.ends_at = draft.name.strip(), draft.layer, draft.ends_at
    change_row(rotation)


def _runs_alike(one: terms.Version, other: terms.Version) -> bool:
    return (
        replace(
            one,
            effective_at=other.effective_at,
            first_ordinal=other.first_ordinal,
            first_slot=other.first_slot,
            carried=other.carried,
        )
        == other
    )


def _store_edit(rotation: Rotation, new: NewVersion) -> RotationVersion:
    """Store the version and what it changes in those after it."""
    rows = {row.effective_at: row for row in rotation.versions.all()}
    begins_at = new.value.effective_at
    first = version_value(min(rows.values(), key=lambda row: row.effective_at))
    placed = edited(rotation_value(rotation), _in_place_of(first, new.value))
    if begins_at in rows:
        rows[begins_at].delete()
    stored = new.row
    for version in placed.versions:
        if version.effective_at == begins_at:
            stored = new.store(version)
        elif version.effective_at > begins_at:
            move_version(rows[version.effective_at], version)
    return stored


def _in_place_of(first: terms.Version, version: terms.Version) -> terms.Version:
    """Place a version that may become the first one: where handoffs stay as they were, so does the count."""
    if version.effective_at == first.effective_at and version.cadence == first.cadence:
        return replace(version, first_ordinal=first.first_ordinal, first_slot=first.first_slot)
    return _first(version, is_anchored=True)


def _values(version: RotationVersion) -> dict[str, object]:
    values = plain_values(version.rotation, draft_of(version))
    return values | {"effective_at": version.effective_at.isoformat()}
