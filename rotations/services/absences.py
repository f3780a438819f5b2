"""Saying that somebody is away. What it does to their turns is each schedule's absence policy."""

from datetime import datetime
from typing import Any

from django.db import transaction

from rotations.actors import Actor
from rotations.errors import Conflict, Invalid, NotPermitted, NotThere
from rotations.models import Absence, Person, Schedule
from rotations.permissions import is_oneself, manages_a_team_of
from rotations.queries.people import schedules_of
from rotations.services.changes import hold_people, hold_schedules, record_change
from rotations.services.flags import flag_swaps
from rotations.services.rows import add_row, change_row


@transaction.atomic
def add_absence(
    person: Person, *, start: datetime, end: datetime, reason: str = "", by: Actor, now: datetime
) -> Absence:
    """Say that ``person`` is away in ``[start, end)``; a start before now becomes now, because what happened stays.

    Raises:
        NotPermitted: ``by`` is neither the person, nor a manager of a team of theirs, nor an administrator.
        Conflict: ``in_the_past`` where they would be back by now.
        Invalid: ``person_deactivated``; ``invalid`` for somebody who is not there.
        ValidationError: ``end_before_start``.
    """
    person = _hold_person(person, by=by)
    if not person.is_active:
        raise Invalid("person_deactivated", f"{person} is deactivated.", field="person")
    schedules, moment = _hold_schedules_of(person, now=now)
    if start < end <= moment:
        raise Conflict("in_the_past", "An absence that is over by now would change nothing.", field="end")
    absence = Absence(
        person=person,
        # A span that is empty or runs backwards is left for the constraint to refuse.
        start=max(start, moment) if start < end else start,
        end=end,
        reason=reason.strip(),
        created_at=moment,
    )
    add_row(absence)
    _note(schedules, "absence_added", f"{absence}", after=_values(absence), by=by, now=moment)
    return absence


@transaction.atomic
def edit_absence(
    absence: Absence,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    reason: str | None = None,
    by: Actor,
    now: datetime,
) -> Absence:
    """Change an absence that is not over; what is None stays, and so does what of it has passed.

    Raises:
        NotPermitted: ``by`` is neither the person, nor a manager of a team of theirs, nor an administrator.
        NotThere: it was deleted.
        Conflict: ``in_the_past`` where it is over, or would be, or another start is given than that of a running one.
        ValidationError: ``end_before_start``.
    """
    person = _hold_person(absence.person, by=by)
    schedules, moment = _hold_schedules_of(person, now=now)
    absence = _not_over(absence, moment)
    before = _values(absence)
    absence.end = end or absence.end
    absence.start = _start_after_edit(absence, start or absence.start, moment)
    absence.reason = absence.reason if reason is None else reason.strip()
    if absence.start < absence.end <= moment:
        raise Conflict("in_the_past", "What happened stays; an absence ends now or later.", field="end")
    change_row(absence)
    after = _values(absence)
    if before != after:
        _note(schedules, "absence_edited", f"{absence}", before=before, after=after, by=by, now=moment)
    return absence


@transaction.atomic
def delete_absence(absence: Absence, *, by: Actor, now: datetime) -> Absence:
    """End a running absence now, or remove one that has not begun (the row returned has no ``pk`` then).

    Raises:
        NotPermitted: ``by`` is neither the person, nor a manager of a team of theirs, nor an administrator.
        NotThere: it was deleted.
        Conflict: ``in_the_past`` where it is over.
    """
    person = _hold_person(absence.person, by=by)
    schedules, moment = _hold_schedules_of(person, now=now)
    absence = _not_over(absence, moment)
    before = _values(absence)
    if moment <= absence.start:
        summary = f"Removed: {absence}"
        absence.delete()
        _note(schedules, "absence_removed", summary, before=before, by=by, now=moment)
        return absence
    absence.end = moment
    change_row(absence)
    summary, after = f"Ended early: {absence}", _values(absence)
    _note(schedules, "absence_ended", summary, before=before, after=after, by=by, now=moment)
    return absence


def _hold_person(person: Person, *, by: Actor) -> Person:
    """Hold the person, so that nobody gives them turns in another schedule until this is written."""
    held = hold_people([person.pk]).get(person.pk)
    if held is None:
        raise Invalid("invalid", f"There is no person {person.pk}.", field="person")
    if not (is_oneself(by, held) or manages_a_team_of(by, held)):
        raise NotPermitted(f"Only {held}, the managers of their teams and administrators may do this.")
    return held


def _hold_schedules_of(person: Person, *, now: datetime) -> tuple[list[Schedule], datetime]:
    """Hold every schedule in use that the person appears in; return them and the one moment of the write."""
    return hold_schedules(schedules_of(person).filter(archived_at=None), now=now)


def _not_over(absence: Absence, moment: datetime) -> Absence:
    row = Absence.objects.select_related("person").filter(pk=absence.pk).first()
    if row is None:
        raise NotThere("This absence was deleted.")
    if row.end <= moment:
        raise Conflict("in_the_past", "This absence is over, and what happened stays.")
    return row


def _start_after_edit(absence: Absence, start: datetime, moment: datetime) -> datetime:
    if start == absence.start or absence.end <= start:
        return start
    if absence.start <= moment:
        raise Conflict("in_the_past", "It has begun; what happened stays.", field="start")
    return max(start, moment)


def _note(schedules: list[Schedule], what: str, summary: str, *, by: Actor, now: datetime, **values: Any) -> None:
    """Tell every schedule of the person, whose answers may be others now."""
    for schedule in schedules:
        record_change(schedule, what=what, summary=summary, **values, by=by, now=now)
        flag_swaps(schedule, by=by, now=now)


def _values(absence: Absence) -> dict[str, Any]:
    return {
        "absence": absence.pk,
        "person": absence.person_id,
        "start": absence.start.isoformat(),
        "end": absence.end.isoformat(),
        "reason": absence.reason,
    }
