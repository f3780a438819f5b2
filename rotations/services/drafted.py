"""What does a rotation become by a draft, before anything is stored? For whoever saves it, and for a preview."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.db.models import prefetch_related_objects

from rotations.engine import terms
from rotations.engine.edits import edited
from rotations.errors import Conflict, Invalid
from rotations.models import Person, Rotation, RotationVersion, Schedule
from rotations.queries.plans import ROWS_OF_A_VERSION, VERSION_ROWS, rotation_value, version_value
from rotations.services.drafts import RotationDraft, require_active
from rotations.services.versions import NewVersion, draft_of, plain_values


class NewRotation(NamedTuple):
    """A rotation that is being made: validated rows, not yet stored, and its only version as the engine sees it."""

    row: Rotation
    version: NewVersion
    versions: tuple[terms.Version]


class Edit(NamedTuple):
    """An edit that is being made, not yet stored; ``version`` is None where at most the rotation's own fields change.

    ``before`` are the plain values of ``current``, the version in force; ``placed`` is the rotation as it will be.
    """

    current: RotationVersion
    before: dict[str, object]
    begins_at: datetime
    version: NewVersion | None
    placed: terms.Rotation


def drafted_rotation(
    schedule: Schedule, *, draft: RotationDraft, effective_at: datetime | None, now: datetime
) -> NewRotation:
    """Return what ``add_rotation`` stores at ``now``, for a sound draft of active people.

    Raises:
        Conflict: ``in_the_past``.
        Invalid: ``unknown_zone``, ``end_before_start``.
        ValidationError: a field is out of its range, a window names no day, a person is twice in a slot.
    """
    begins_at = effective_at or now
    if schedule.recorded_until is not None and begins_at < schedule.recorded_until:
        raise Conflict("in_the_past", "What happened until then is recorded and stays.", field="effective_at")
    _require_end_after(draft, begins_at)
    rotation = Rotation(
        schedule=schedule, name=draft.name.strip(), layer=draft.layer, ends_at=draft.ends_at, created_at=now
    )
    rotation.full_clean()
    version = NewVersion(rotation, draft, effective_at=begins_at, now=now)
    return NewRotation(rotation, version, (_first(version.value, is_anchored=draft.anchor is not None),))


def drafted_edit(
    rotation: Rotation,
    *,
    draft: RotationDraft,
    effective_at: datetime | None,
    people: dict[int, Person],
    now: datetime,
) -> Edit:
    """Return what ``edit_rotation`` stores at ``now``, for a sound draft; ``rotation`` has its new fields then.

    ``rotation`` is in force, with its versions; ``people`` are those whom the draft names.

    Raises:
        Conflict: ``in_the_past`` for a change or an end before now.
        Invalid: ``unknown_zone``, ``person_deactivated``, ``end_before_start``.
        ValidationError: a field is out of its range, a window names no day, a person is twice in a slot.
    """
    current = _version_at(rotation, effective_at or now)
    begins_at = effective_at or max(now, current.effective_at)
    if begins_at < now:
        raise Conflict("in_the_past", "What happened stays; a change begins now or later.", field="effective_at")
    old = draft_of(current)
    draft = replace(draft, anchor=draft.anchor or old.anchor)
    _require_end(draft, old, begins_at=begins_at, moment=now)
    require_active(draft, people, but=_members(rotation))
    before = values_of(current)
    rotation.name, rotation.layer, rotation.ends_at = draft.name.strip(), draft.layer, draft.ends_at
    rotation.full_clean()
    new = NewVersion(rotation, draft, effective_at=begins_at, now=now)
    if _runs_alike(new.value, version_value(current)):
        return Edit(current, before, begins_at, None, rotation_value(rotation))
    return Edit(current, before, begins_at, new, _placed(rotation, new.value))


def rotation_in_force(rotation: Rotation, moment: datetime) -> Rotation:
    """Return a rotation as it stands, with its versions.

    Raises:
        Conflict: ``ended`` by then.
    """
    rotation = Rotation.objects.prefetch_related(VERSION_ROWS).get(pk=rotation.pk)
    if rotation.ends_at is not None and rotation.ends_at <= moment:
        raise Conflict("ended", f"{rotation.name} has ended; add another rotation.")
    return rotation


def _first(version: terms.Version, *, is_anchored: bool) -> terms.Version:
    """Place a rotation's first version: the first slot takes turn 0 or, without an anchor, the turn it begins in."""
    if not is_anchored:
        return version
    ordinal = replace(version, first_ordinal=version.first_number)
    return replace(ordinal, first_slot=-version.slot_index(0) % len(version.slots))


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


def _placed(rotation: Rotation, version: terms.Version) -> terms.Rotation:
    """Return the rotation with a version that is new, and what that changes in those after it."""
    value = rotation_value(rotation)
    return edited(value, _in_place_of(value.versions[0], version))


def _in_place_of(first: terms.Version, version: terms.Version) -> terms.Version:
    """Place a version that may become the first one: where handoffs stay as they were, so does the count."""
    if version.effective_at == first.effective_at and version.cadence == first.cadence:
        return replace(version, first_ordinal=first.first_ordinal, first_slot=first.first_slot)
    return _first(version, is_anchored=True)


def values_of(version: RotationVersion) -> dict[str, object]:
    """Return a version as a fact keeps it."""
    prefetch_related_objects([version], *ROWS_OF_A_VERSION)
    values = plain_values(version.rotation, draft_of(version))
    return values | {"effective_at": version.effective_at.isoformat()}
