"""What would a change do, before anybody saves it? Made with the functions that save it; nothing is written."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from rotations.engine import terms
from rotations.engine.coverage import changes, conflicts
from rotations.engine.intervals import Interval
from rotations.errors import Conflict, Invalid
from rotations.models import Person, Rotation, Schedule
from rotations.queries.memory import plan_of
from rotations.queries.people import people_by_id
from rotations.queries.plans import knowing, override_value, rotation_value
from rotations.queries.reach import require_reach
from rotations.services.changes import require_active as require_people
from rotations.services.drafted import drafted_edit, drafted_rotation, rotation_in_force
from rotations.services.drafts import RotationDraft, require_active, require_sound, require_there
from rotations.services.duty import moment_of
from rotations.services.overrides import drafted_override

NEW: Final = 2**63 - 1
"""The id, in a preview, of a rotation or an override that has none yet: the latest, so that it is counted last."""

_LOOK: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class PreviewedShift:
    """A shift, or the part of one, that somebody gains or loses."""

    person: Person
    start: datetime
    end: datetime
    source: terms.Source


@dataclass(frozen=True, slots=True)
class PreviewedConflict:
    """A part of a gained shift in which its person is away."""

    person: Person
    absence: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """What ``window`` gains and loses by a change; each in order of start. ``conflicts`` are those of gained shifts."""

    schedule: Schedule
    window: Interval
    gained: tuple[PreviewedShift, ...]
    lost: tuple[PreviewedShift, ...]
    new_gaps: tuple[Interval, ...]
    closed_gaps: tuple[Interval, ...]
    conflicts: tuple[PreviewedConflict, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing changes within the window."""
        return not (self.gained or self.lost or self.new_gaps or self.closed_gaps)


def preview_rotation(
    schedule: Schedule,
    *,
    draft: RotationDraft,
    effective_at: datetime | None = None,
    until: datetime | None = None,
    now: datetime,
) -> Preview:
    """Return what ``add_rotation`` would do, from now to ``until``: by default 60 days.

    Raises:
        Refusal, ValidationError: as ``add_rotation``, but for who may; ``window_too_long``.
    """
    schedule, moment, window = _looked_at(schedule, until=until, now=now)
    people = _people_of(draft)
    require_active(draft, people)
    new = drafted_rotation(schedule, draft=draft, effective_at=effective_at, now=moment)
    added = terms.Rotation(NEW, new.row.layer, new.versions, new.row.ends_at, new.row.name)
    before = plan_of(schedule)
    after = knowing(replace(before, rotations=(*before.rotations, added)), people)
    return _difference(schedule, before, after, window)


def preview_edit(
    rotation: Rotation,
    *,
    draft: RotationDraft,
    effective_at: datetime | None = None,
    until: datetime | None = None,
    now: datetime,
) -> Preview:
    """Return what ``edit_rotation`` would do, from now to ``until``: by default 60 days.

    Raises:
        Refusal, ValidationError: as ``edit_rotation``, but for who may; ``window_too_long``.
    """
    schedule, moment, window = _looked_at(rotation.schedule, until=until, now=now)
    people = _people_of(draft)
    rotation = rotation_in_force(rotation, moment)
    edit = drafted_edit(rotation, draft=draft, effective_at=effective_at, people=people, now=moment)
    before = plan_of(schedule)
    return _difference(schedule, before, knowing(_with_rotation(before, edit.placed), people), window)


def preview_end(rotation: Rotation, *, until: datetime | None = None, now: datetime) -> Preview:
    """Return what ``end_rotation`` would do, from now to ``until``: by default 60 days.

    Raises:
        Refusal: as ``end_rotation``, but for who may; ``window_too_long``.
    """
    schedule, moment, window = _looked_at(rotation.schedule, until=until, now=now)
    ended = replace(rotation_value(rotation_in_force(rotation, moment)), ends_at=moment)
    before = plan_of(schedule)
    return _difference(schedule, before, _with_rotation(before, ended), window)


def preview_override(schedule: Schedule, *, until: datetime | None = None, now: datetime, **fields: Any) -> Preview:
    """Return what ``add_override`` would do by the same ``fields``, from now to ``until``: by default 60 days.

    Raises:
        Refusal, ValidationError: as ``add_override``, but for who may; ``window_too_long``.
    """
    schedule, moment, window = _looked_at(schedule, until=until, now=now)
    named = {name: fields.get(name) for name in ("person", "replaces")}
    require_people(people_by_id(person.pk for person in named.values() if person is not None), **named)
    row = drafted_override(schedule, **fields, now=moment)
    row.full_clean()
    row.pk = NEW
    before = plan_of(schedule)
    after = replace(before, overrides=(*before.overrides, override_value(row)))
    people = {person.pk for person in named.values() if person is not None}
    return _difference(schedule, before, knowing(after, people), window)


def _looked_at(schedule: Schedule, *, until: datetime | None, now: datetime) -> tuple[Schedule, datetime, Interval]:
    """Return the schedule as a write would find it once its duty is settled, the moment of it, and the window."""
    schedule = Schedule.objects.select_related("team").get(pk=schedule.pk)
    if schedule.archived_at is not None:
        raise Conflict("archived", f"{schedule.name} is archived.")
    moment = moment_of(now, [schedule])
    if schedule.recorded_until is not None:
        schedule.recorded_until = moment
    until = until or moment + _LOOK
    if until <= moment:
        raise Invalid("end_before_start", "A preview looks ahead; `until` must be later than now.", field="until")
    window = Interval(moment, until)
    require_reach(window)
    return schedule, moment, window


def _people_of(draft: RotationDraft) -> dict[int, Person]:
    require_sound(draft)
    people = people_by_id(draft.people)
    require_there(draft, people)
    return people


def _with_rotation(plan: terms.Plan, rotation: terms.Rotation) -> terms.Plan:
    others = (other for other in plan.rotations if other.id != rotation.id)
    return replace(plan, rotations=(*others, rotation))


def _difference(schedule: Schedule, before: terms.Plan, after: terms.Plan, window: Interval) -> Preview:
    found = changes(before, after, window)
    people = people_by_id(shift.person for shift in (*found.gained, *found.lost))
    return Preview(
        schedule=schedule,
        window=window,
        gained=_named(found.gained, people),
        lost=_named(found.lost, people),
        new_gaps=found.new_gaps,
        closed_gaps=found.closed_gaps,
        conflicts=tuple(
            PreviewedConflict(people[each.person], each.absence, each.span.start, each.span.end)
            for each in conflicts(found.gained, after.absences)
        ),
    )


def _named(shifts: Iterable[terms.Shift], people: dict[int, Person]) -> tuple[PreviewedShift, ...]:
    return tuple(PreviewedShift(people[shift.person], shift.start, shift.end, shift.source) for shift in shifts)
