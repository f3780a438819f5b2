"""Calendars show the past as it was recorded, and settling does not change a byte of them."""

from datetime import UTC, datetime, timedelta

import pytest

from rotations.actors import Actor
from rotations.feeds import Feed, calendar_of, etag_of
from rotations.models import CalendarLink
from rotations.services.duty import settle_due_schedules
from rotations.services.people import deactivate_person
from rotations.services.rotations import edit_rotation
from rotations.services.schedules import edit_schedule
from tests.factories.rotations import draft, hours, override, person, schedule, weekly_rotation
from tests.rotations.test_feeds import events

pytestmark = pytest.mark.django_db

# A Wednesday at noon; handoffs fall on Mondays at 09:00.
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = (NOW + 9 * DAY).date()
SYSTEM = Actor.system()


def test_settling_changes_neither_a_byte_nor_the_tag():
    primary, ada, bo = schedule(), person("Ada"), person("Bo")
    weekly_rotation(primary, [ada, bo])
    weekly_rotation(primary, [bo, ada], name="Office", layer=2, windows=[hours("09:00", "17:00")])
    override(primary, NOW, 30 * HOUR, person=bo, replaces=ada, now=NOW)
    link = CalendarLink(owner=ada)
    feeds = [Feed(link, primary, (primary,)), Feed(link, ada, (primary,))]
    primary.refresh_from_db()
    before = [(calendar_of(feed, today=TODAY), etag_of(feed, today=TODAY)) for feed in feeds]

    for days in (0.01, 1, 1.3, 5, 8.9):
        assert settle_due_schedules(now=NOW + days * DAY) == 1
        assert [(calendar_of(feed, today=TODAY), etag_of(feed, today=TODAY)) for feed in feeds] == before


def test_past_events_stay_as_they_were_whatever_is_edited():
    primary, ada, bo = schedule(), person("Ada"), person("Bo")
    rotation = weekly_rotation(primary, [ada, bo], unit="day")
    settle_due_schedules(now=NOW)
    edited_at = NOW + 9 * DAY + HOUR

    def past() -> list[dict[str, object]]:
        found = events(calendar_of(Feed(CalendarLink(owner=ada), primary, (primary,)), today=TODAY))
        return [each for each in found if each["start"] > NOW and each["end"] <= edited_at]

    before = past()
    edit_rotation(rotation, draft=draft([bo], unit="day", name="First line", layer=4), by=SYSTEM, now=edited_at)
    edit_schedule(primary, absence_policy="next", by=SYSTEM, now=edited_at + HOUR)
    deactivate_person(ada, by=SYSTEM, now=edited_at + 2 * HOUR)

    assert past() == before
    assert len(before) == 8
