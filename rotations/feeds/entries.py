"""What does a calendar link publish? Final shifts and, where they are asked for, gaps; each as an entry of its own.

The same schedules and options make the same entries all day: the horizon begins and ends at midnight UTC.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import uuid5
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from rotations.engine.intervals import Interval
from rotations.models import CalendarLink, Person, Schedule, Team
from rotations.queries import ShiftRow, schedules_of, shift_lists, shifts_of_person
from rotations.uids import NAMESPACE

# Raise it when the same shifts are to be shown in another way: calendars are then fetched anew.
TEMPLATE_VERSION: Final = 3


@dataclass(frozen=True)
class Feed:
    """What a calendar link publishes: one schedule, one team or one person, with the schedules that can show."""

    link: CalendarLink
    subject: Schedule | Team | Person
    schedules: tuple[Schedule, ...]

    @property
    def title(self) -> str:
        return self.subject.name if isinstance(self.subject, Schedule) else f"{self.subject.name} on call"

    @property
    def zone(self) -> ZoneInfo:
        """Return in which zone times are best shown; a team has none, so its calendar has that of the link's owner."""
        zone: ZoneInfo = self.link.owner.zone if isinstance(self.subject, Team) else self.subject.zone
        return zone


@dataclass(frozen=True, slots=True)
class Entry:
    """One event, in ``[start, end)``: what ``person`` works, or a gap, which has none."""

    schedule: Schedule
    person: Person | None
    start: datetime
    end: datetime
    uid: str
    summary: str


def links_to_publish() -> QuerySet[CalendarLink]:
    """Return all links, in no order, each with what ``feed_of`` looks at."""
    # To put the only link of a token in order would take Django a quarter of the time in which it is answered.
    return CalendarLink.objects.select_related("schedule", "team", "person", "owner").order_by()


def feed_of(link: CalendarLink) -> Feed:
    """Return what ``link`` publishes; no query for a schedule that is loaded with the link, one for anything else."""
    if link.person is not None:
        return Feed(link, link.person, tuple(schedules_of(link.person).order_by("pk")))
    if link.team is not None:
        return Feed(link, link.team, tuple(link.team.schedules.order_by("pk")))
    assert link.schedule is not None  # noqa: S101 - a constraint of the link
    return Feed(link, link.schedule, (link.schedule,))


def etag_of(feed: Feed, *, today: date, kind: str = "ics") -> str:
    """Return a strong entity tag, quotes included; it moves with everything that the calendar of a day is made of."""
    link = feed.link
    options = (link.past_days, link.future_days, link.gaps, link.alarms, link.merge, link.busy)
    parts = [kind, str(TEMPLATE_VERSION), str(link.pk), feed.title, str(feed.zone)]
    parts += [today.isoformat(), str(options), str(link.revision), str(link.changed_at)]
    parts += [f"{schedule.pk}:{schedule.revision}" for schedule in feed.schedules]
    return f'"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:40]}"'


def entries_of(feed: Feed, *, today: date) -> tuple[Entry, ...]:
    """Return what the calendar shows on ``today``, a day in UTC; in order of start."""
    midnight = datetime.combine(today, time(), UTC)
    window = Interval(midnight - timedelta(feed.link.past_days), midnight + timedelta(feed.link.future_days))
    found = list(_entries(feed, window))
    found.sort(key=lambda entry: entry.start)
    return tuple(_merged(found) if feed.link.merge else found)


def _entries(feed: Feed, window: Interval) -> Iterator[Entry]:
    # Whole shifts: an event that were cut at the horizon would change every day.
    if isinstance(feed.subject, Person):
        for each in shifts_of_person(feed.subject, window=window, clip=False):
            yield _entry(each.schedule, each.shift, who="On call")
        return
    for listed in shift_lists(feed.schedules, window=window, clip=False):
        for shift in listed.shifts:
            yield _entry(listed.schedule, shift, who=shift.person.name)
        if feed.link.gaps:
            yield from _gaps(listed.schedule, listed.gaps)


def _entry(schedule: Schedule, shift: ShiftRow, *, who: str) -> Entry:
    """Say who, in which schedule and layer: ``Ada Okafor: Payments primary, Primary (layer 1)``."""
    where = f", {shift.rotation_name} (layer {shift.source.layer})" if shift.rotation_name else ""
    how = "" if shift.source.kind == "rotation" else f", by {shift.source.kind.replace('_', ' ')}"
    return Entry(schedule, shift.person, shift.start, shift.end, shift.uid, f"{who}: {schedule.name}{where}{how}")


def _gaps(schedule: Schedule, gaps: Iterable[Interval]) -> Iterator[Entry]:
    """Yield an entry for each gap, named by its span: a gap that changes is another one, and the old is gone."""
    for gap in gaps:
        # Nobody is missed in a schedule that is closed.
        end = gap.end if schedule.archived_at is None else min(gap.end, schedule.archived_at)
        if gap.start < end:
            uid = uuid5(NAMESPACE, f"gap {schedule.pk} {gap.start.isoformat()} {end.isoformat()}")
            yield Entry(schedule, None, gap.start, end, str(uid), f"Nobody on call: {schedule.name}")


def _merged(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Join adjacent entries that say the same."""
    joined: dict[tuple[int, Person | None, str], list[Entry]] = {}
    runs = []
    for entry in entries:
        said = (entry.schedule.pk, entry.person, entry.summary)
        if said in joined and joined[said][-1].end == entry.start:
            joined[said].append(entry)
        else:
            joined[said] = [entry]
            runs.append(joined[said])
    return map(_one, runs)


def _one(run: list[Entry]) -> Entry:
    if len(run) == 1:
        return run[0]
    # Named by all of its turns: when the horizon moves past one of them, it is another event, and the old is gone.
    uid = uuid5(NAMESPACE, " ".join(["joined", *(entry.uid for entry in run)]))
    return replace(run[0], end=run[-1].end, uid=str(uid))
