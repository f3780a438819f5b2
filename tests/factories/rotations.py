"""People, teams, schedules and rotations, for tests that are about something else.

Everything is made at ``EARLY``, long before any test's now: a Monday at midnight UTC.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from rotations.actors import Actor
from rotations.models import Absence, AbsenceFeed, CalendarLink, Override, Person, Rotation, Schedule, Swap, Team
from rotations.services.absence_feeds import FeedAddress, add_absence_feed
from rotations.services.absences import add_absence
from rotations.services.feeds import add_calendar_link
from rotations.services.overrides import add_override
from rotations.services.people import add_person
from rotations.services.rotations import MemberDraft, RotationDraft, WindowDraft, add_rotation
from rotations.services.schedules import add_schedule
from rotations.services.swaps import accept_swap, ask_swap
from rotations.services.teams import add_team, put_in_team

EARLY = datetime(2024, 1, 1, tzinfo=UTC)
PASSWORD = "correct horse battery staple"

Crew = Person | Sequence[Person | MemberDraft] | None


def person(name: str = "Ada", **fields: Any) -> Person:
    """Add an active person: ``person("Ada Okafor")`` is ada@example.test. ``password=PASSWORD`` lets them sign in."""
    email = fields.pop("email", f"{name.split(maxsplit=1)[0].lower()}@example.test")
    return add_person(email=email, name=name, **fields, by=Actor.system(), now=EARLY)


def administrator(name: str = "Root", **fields: Any) -> Person:
    """Add somebody who may do everything."""
    return person(name, is_superuser=True, **fields)


def team(
    slug: str = "payments", *, name: str = "", managers: Sequence[Person] = (), members: Sequence[Person] = ()
) -> Team:
    """Add a team with its people."""
    row = add_team(slug=slug, name=name or slug.replace("-", " ").capitalize(), by=Actor.system(), now=EARLY)
    for somebody in (*managers, *members):
        put_in_team(row, person=somebody, is_manager=somebody in managers, by=Actor.system(), now=EARLY)
    return row


def schedule(slug: str = "payments-primary", *, of: Team | None = None, **fields: Any) -> Schedule:
    """Add a schedule without rotations, of a team of its own unless it is told whose."""
    fields.setdefault("name", slug.replace("-", " ").capitalize())
    return add_schedule(slug=slug, team=of or team(f"{slug}-team"), **fields, by=Actor.system(), now=EARLY)


def slots_of(crews: Sequence[Crew]) -> list[list[MemberDraft]]:
    """Return slots: a person alone, several together, ``shadow(…)`` among them, or nobody (None)."""
    return [
        [_member(each) for each in ([crew] if isinstance(crew, Person) else crew or ())]  # a deliberate hole for None
        for crew in crews
    ]


def shadow(somebody: Person) -> MemberDraft:
    """Return a member who only watches."""
    return MemberDraft(somebody.pk, shadow=True)


def hours(start: str, end: str, *days: str) -> WindowDraft:
    """Return a window: ``hours("09:00", "17:00", "mon", "tue")``; on workdays when no day is given."""
    return WindowDraft(days or ("mon", "tue", "wed", "thu", "fri"), time.fromisoformat(start), time.fromisoformat(end))


def reading(text: str) -> datetime:
    """Return what a clock on the wall shows: ``reading("2024-01-01T09:00")``."""
    return datetime.fromisoformat(text)


def draft(crews: Sequence[Crew], **fields: Any) -> RotationDraft:
    """Return a weekly draft in UTC that hands over on Mondays at 09:00."""
    defaults = {"name": "Primary", "zone": "UTC", "anchor": reading("2024-01-01T09:00")}
    return RotationDraft(slots=slots_of(crews), **{**defaults, **fields})


def weekly_rotation(
    of: Schedule, crews: Sequence[Crew], *, effective_at: datetime = EARLY, now: datetime = EARLY, **fields: Any
) -> Rotation:
    """Add a rotation that hands over on Mondays at 09:00 UTC, from 2024-01-01 on; the first crew serves that week."""
    return add_rotation(of, draft=draft(crews, **fields), effective_at=effective_at, by=Actor.system(), now=now)


def override(
    of: Schedule,
    start: datetime,
    end: datetime | timedelta,
    *,
    kind: str = "replace",
    now: datetime = EARLY,
    **fields: Any,
) -> Override:
    """Add an override; ``end`` may be a length."""
    until = start + end if isinstance(end, timedelta) else end
    return add_override(of, kind=kind, start=start, end=until, **fields, by=Actor.system(), now=now)


def absence(somebody: Person, start: datetime, end: datetime | timedelta, *, now: datetime = EARLY) -> Absence:
    """Say that somebody is away; ``end`` may be a length."""
    until = start + end if isinstance(end, timedelta) else end
    return add_absence(somebody, start=start, end=until, by=Actor.system(), now=now)


def absence_feed(
    somebody: Person, url: str = "https://calendar.example.test/9vJ/leave.ics", *, now: datetime = EARLY, **fields: Any
) -> AbsenceFeed:
    """Name a calendar that says when somebody is away; the address is looked up by nobody."""
    address = FeedAddress(url, urlsplit(url).hostname or "")
    fields.setdefault("name", "Leave")
    return add_absence_feed(somebody, address=address, **fields, by=Actor.system(), now=now)


def asked_swap(of: Rotation, ordinal: int, replaces: Person, person: Person | None, **fields: Any) -> Swap:
    """Ask somebody, or the team (None), to take a turn."""
    moment = fields.pop("now", EARLY)
    return ask_swap(of, ordinal=ordinal, replaces=replaces, person=person, **fields, by=Actor.system(), now=moment)


def accepted_swap(of: Rotation, ordinal: int, replaces: Person, person: Person, **fields: Any) -> Swap:
    """Let somebody take a turn of somebody else."""
    moment = fields.pop("now", EARLY)
    swap = asked_swap(of, ordinal, replaces, person, **fields, now=moment)
    return accept_swap(swap, person=person, by=Actor.system(), now=moment)


def calendar_link(owner: Person, **about: Any) -> tuple[CalendarLink, str]:
    """Publish a schedule or, without one, the owner's own shifts; return the link and its token."""
    subject = about or {"person": owner}
    return add_calendar_link(owner=owner, **subject, by=Actor.of_person(owner), now=EARLY)


def _member(each: Person | MemberDraft) -> MemberDraft:
    return MemberDraft(each.pk) if isinstance(each, Person) else each
