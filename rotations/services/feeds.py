"""Making, rotating and revoking the secret addresses of calendars."""

from datetime import datetime, timedelta

from django.db import transaction

from rotations.actors import Actor
from rotations.errors import Conflict, NotPermitted, NotThere
from rotations.models import CalendarLink, Person, Schedule
from rotations.permissions import is_oneself
from rotations.secrets import digest_of, new_token
from rotations.services.rows import add_row

# Calendars are fetched by many clients at once; when a link was last used needs no finer answer.
NOTED_EVERY = timedelta(minutes=1)
CLIENT_LENGTH = 200


@transaction.atomic
def add_calendar_link(
    *,
    owner: Person,
    schedule: Schedule | None = None,
    person: Person | None = None,
    name: str = "",
    by: Actor,
    now: datetime,
) -> tuple[CalendarLink, str]:
    """Publish the shifts of one schedule or one person; return the link and its token, which is shown only now.

    Raises:
        NotPermitted: ``by`` is neither ``owner`` nor an administrator.
        ValidationError: ``invalid`` without a schedule or person, or with both.
    """
    if not (is_oneself(by, owner) or by.is_administrator):
        raise NotPermitted("Everybody makes their own calendar links.")
    token = new_token()
    link = CalendarLink(
        token_digest=digest_of(token),
        name=name.strip() or str(schedule or person or ""),
        schedule=schedule,
        person=person,
        owner=owner,
        created_at=now,
    )
    add_row(link)
    return link, token


@transaction.atomic
def rotate_calendar_link(link: CalendarLink, *, by: Actor, now: datetime) -> tuple[CalendarLink, str]:
    """Give ``link`` a new token; the old address leads nowhere from now on.

    Raises:
        NotThere: it is somebody else's.
        Conflict: ``revoked``.
    """
    link = _hold_own(link, by=by)
    if link.revoked_at is not None:
        raise Conflict("revoked", f"{link} was revoked; make a new one.")
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


def _hold_own(link: CalendarLink, *, by: Actor) -> CalendarLink:
    held = CalendarLink.objects.select_for_update(no_key=True, of=("self",)).select_related("owner").get(pk=link.pk)
    if not (is_oneself(by, held.owner) or by.is_administrator):
        raise NotThere("There is no such calendar link.")
    return held
