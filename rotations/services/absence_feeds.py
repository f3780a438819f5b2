"""Naming the calendars that say when somebody is away. What they say is read by a background task."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import transaction

from rotations.actors import Actor
from rotations.errors import Conflict, Invalid, NotThere
from rotations.models import AbsenceFeed, Person
from rotations.outgoing import Unreachable, check, host_of
from rotations.services.absentees import hold_absentee
from rotations.services.read_absences import take_back
from rotations.services.rows import add_row, change_row

MOST_FEEDS: Final = 20
# How calendar programs write an address that is to be subscribed to.
SUBSCRIBED: Final = {"webcal://": "https://", "webcals://": "https://"}


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """An address that was looked at: it can be fetched from, and leads to nothing inside."""

    url: str = field(repr=False)
    host: str


def feed_address(text: str) -> FeedAddress:
    """Read an address as people type it in. Looks up its name, so call it outside of any transaction.

    Raises:
        Invalid: ``invalid_url``, ``forbidden_address``, ``unreachable``, ``timed_out``.
    """
    url = text.strip()
    for written, meant in SUBSCRIBED.items():
        if url.lower().startswith(written):
            url = meant + url[len(written) :]
    try:
        check(url)
        return FeedAddress(url, host_of(url))
    except Unreachable as refusal:
        raise Invalid(refusal.code, refusal.detail, field="url") from refusal


@transaction.atomic
def add_absence_feed(
    person: Person, *, address: FeedAddress, name: str = "", keywords: str = "", by: Actor, now: datetime
) -> AbsenceFeed:
    """Read when ``person`` is away from the calendar at ``address``, which without a name is called by its host.

    Raises:
        NotPermitted: ``by`` is neither the person, nor a manager of a team of theirs, nor an administrator.
        Conflict: ``too_many_feeds``.
        Invalid: ``person_deactivated``; ``invalid`` for somebody who is not there.
        ValidationError: the name or the keywords are too long.
    """
    person = hold_absentee(person, by=by)
    if not person.is_active:
        raise Invalid("person_deactivated", f"{person} is deactivated.", field="person")
    if person.absence_feeds.count() >= MOST_FEEDS:
        raise Conflict("too_many_feeds", f"{person} has {MOST_FEEDS} absence feeds; remove one first.")
    feed = AbsenceFeed(
        person=person,
        name=name.strip() or address.host[:100],
        url=address.url,
        host=address.host,
        keywords=keywords.strip(),
        created_at=now,
        due_at=now,
    )
    add_row(feed)
    return feed


@transaction.atomic
def edit_absence_feed(
    feed: AbsenceFeed,
    *,
    address: FeedAddress | None = None,
    name: str | None = None,
    keywords: str | None = None,
    by: Actor,
    now: datetime,
) -> AbsenceFeed:
    """Change what is given; the calendar is read again soon, and until then what was read stands.

    Raises:
        NotPermitted: ``by`` is neither the person, nor a manager of a team of theirs, nor an administrator.
        NotThere: it was removed.
        ValidationError: the name or the keywords are too long, or the name is empty.
    """
    feed = _hold(feed, by=by)
    before = (feed.url, feed.name, feed.keywords)
    feed.name = feed.name if name is None else name.strip()
    feed.keywords = feed.keywords if keywords is None else keywords.strip()
    if address is not None and address.url != feed.url:
        feed.url, feed.host = address.url, address.host
        feed.etag = feed.last_modified = feed.problem_code = feed.problem = ""
        feed.failures = 0
    if before != (feed.url, feed.name, feed.keywords):
        feed.due_at, feed.read_as = now, ""
        change_row(feed)
    return feed


@transaction.atomic
def ask_to_read(feed: AbsenceFeed, *, by: Actor, now: datetime) -> AbsenceFeed:
    """Let the calendar be read as soon as the background task comes to it; asking twice is harmless.

    Raises:
        NotPermitted: ``by`` is neither the person, nor a manager of a team of theirs, nor an administrator.
        NotThere: it was removed.
    """
    feed = _hold(feed, by=by)
    feed.due_at = min(feed.due_at, now)
    feed.save(update_fields=["due_at"])
    return feed


@transaction.atomic
def remove_absence_feed(feed: AbsenceFeed, *, by: Actor, now: datetime) -> None:
    """Read a calendar no more. Absences read from it that have not begun are taken back, running ones end now.

    Raises:
        NotPermitted: ``by`` is neither the person, nor a manager of a team of theirs, nor an administrator.
        NotThere: it was removed before.
    """
    feed = _hold(feed, by=by)
    take_back(feed, by=by, now=now)
    feed.delete()


def _hold(feed: AbsenceFeed, *, by: Actor) -> AbsenceFeed:
    person = hold_absentee(feed.person, by=by)
    row = AbsenceFeed.objects.select_for_update(no_key=True, of=("self",)).filter(pk=feed.pk).first()
    if row is None:
        raise NotThere("This absence feed was removed.")
    row.person = person
    return row
