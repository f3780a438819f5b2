"""Whose absence is it, who may say so, and which schedules have to hear of it?"""

from datetime import datetime
from typing import Any

from rotations.actors import Actor
from rotations.errors import Invalid, NotPermitted
from rotations.models import Absence, Person, Schedule
from rotations.permissions import is_oneself, manages_a_team_of
from rotations.queries.people import schedules_of
from rotations.services.changes import hold_people, hold_schedules, record_change
from rotations.services.flags import flag_swaps


def hold_absentee(person: Person, *, by: Actor) -> Person:
    """Hold the person, so that nobody gives them turns in another schedule until this is written.

    Raises:
        NotPermitted: ``by`` is neither the person, nor a manager of a team of theirs, nor an administrator.
        Invalid: ``invalid`` for somebody who is not there.
    """
    held = hold_people([person.pk]).get(person.pk)
    if held is None:
        raise Invalid("invalid", f"There is no person {person.pk}.", field="person")
    if not (is_oneself(by, held) or manages_a_team_of(by, held)):
        raise NotPermitted(f"Only {held}, the managers of their teams and administrators may do this.")
    return held


def hold_schedules_of(person: Person, *, now: datetime) -> tuple[list[Schedule], datetime]:
    """Hold every schedule in use that the person appears in; return them and the one moment of the write."""
    return hold_schedules(schedules_of(person).filter(archived_at=None), now=now)


def note_absences(
    schedules: list[Schedule], what: str, summary: str, *, by: Actor, now: datetime, **values: Any
) -> None:
    """Tell every schedule of the person, whose answers may be others now."""
    for schedule in schedules:
        record_change(schedule, what=what, summary=summary, **values, by=by, now=now)
        flag_swaps(schedule, by=by, now=now)


def values_of(absence: Absence) -> dict[str, Any]:
    """Return an absence as plain values."""
    return {
        "absence": absence.pk,
        "person": absence.person_id,
        "start": absence.start.isoformat(),
        "end": absence.end.isoformat(),
        "reason": absence.reason,
    }
