"""Adding, editing and archiving schedules."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from rotations.actors import Actor
from rotations.models import AbsencePolicy, CalendarLink, Schedule, Team
from rotations.permissions import require_manager
from rotations.services.changes import hold_schedule, record_change
from rotations.services.duty import settle_duty
from rotations.services.flags import flag_swaps
from rotations.services.rows import add_row, change_row
from rotations.services.zones import known_zone

FIELDS = frozenset({"slug", "name", "team", "zone", "absence_policy", "least_rest"})


@transaction.atomic
def add_schedule(
    *,
    slug: str,
    name: str,
    team: Team,
    zone: str | ZoneInfo = "UTC",
    absence_policy: str = AbsencePolicy.FLAG,
    least_rest: timedelta | None = None,
    by: Actor,
    now: datetime,
) -> Schedule:
    """Add a schedule without rotations: until it has some, it is one long gap.

    Raises:
        NotPermitted: ``by`` does not manage ``team``.
        Invalid: ``unknown_zone``.
        ValidationError: a field is malformed, or another schedule has this slug.
    """
    require_manager(by, team)
    schedule = Schedule(
        slug=slug,
        name=name.strip(),
        team=team,
        zone=known_zone(zone),
        absence_policy=absence_policy,
        least_rest=least_rest,
        revision=0,
        changed_at=now,
    )
    add_row(schedule)
    settle_duty(schedule, now=now)
    record_change(
        schedule, what="schedule_added", summary=f"{schedule.name} was added", after=_values(schedule), by=by, now=now
    )
    return schedule


@transaction.atomic
def edit_schedule(schedule: Schedule, *, by: Actor, now: datetime, **fields: Any) -> Schedule:
    """Change some of ``slug, name, team, zone, absence_policy, least_rest``; what changes nothing leaves no trace.

    Raises:
        NotPermitted: ``by`` does not manage the team or, where it changes, the new one.
        Conflict: ``archived``.
        Invalid: ``unknown_zone``.
        ValidationError: a field is malformed, or another schedule has this slug.
    """
    if unknown := fields.keys() - FIELDS:
        raise TypeError(f"a schedule has no {', '.join(sorted(unknown))} to edit")
    schedule, moment = hold_schedule(schedule, now=now)
    require_manager(by, schedule.team)
    if "team" in fields:
        require_manager(by, fields["team"])
    before = _values(schedule)
    for field, value in fields.items():
        setattr(schedule, field, known_zone(value) if field == "zone" else value)
    change_row(schedule)
    after = _values(schedule)
    if before != after:
        summary = f"{schedule.name} was edited: {', '.join(key for key in after if after[key] != before[key])}"
        record_change(schedule, what="schedule_edited", summary=summary, before=before, after=after, by=by, now=moment)
        flag_swaps(schedule, by=by, now=moment)
    return schedule


@transaction.atomic
def archive_schedule(schedule: Schedule, *, by: Actor, now: datetime) -> Schedule:
    """Close ``schedule`` for good: from now on nobody is on call in it, and nothing in it can be changed.

    Its calendar links are revoked; the calendars of teams and people go on showing its past.

    Raises:
        NotPermitted: ``by`` does not manage its team.
        Conflict: ``archived`` already.
    """
    schedule, moment = hold_schedule(schedule, now=now)
    require_manager(by, schedule.team)
    schedule.archived_at = moment
    schedule.save(update_fields=["archived_at"])
    CalendarLink.objects.filter(schedule=schedule, revoked_at=None).update(revoked_at=moment)
    record_change(
        schedule,
        what="schedule_archived",
        summary=f"{schedule.name} was archived",
        before=_values(schedule),
        by=by,
        now=moment,
    )
    return schedule


def _values(schedule: Schedule) -> dict[str, Any]:
    return {
        "slug": schedule.slug,
        "name": schedule.name,
        "team": schedule.team.slug,
        "zone": str(schedule.zone),
        "absence_policy": str(schedule.absence_policy),
        "least_rest": None if schedule.least_rest is None else str(schedule.least_rest),
    }
