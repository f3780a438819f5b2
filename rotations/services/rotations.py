"""Adding, editing and ending rotations. An edit makes a version: what was in force before stays as it was."""

from datetime import datetime

from django.db import transaction

from rotations.actors import Actor
from rotations.engine import terms
from rotations.engine.edits import without_version
from rotations.errors import Conflict, NotThere
from rotations.models import Rotation, RotationVersion, Schedule
from rotations.permissions import require_manager
from rotations.queries.plans import rotation_value, version_value
from rotations.services.changes import hold_schedule, record_change
from rotations.services.drafted import drafted_edit, drafted_rotation, rotation_in_force, values_of
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
from rotations.services.versions import NewVersion, draft_of, move_version

__all__ = [
    "MemberDraft",
    "RotationDraft",
    "WindowDraft",
    "add_rotation",
    "draft_of",
    "edit_rotation",
    "end_rotation",
    "withdraw_next_version",
    "withdraw_version",
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
    rotation, version, (first,) = drafted_rotation(schedule, draft=draft, effective_at=effective_at, now=moment)
    add_row(rotation)
    row = version.store(first)
    record_change(
        schedule,
        what="rotation_added",
        summary=f"{rotation.name} was added, from {row.effective_at:%Y-%m-%d %H:%M}Z",
        after=values_of(row),
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
    rotation = rotation_in_force(rotation, moment)
    edit = drafted_edit(rotation, draft=draft, effective_at=effective_at, people=people, now=moment)
    change_row(rotation)
    row = edit.current if edit.version is None else _store_edit(rotation, edit.version, edit.placed)
    before, after = edit.before, values_of(row)
    if after != before:
        record_change(
            schedule,
            what="rotation_edited",
            summary=f"{rotation.name} was edited, from {edit.begins_at:%Y-%m-%d %H:%M}Z",
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
    rotation = rotation_in_force(rotation, moment)
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


@transaction.atomic
def withdraw_version(version: RotationVersion, *, by: Actor, now: datetime) -> Rotation:
    """Take back an edit that is still to come: what is in force before it goes on, and later ones continue from there.

    Raises:
        NotPermitted: ``by`` does not manage the team.
        Conflict: ``in_the_past`` for a version that has begun; ``only_version`` for a rotation's first, which would
            leave nothing; ``ended``; ``archived``.
        NotThere: somebody was faster.
    """
    schedule, moment = hold_schedule(version.rotation.schedule, now=now)
    require_manager(by, schedule.team)
    rotation = rotation_in_force(version.rotation, moment)
    first, *later = rotation.versions.all()
    if version.effective_at <= moment:
        raise Conflict("in_the_past", "This version has begun; what happened stays. Edit the rotation instead.")
    if version.pk == first.pk:
        raise Conflict("only_version", f"{rotation.name} would never begin; end it instead.")
    row = next((each for each in later if each.pk == version.pk), None)
    if row is None:
        raise NotThere("This version is gone.")
    before, rows = values_of(row), {each.effective_at: each for each in later}
    placed = without_version(rotation_value(rotation), version_value(row))
    row.delete()
    for value in placed.versions:
        if value.effective_at > version.effective_at:
            move_version(rows[value.effective_at], value)
    summary = f"The edit of {rotation.name} from {version.effective_at:%Y-%m-%d %H:%M}Z was taken back"
    record_change(schedule, what="version_withdrawn", summary=summary, before=before, by=by, now=moment)
    flag_swaps(schedule, by=by, now=moment)
    return rotation


@transaction.atomic
def withdraw_next_version(rotation: Rotation, *, by: Actor, now: datetime) -> Rotation:
    """Take back the nearest edit of ``rotation`` that is still to come.

    Raises:
        Conflict: ``nothing_to_withdraw``, and as ``withdraw_version``.
        NotPermitted: ``by`` does not manage the team.
    """
    upcoming = rotation.versions.filter(effective_at__gt=now).order_by("effective_at").first()
    if upcoming is None:
        raise Conflict("nothing_to_withdraw", f"No edit of {rotation.name} is still to come.")
    return withdraw_version(upcoming, by=by, now=now)


def _store_edit(rotation: Rotation, new: NewVersion, placed: terms.Rotation) -> RotationVersion:
    """Store the version and what it changes in those after it."""
    rows = {row.effective_at: row for row in rotation.versions.all()}
    begins_at = new.value.effective_at
    if begins_at in rows:
        rows[begins_at].delete()
    stored = new.row
    for version in placed.versions:
        if version.effective_at == begins_at:
            stored = new.store(version)
        elif version.effective_at > begins_at:
            move_version(rows[version.effective_at], version)
    return stored
