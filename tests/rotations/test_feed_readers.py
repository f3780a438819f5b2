"""Calendars as ical.js reads them: every name, every shift over a clock change, and no duplicate after any change."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from rotations.engine.intervals import Interval
from rotations.feeds import calendar_of, feed_of, links_to_publish
from rotations.models import Schedule
from rotations.queries import shifts_of
from tests.factories.rotations import EARLY, calendar_link, hours, person, schedule, weekly_rotation
from tests.readers.ical_js import subscribe
from tests.rotations.test_feed_identity import AHEAD, HORIZON, Team
from tests.rotations.test_feed_lines import NAMES
from tests.rotations.test_feeds import feed

pytestmark = [pytest.mark.django_db, pytest.mark.long]

TODAY = date(2024, 3, 6)


def fetched(primary: Schedule, **options: Any) -> bytes:
    return calendar_of(feed(primary, **options), today=TODAY)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_every_name_is_read_as_it_was_given():
    contents = []
    for number, name in enumerate(NAMES.values()):
        primary = schedule(f"s{number}", name=name)
        weekly_rotation(primary, [person(name, email=f"p{number}@example.test")], name=name, unit="month")
        contents.append(fetched(primary, alarms=[10]))

    answers = subscribe(contents)

    said = [f"{name}: {name}, {name} (layer 1)" for name in NAMES.values()]
    assert [answer["calendar"]["x-wr-calname"] for answer in answers] == [*NAMES.values()]
    assert [answer["calendar"]["name"] for answer in answers] == [*NAMES.values()]
    assert [{event["summary"] for event in answer["events"]} for answer in answers] == [{each} for each in said]
    assert [answer["events"][0]["categories"] for answer in answers] == [["On call", name] for name in NAMES.values()]
    assert [answer["events"][0]["alarms"] for answer in answers] == [[["-PT10M", each]] for each in said]


def test_every_shift_is_found_over_a_clock_change():
    primary = schedule(zone="Europe/Berlin")
    weekly_rotation(primary, [person("Ada"), person("Bo")], unit="day", zone="Europe/Berlin")
    weekly_rotation(primary, [person("Cy")], name="Office", layer=2, windows=[hours("01:00", "04:00", "sun")])

    [answer] = subscribe([fetched(primary, gaps=True, future_days=AHEAD)])

    rows = shifts_of(primary, window=HORIZON, clip=False).shifts
    assert [[[moment(each) for each in span] for span in event["times"]] for event in answer["events"]] == [
        [[row.start, row.end]] for row in rows
    ]
    assert [event["uid"] for event in answer["events"]] == [row.uid for row in rows]
    assert {(event["transp"], event["busy"], event["people"]) for event in answer["events"]} == {
        ("TRANSPARENT", "FREE", 0)
    }
    about = answer["calendar"]
    assert (about["x-wr-timezone"], about["refresh-interval"], about["x-published-ttl"]) == (
        "Europe/Berlin",
        "PT15M",
        "PT15M",
    )


def test_after_every_change_exactly_the_shifts_are_shown_and_none_twice():
    crew = Team()
    link, _ = calendar_link(crew.ada, schedule=crew.primary, future_days=AHEAD)
    contents, expected = [], []

    for _, change in [("nothing", lambda: None), *crew.changes()]:
        change()
        contents.append(calendar_of(feed_of(links_to_publish().get(pk=link.pk)), today=TODAY))
        rows = shifts_of(crew.primary, window=HORIZON, clip=False).shifts
        expected.append(sorted((row.start, row.end, row.person.name) for row in rows))
    answers = subscribe(contents)

    shown = [
        sorted(
            (moment(start), moment(end), event["summary"].partition(":")[0])
            for event in answer["events"]
            for start, end in event["times"]
        )
        for answer in answers
    ]
    assert shown == expected


def test_two_thousand_events_are_all_read():
    primary = schedule()
    weekly_rotation(primary, [person("Ada"), person("Bo")], unit="hour", every=2, effective_at=EARLY)

    [answer] = subscribe([fetched(primary, past_days=0, future_days=167)])

    start = datetime(2024, 3, 6, tzinfo=UTC)
    rows = shifts_of(primary, window=Interval(start, start.replace(month=8, day=20)), clip=False).shifts
    assert [event["uid"] for event in answer["events"]] == [row.uid for row in rows]
    assert len(rows) == 2005
