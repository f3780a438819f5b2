"""Making, rotating and revoking the secret addresses of calendars."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from rotations.actors import Actor
from rotations.errors import Conflict, NotPermitted, NotThere
from rotations.models import CalendarLink, Person, Schedule, Team
from rotations.permissions import is_oneself
from rotations.secrets import digest_of, new_token
from rotations.services.changes import hold_active
from rotations.services.rows import add_row, change_row

# Calendars are fetched by many clients at once; when a link was last used needs no finer answer.
NOTED_EVERY = timedelta(minutes=1)
CLIENT_LENGTH = 200
# What is chosen for a calendar and shows in it.
OPTIONS = frozenset({"past_days", "future_days", "gaps", "alarms", "merge", "busy"})


@transaction.atomic
def add_calendar_link(
    *,
    owner: Person,
    schedule: Schedule | None = None,
    team: Team | None = None,
    person: Person | None = None,
    name: str = "",
    by: Actor,
    now: datetime,
    **options: Any,
) -> tuple[CalendarLink, str]:
    """Publish the shifts of one schedule, team or person; return the link and its token, which is shown only now.

    ``options`` are some of ``past_days, future_days, gaps, alarms, merge, busy``.

    Raises:
        NotPermitted: ``by`` is neither ``owner`` nor an administrator.
        Invalid: ``person_deactivated`` for an owner or a person who is gone.
        Conflict: ``archived`` for a schedule that is closed.
        ValidationError: ``invalid`` without a subject or with several; an option is out of range.
    """
    _require_known(options, OPTIONS)
    if not (is_oneself(by, owner) or by.is_administrator):
        raise NotPermitted("Everybody makes their own calendar links.")
    # Held: whoever deactivates a person, or archives a schedule, revokes the links that are there.
    hold_active(owner=owner, person=person)
    if schedule is not None and _held(schedule).archived_at is not None:
        raise Conflict("archived", f"{schedule} is archived; nobody is on call in it any more.")
    token = new_token()
    link = CalendarLink(
        token_digest=digest_of(token),
        name=name.strip() or str(schedule or team or person or "Calendar"),
        schedule=schedule,
        team=team,
        person=person,
        owner=owner,
        created_at=now,
        **options,
    )
    add_row(link)
    return link, token


@transaction.atomic
def edit_calendar_link(link: CalendarLink, *, by: Actor, now: datetime, **fields: Any) -> CalendarLink:
    """Change some of ``name, past_days, future_days, gaps, alarms, merge, busy``; its address stays.

    Raises:
        NotThere: it is somebody else's.
        Conflict: ``revoked``.
        ValidationError: a value is out of range.
    """
    _require_known(fields, OPTIONS | {"name"})
    link = _hold_own(link, by=by)
    _require_open(link)
    before = {option: getattr(link, option) for option in OPTIONS}
    for field, value in fields.items():
        setattr(link, field, value.strip() if field == "name" else value)
    if before != {option: getattr(link, option) for option in OPTIONS}:
        link.revision += 1
        link.changed_at = max(now, link.changed_at or link.created_at)
    change_row(link)
    return link


@transaction.atomic
def rotate_calendar_link(link: CalendarLink, *, by: Actor, now: datetime) -> tuple[CalendarLink, str]:
    """Give ``link`` a new token; the old address leads nowhere from now on.

    Raises:
        NotThere: it is somebody else's.
        Conflict: ``revoked``.
    """
    link = _hold_own(link, by=by)
    _require_open(link)
    token = new_token()
    link.token_digest, link.last_fetched_at, link.last_client = digest_of(token), None, ""
    link.created_at = max(now, link.created_at)
    link.full_clean()
    link.save(update_fields=["token_digest", "last_fetched_at", "last_client", "created_at"])
    return link, token


@transaction.atomic
def revoke_calendar_link(link: CalendarLink, *, by: Actor, now: datetime) -> CalendarLink:
    """Close the address of ``link``; closing it twice is harmless.

    Raises:
        NotThere: it is somebody else's.
    """
    link = _hold_own(link, by=by)
    if link.revoked_at is None:
        link.revoked_at = now
        link.save(update_fields=["revoked_at"])
    return link


def note_fetch(link: CalendarLink, *, client: str, now: datetime) -> None:
    """Note that ``client`` (a User-Agent) fetched ``link``; at most once a minute, so that reading stays cheap."""
    if link.last_fetched_at is not None and now < link.last_fetched_at + NOTED_EVERY:
        return
    told = "".join(character for character in client if character.isprintable())
    # Conditional, so that of several clients in one instant only the first writes.
    CalendarLink.objects.filter(pk=link.pk, last_fetched_at=link.last_fetched_at).update(
        last_fetched_at=now, last_client=told[:CLIENT_LENGTH]
    )


def _held(schedule: Schedule) -> Schedule:
    return Schedule.objects.select_for_update(no_key=True).get(pk=schedule.pk)


def _require_known(given: dict[str, Any], known: frozenset[str]) -> None:
    if unknown := given.keys() - known:
        raise TypeError(f"a calendar link has no {', '.join(sorted(unknown))} to set")


def _require_open(link: CalendarLink) -> None:
    if link.revoked_at is not None:
        raise Conflict("revoked", f"{link} was revoked; make a new one.")


def _hold_own(link: CalendarLink, *, by: Actor) -> CalendarLink:
    held = CalendarLink.objects.select_for_update(no_key=True, of=("self",)).select_related("owner").get(pk=link.pk)
    if not (is_oneself(by, held.owner) or by.is_administrator):
        raise NotThere("There is no such calendar link.")
    return held
