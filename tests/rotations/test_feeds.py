"""Shifts as iCalendar: what a client reads back is what the schedule answers, byte for byte, until it changes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.feeds import Feed, calendar_of, etag_of, feed_of
from rotations.models import CalendarLink, Person, Schedule
from rotations.queries import forget, shifts_of
from rotations.services.people import deactivate_person, edit_person
from rotations.services.schedules import edit_schedule
from tests.factories.rotations import calendar_link, hours, override, person, schedule, weekly_rotation

pytestmark = pytest.mark.django_db

TODAY = date(2024, 3, 6)
NOW = datetime(2024, 3, 6, 12, tzinfo=UTC)
HORIZON = Interval(datetime(2024, 2, 5, tzinfo=UTC), datetime(2024, 9, 2, tzinfo=UTC))
SYSTEM = Actor.system()


def feed(of: Schedule | Person) -> Feed:
    """The feed of a link, as a request would load it."""
    owner = of if isinstance(of, Person) else Person.objects.earliest("pk")
    link, _ = calendar_link(owner, **{"person" if isinstance(of, Person) else "schedule": of})
    return feed_of(CalendarLink.objects.select_related("schedule", "person").get(pk=link.pk))


def parsed(content: bytes) -> Any:
    return Calendar.from_ical(content)


def events(content: bytes) -> list[dict[str, Any]]:
    return [
        {
            "uid": str(event["uid"]),
            "start": event["dtstart"].dt,
            "end": event["dtend"].dt,
            "summary": str(event["summary"]),
        }
        for event in parsed(content).walk("VEVENT")
    ]


def test_a_schedules_calendar_holds_its_shifts_as_they_are_answered():
    primary, ada, bo = schedule(zone="Europe/Berlin"), person("Ada Okafor"), person("Bo Lind")
    weekly_rotation(primary, [ada, bo])
    weekly_rotation(primary, [bo], name="Office", layer=2, windows=[hours("09:00", "17:00", "mon")])
    override(primary, NOW, timedelta(hours=3), person=ada, replaces=bo, now=NOW)

    found = events(calendar_of(feed(primary), today=TODAY))

    expected = shifts_of(primary, window=HORIZON, clip=False).shifts
    assert [(each["uid"], each["start"], each["end"]) for each in found] == [
        (row.uid, row.start, row.end) for row in expected
    ]
    assert len({each["uid"] for each in found}) == len(found)
    names = {each["summary"] for each in found}
    assert names == {
        "Ada Okafor: Payments primary, Primary (layer 1)",
        "Bo Lind: Payments primary, Primary (layer 1)",
        "Bo Lind: Payments primary, Office (layer 2)",
        "Ada Okafor: Payments primary, Primary (layer 1), by override",
    }


def test_a_persons_calendar_holds_their_shifts_in_every_schedule():
    primary, secondary = schedule(), schedule("secondary")
    ada, bo = person("Ada Okafor"), person("Bo")
    weekly_rotation(primary, [ada, bo])
    weekly_rotation(secondary, [bo])
    override(secondary, NOW, timedelta(hours=3), kind="add", person=ada, now=NOW)

    found = events(calendar_of(feed(ada), today=TODAY))

    assert {each["summary"] for each in found} == {
        "On call: Payments primary, Primary (layer 1)",
        "On call: Secondary, by override",
    }
    assert sorted(each["uid"] for each in found) == sorted(
        row.uid
        for each in (primary, secondary)
        for row in shifts_of(each, window=HORIZON, person=ada, clip=False).shifts
    )


def test_the_calendar_names_itself_and_its_zone_and_blocks_nobodys_time():
    primary = schedule(zone="Europe/Berlin")
    weekly_rotation(primary, [person("Ada")])
    primary.refresh_from_db()

    calendar = parsed(calendar_of(feed(primary), today=TODAY))

    assert {key: str(calendar[key]) for key in ("NAME", "X-WR-CALNAME", "X-WR-TIMEZONE", "VERSION", "METHOD")} == {
        "NAME": "Payments primary",
        "X-WR-CALNAME": "Payments primary",
        "X-WR-TIMEZONE": "Europe/Berlin",
        "VERSION": "2.0",
        "METHOD": "PUBLISH",
    }
    event = calendar.walk("VEVENT")[0]
    assert (event["SEQUENCE"], event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt, event["TRANSP"]) == (
        primary.revision,
        primary.changed_at,
        primary.changed_at,
        "TRANSPARENT",
    )
    assert event["DTSTART"].to_ical().endswith(b"Z")
    assert set(event) == {
        "UID",
        "DTSTAMP",
        "LAST-MODIFIED",
        "SEQUENCE",
        "DTSTART",
        "DTEND",
        "SUMMARY",
        "TRANSP",
    }


def test_what_has_not_changed_makes_the_same_bytes():
    primary, ada = schedule(), person("Ada")
    weekly_rotation(primary, [ada, person("Bo")])

    subjects: tuple[Schedule | Person, ...] = (primary, ada)
    for subject in subjects:
        first = calendar_of(feed(subject), today=TODAY)
        forget()
        assert calendar_of(feed(subject), today=TODAY) == first


def test_icalendar_itself_would_write_the_same_bytes():
    primary, long_name = (
        schedule(name="Zahlungen, naïve; the longest name that a team could think of — ünd mehr"),
        "Ada " * 20,
    )
    weekly_rotation(
        primary, [person(long_name), person("Bo\\nLind, Jr.", email="bo@example.test")], name="Primary, really"
    )

    content = calendar_of(feed(primary), today=TODAY)

    assert parsed(content).to_ical() == content
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


def test_a_day_later_every_event_still_in_sight_is_the_same():
    primary = schedule()
    weekly_rotation(primary, [person("Ada"), person("Bo")])

    today, tomorrow = (events(calendar_of(feed(primary), today=TODAY + timedelta(days=days))) for days in (0, 5))

    assert tomorrow[:-1] == today[1:]


def test_the_entity_tag_moves_with_whatever_the_calendar_shows():
    primary, ada = schedule(), person("Ada")
    weekly_rotation(primary, [ada])

    def tags(today: date = TODAY) -> tuple[str, str]:
        return etag_of(feed(primary), today=today), etag_of(feed(ada), today=today)

    seen = [tags()]
    assert tags() == seen[0]
    seen.append(tags(TODAY + timedelta(days=1)))
    override(primary, NOW, timedelta(hours=1), person=person("Bo"), now=NOW)
    seen.append(tags())
    edit_schedule(primary, name="Money", by=SYSTEM, now=NOW)
    seen.append(tags())
    edit_person(ada, name="Ada Okafor", by=SYSTEM, now=NOW)
    seen.append(tags())

    assert all(tag.startswith('"') and tag.endswith('"') for pair in seen for tag in pair)
    assert [len(set(column)) for column in zip(*seen, strict=True)] == [5, 5]


def test_the_zone_of_a_person_moves_their_tag_alone():
    primary, ada = schedule(), person("Ada")
    weekly_rotation(primary, [ada])
    before = etag_of(feed(primary), today=TODAY), etag_of(feed(ada), today=TODAY)

    edit_person(ada, zone="Asia/Tokyo", by=SYSTEM, now=NOW)
    ada.refresh_from_db()

    after = etag_of(feed(primary), today=TODAY), etag_of(feed(ada), today=TODAY)
    assert [was == now for was, now in zip(before, after, strict=True)] == [True, False]


def test_somebody_deactivated_leaves_the_calendar():
    primary, ada = schedule(), person("Ada")
    weekly_rotation(primary, [ada])

    deactivate_person(ada, by=SYSTEM, now=NOW)

    assert max(each["end"] for each in events(calendar_of(feed(primary), today=TODAY))) == NOW
