"""What does somebody see who has subscribed for long? Exactly what is true now, whatever was changed meanwhile."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

import pytest
from icalendar import Calendar

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.feeds import calendar_of, feed_of, links_to_publish
from rotations.models import CalendarLink, Person, Rotation, Schedule
from rotations.queries import shifts_of
from rotations.services.feeds import edit_calendar_link
from rotations.services.overrides import end_override
from rotations.services.people import deactivate_person, edit_person
from rotations.services.rotations import edit_rotation, end_rotation
from rotations.services.schedules import edit_schedule
from tests.factories.rotations import (
    accepted_swap,
    calendar_link,
    draft,
    hours,
    override,
    person,
    schedule,
    team,
    weekly_rotation,
)

pytestmark = [pytest.mark.django_db, pytest.mark.long]

TODAY = date(2024, 3, 6)
# A Wednesday at noon; handoffs fall on Mondays at 09:00.
NOW = datetime(2024, 3, 6, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# As far as the links reach: every change falls into it, and rendering and parsing more shows nothing more.
AHEAD = 45
HORIZON = Interval(datetime(2024, 2, 5, tzinfo=UTC), datetime(2024, 4, 20, tzinfo=UTC))
SYSTEM = Actor.system()
Shown = set[tuple[str, datetime, datetime, str, str]]


class Subscriber:
    """A calendar that keeps events by UID and, as RFC 5546 (section 2.1.5) says, takes only what is newer."""

    def __init__(self, link: CalendarLink) -> None:
        self.link = link
        self.kept: dict[str, Any] = {}

    def fetch(self, today: date = TODAY) -> bytes:
        content = calendar_of(feed_of(links_to_publish().get(pk=self.link.pk)), today=today)
        published = _published(content)
        # What is no longer published is gone; of the rest an event is replaced by a newer one alone.
        self.kept = {uid: self._newer(self.kept.get(uid), event) for uid, event in published.items()}
        return content

    @property
    def shown(self) -> Shown:
        return {
            (str(each["UID"]), each["DTSTART"].dt, each["DTEND"].dt, str(each["SUMMARY"]), str(each["TRANSP"]))
            for each in self.kept.values()
        }

    def _newer(self, kept: Any, published: Any) -> Any:
        if kept is None or _age(kept) < _age(published):
            return published
        return kept


@lru_cache(maxsize=4)
def _published(content: bytes) -> dict[str, Any]:
    """Return the events by UID; kept, because several fetch the same, and reading it is slow."""
    events = Calendar.from_ical(content).walk("VEVENT")
    published = {str(event["UID"]): event for event in events}
    assert len(published) == len(events)
    return published


def _age(event: Any) -> tuple[int, datetime]:
    return event["SEQUENCE"], event["DTSTAMP"].dt


class Team:
    """Ada, Bo and Cy in one schedule, with an office layer; and what may happen to it."""

    def __init__(self) -> None:
        self.ada, self.bo, self.cy = person("Ada"), person("Bo"), person("Cy")
        self.payments = team("payments", members=[self.ada])
        self.primary: Schedule = schedule(of=self.payments)
        self.rotation: Rotation = weekly_rotation(self.primary, [self.ada, self.bo])
        office = [hours("09:00", "17:00", "tue", "thu")]
        self.office: Rotation = weekly_rotation(self.primary, [self.cy], name="Office", layer=2, windows=office)

    def changes(self) -> list[tuple[str, Callable[[], object]]]:
        """One after the other, a minute apart."""
        at = {number: NOW + number * timedelta(minutes=1) for number in range(1, 12)}
        found: dict[str, Any] = {}

        def replace_for_a_day() -> None:
            found["day"] = override(self.primary, NOW + DAY, 2 * DAY, person=self.cy, replaces=self.bo, now=at[1])

        def swap_a_turn() -> None:
            # The turn of 2024-03-18 is the eleventh after that of 2024-01-01: Bo's.
            accepted_swap(self.rotation, 11, self.bo, self.ada, now=at[3])

        return [
            ("an override", replace_for_a_day),
            ("an override ended", lambda: end_override(found["day"], by=SYSTEM, now=at[2])),
            ("a swap", swap_a_turn),
            ("a silence", lambda: override(self.primary, NOW + 9 * DAY, 9 * HOUR, kind="silence", now=at[4])),
            (
                "an edit of the members",
                lambda: edit_rotation(self.rotation, draft=draft([self.cy, self.ada, self.bo]), by=SYSTEM, now=at[5]),
            ),
            (
                "an edit of the cadence",
                lambda: edit_rotation(
                    self.rotation, draft=draft([self.cy, self.ada], unit="day", every=3), by=SYSTEM, now=at[6]
                ),
            ),
            ("another name of a person", lambda: edit_person(self.ada, name="Ada Okafor", by=SYSTEM, now=at[7])),
            ("another name of the schedule", lambda: edit_schedule(self.primary, name="Money", by=SYSTEM, now=at[8])),
            ("a person gone", lambda: deactivate_person(self.bo, by=SYSTEM, now=at[9])),
            ("a rotation deleted", lambda: end_rotation(self.office, by=SYSTEM, now=at[10])),
            ("everything deleted", lambda: end_rotation(self.rotation, by=SYSTEM, now=at[11])),
        ]


@pytest.fixture
def crew() -> Team:
    return Team()


def link_of(crew: Team, about: str, **options: Any) -> CalendarLink:
    subjects: dict[str, Any] = {"schedule": crew.primary, "team": crew.payments, "person": crew.ada}
    link, _ = calendar_link(crew.ada, **{about: subjects[about]}, future_days=AHEAD, **options)
    return link


KINDS = [
    ("schedule", {}),
    ("schedule", {"gaps": True, "merge": True}),
    ("team", {"gaps": True}),
    ("person", {}),
]
NAMED = ["a schedule", "a schedule, joined, with gaps", "a team, with gaps", "a person"]


@pytest.mark.parametrize(("about", "options"), KINDS, ids=NAMED)
def test_after_every_change_a_subscriber_sees_what_a_new_one_sees(crew: Team, about: str, options: dict[str, Any]):
    link = link_of(crew, about, **options)
    subscriber = Subscriber(link)
    subscriber.fetch()

    for what, change in crew.changes():
        change()
        subscriber.fetch()
        fresh = Subscriber(link)
        fresh.fetch()
        assert subscriber.shown == fresh.shown, what


def test_after_every_change_a_subscriber_sees_exactly_the_shifts(crew: Team):
    subscriber = Subscriber(link_of(crew, "schedule"))
    subscriber.fetch()

    for what, change in crew.changes():
        change()
        subscriber.fetch()
        rows = shifts_of(crew.primary, window=HORIZON, clip=False).shifts
        seen = sorted((start, end, summary.partition(":")[0]) for _, start, end, summary, _ in subscriber.shown)
        assert seen == sorted((row.start, row.end, row.person.name) for row in rows), what


def test_sequence_and_last_modified_rise_with_every_change_and_only_then(crew: Team):
    link = link_of(crew, "schedule")
    subscriber = Subscriber(link)
    seen = [subscriber.fetch()]
    ages = [max(map(_age, subscriber.kept.values()))]

    for what, change in crew.changes()[:-1]:
        change()
        content = subscriber.fetch()
        assert subscriber.fetch() == content, what
        seen.append(content)
        ages.append(max(map(_age, subscriber.kept.values())))

    assert len(set(seen)) == len(seen)
    assert all(before[0] < after[0] and before[1] < after[1] for before, after in pairwise(ages))


@pytest.mark.parametrize(("about", "options"), KINDS, ids=NAMED)
def test_as_days_go_by_no_event_changes_under_its_name(crew: Team, about: str, options: dict[str, Any]):
    link = link_of(crew, about, **options)
    subscriber = Subscriber(link)
    subscriber.fetch()

    for days in (1, 2, 5, 6, 7, 30):
        before = dict(subscriber.kept)
        subscriber.fetch(TODAY + timedelta(days))
        fresh = Subscriber(link)
        fresh.fetch(TODAY + timedelta(days))
        assert subscriber.shown == fresh.shown
        assert all(fresh.kept[uid].to_ical() == before[uid].to_ical() for uid in before.keys() & fresh.kept.keys())


def test_a_choice_of_the_owner_reaches_those_who_subscribed(crew: Team):
    link = link_of(crew, "schedule")
    subscriber = Subscriber(link)
    subscriber.fetch()

    edit_calendar_link(link, busy=True, by=SYSTEM, now=NOW)
    subscriber.fetch()

    assert {transparency for *_, transparency in subscriber.shown} == {"OPAQUE"}


def test_a_swap_moves_one_event_from_one_persons_calendar_into_the_others(crew: Team):
    links: dict[Person, CalendarLink] = {who: calendar_link(who)[0] for who in (crew.ada, crew.bo)}
    ada, bo = (Subscriber(link) for link in links.values())
    before = [{event[0] for event in (each.fetch(), each.shown)[1]} for each in (ada, bo)]

    accepted_swap(crew.rotation, 11, crew.bo, crew.ada, now=NOW)

    after = [{event[0] for event in (each.fetch(), each.shown)[1]} for each in (ada, bo)]
    moved = before[1] - after[1]
    assert moved == after[0] - before[0] != set()
    assert (before[0] - after[0], after[1] - before[1]) == (set(), set())
