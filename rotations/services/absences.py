"""Saying that somebody is away. What it does to their turns is each schedule's absence policy."""

from datetime import datetime

from django.db import transaction

from rotations.actors import Actor
from rotations.errors import Conflict, Invalid, NotThere
from rotations.models import Absence, Person
from rotations.services.absentees import hold_absentee, hold_schedules_of, note_absences, values_of
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
    person = hold_absentee(person, by=by)
    if not person.is_active:
        raise Invalid("person_deactivated", f"{person} is deactivated.", field="person")
    schedules, moment = hold_schedules_of(person, now=now)
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
    note_absences(schedules, "absence_added", f"{absence}", after=values_of(absence), by=by, now=moment)
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
        Conflict: ``in_the_past`` where it is over, or would be, or another start is given than that of a running one;
            ``from_feed`` where it is read from a calendar.
        ValidationError: ``end_before_start``.
    """
    person = hold_absentee(absence.person, by=by)
    schedules, moment = hold_schedules_of(person, now=now)
    absence = _editable(absence, moment)
    before = values_of(absence)
    absence.end = end or absence.end
    absence.start = _start_after_edit(absence, start or absence.start, moment)
    absence.reason = absence.reason if reason is None else reason.strip()
    if absence.start < absence.end <= moment:
        raise Conflict("in_the_past", "What happened stays; an absence ends now or later.", field="end")
    change_row(absence)
    after = values_of(absence)
    if before != after:
        note_absences(schedules, "absence_edited", f"{absence}", before=before, after=after, by=by, now=moment)
    return absence


@transaction.atomic
def delete_absence(absence: Absence, *, by: Actor, now: datetime) -> Absence:
    """End a running absence now, or remove one that has not begun (the row returned has no ``pk`` then).

    Raises:
        NotPermitted: ``by`` is neither the person, nor a manager of a team of theirs, nor an administrator.
        NotThere: it was deleted.
        Conflict: ``in_the_past`` where it is over; ``from_feed`` where it is read from a calendar.
    """
    person = hold_absentee(absence.person, by=by)
    schedules, moment = hold_schedules_of(person, now=now)
    absence = _editable(absence, moment)
    before = values_of(absence)
    if moment <= absence.start:
        summary = f"Removed: {absence}"
        absence.delete()
        note_absences(schedules, "absence_removed", summary, before=before, by=by, now=moment)
        return absence
    absence.end = moment
    change_row(absence)
    summary, after = f"Ended early: {absence}", values_of(absence)
    note_absences(schedules, "absence_ended", summary, before=before, after=after, by=by, now=moment)
    return absence


def _editable(absence: Absence, moment: datetime) -> Absence:
    row = Absence.objects.select_related("person", "feed").filter(pk=absence.pk).first()
    if row is None:
        raise NotThere("This absence was deleted.")
    if row.end <= moment:
        raise Conflict("in_the_past", "This absence is over, and what happened stays.")
    if row.feed is not None:
        raise Conflict("from_feed", f"This absence is read from {row.feed.name}; it is changed in that calendar.")
    return row


def _start_after_edit(absence: Absence, start: datetime, moment: datetime) -> datetime:
    if start == absence.start or absence.end <= start:
        return start
    if absence.start <= moment:
        raise Conflict("in_the_past", "It has begun; what happened stays.", field="start")
    return max(start, moment)
