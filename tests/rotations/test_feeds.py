"""Shifts as iCalendar: what a client reads back is what the schedule answers, byte for byte, until it changes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.feeds import Feed, calendar_of, etag_of, feed_of, links_to_publish
from rotations.models import Person, Schedule, Team
from rotations.queries import forget, shifts_of
from rotations.services.feeds import edit_calendar_link
from rotations.services.people import deactivate_person, edit_person
from rotations.services.schedules import archive_schedule, edit_schedule
from tests.factories.rotations import calendar_link, hours, override, person, schedule, team, weekly_rotation

pytestmark = pytest.mark.django_db

TODAY = date(2024, 3, 6)
NOW = datetime(2024, 3, 6, 12, tzinfo=UTC)
HORIZON = Interval(datetime(2024, 2, 5, tzinfo=UTC), datetime(2024, 9, 2, tzinfo=UTC))
SYSTEM = Actor.system()


def feed(of: Schedule | Team | Person, **options: Any) -> Feed:
    """The feed of a link, as a request would load it."""
    owner = of if isinstance(of, Person) else Person.objects.earliest("pk")
    chosen = {type(of).__name__.lower(): of, **options}
    if not links_to_publish().filter(**chosen).exists():
        calendar_link(owner, **chosen)
    return feed_of(links_to_publish().get(**chosen))


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
        "CATEGORIES",
        "COLOR",
        "X-MICROSOFT-CDO-BUSYSTATUS",
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
    person("Bo")  # whose link it is
    primary, ada = schedule(), person("Ada")
    weekly_rotation(primary, [ada])

    deactivate_person(ada, by=SYSTEM, now=NOW)

    assert max(each["end"] for each in events(calendar_of(feed(primary), today=TODAY))) == NOW


def test_a_teams_calendar_holds_the_shifts_of_all_its_schedules():
    payments = team("payments")
    primary, secondary, foreign = schedule(of=payments), schedule("secondary", of=payments), schedule("foreign")
    ada, bo = person("Ada"), person("Bo", zone="Asia/Tokyo")
    for each in (primary, secondary, foreign):
        weekly_rotation(each, [ada, bo])

    content = calendar_of(feed(payments), today=TODAY)

    assert sorted((each["uid"], each["start"]) for each in events(content)) == sorted(
        (row.uid, row.start)
        for each in (primary, secondary)
        for row in shifts_of(each, window=HORIZON, clip=False).shifts
    )
    # A team has no zone of its own, so its calendar has the owner's.
    assert [str(parsed(content)[name]) for name in ("NAME", "X-WR-TIMEZONE")] == ["Payments on call", "UTC"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_teams_calendar_takes_the_same_statements_for_any_number_of_schedules(
    count: int, django_assert_num_queries: Any
):
    payments, ada = team("payments"), person("Ada")
    for number in range(count):
        weekly_rotation(schedule(f"s{number}", of=payments), [ada])
    of = feed(payments)
    calendar_of(of, today=TODAY)

    with django_assert_num_queries(13):
        calendar_of(of, today=TODAY)


def test_the_horizon_is_chosen_and_begins_and_ends_at_midnight_utc():
    primary = schedule(zone="Asia/Tokyo")
    weekly_rotation(primary, [person("Ada"), person("Bo")], unit="hour")

    found = events(calendar_of(feed(primary, past_days=1, future_days=2), today=TODAY))

    assert (found[0]["start"], found[-1]["end"], len(found)) == (
        datetime(2024, 3, 5, tzinfo=UTC),
        datetime(2024, 3, 8, tzinfo=UTC),
        72,
    )


def test_gaps_are_events_where_they_are_asked_for():
    primary = schedule()
    weekly_rotation(primary, [person("Ada")], windows=[hours("00:00", "00:00", "mon", "tue", "wed", "fri")])
    around: dict[str, Any] = {"past_days": 0, "future_days": 3}

    plain = events(calendar_of(feed(primary, **around), today=TODAY))
    shown = events(calendar_of(feed(primary, **around, gaps=True), today=TODAY))

    [gap] = [each for each in shown if each not in plain]
    assert (gap["summary"], gap["start"], gap["end"]) == (
        "Nobody on call: Payments primary",
        datetime(2024, 3, 7, tzinfo=UTC),
        datetime(2024, 3, 8, tzinfo=UTC),
    )
    assert [each["summary"].partition(":")[0] for each in shown] == ["Ada", "Nobody on call", "Ada"]


def test_a_closed_schedule_misses_nobody():
    primary = schedule()
    weekly_rotation(primary, [person("Ada")])
    archive_schedule(primary, by=SYSTEM, now=NOW)

    found = events(calendar_of(feed(primary.team, gaps=True), today=TODAY))

    assert {each["summary"].partition(":")[0] for each in found} == {"Ada"}


def test_adjacent_turns_that_say_the_same_are_joined():
    primary, ada, bo = schedule(), person("Ada"), person("Bo")
    weekly_rotation(primary, [ada, ada, bo])
    weekly_rotation(primary, [bo], name="Office", layer=2, windows=[hours("09:00", "17:00", "wed")])

    apart = events(calendar_of(feed(primary), today=TODAY))
    joined = events(calendar_of(feed(primary, merge=True), today=TODAY))

    ends = {(each["summary"], each["start"]): each["end"] for each in joined}
    for each in apart:
        assert any(
            summary == each["summary"] and start <= each["start"] and each["end"] <= end
            for (summary, start), end in ends.items()
        )
    assert all((summary, end) not in ends for (summary, _), end in ends.items())
    assert len({each["uid"] for each in joined}) == len(joined) < len(apart)


def test_alarms_ring_before_shifts_and_not_before_gaps():
    primary = schedule()
    weekly_rotation(primary, [person("Ada")], windows=[hours("09:00", "17:00")])

    calendar = parsed(calendar_of(feed(primary, alarms=[0, 10, 1500], gaps=True), today=TODAY))

    rung = {
        str(event["SUMMARY"]).partition(":")[0]: [
            (str(alarm["ACTION"]), str(alarm["DESCRIPTION"]), alarm["TRIGGER"].dt) for alarm in event.walk("VALARM")
        ]
        for event in calendar.walk("VEVENT")
    }
    said = "Ada: Payments primary, Primary (layer 1)"
    assert rung == {
        "Ada": [("DISPLAY", said, -timedelta(minutes=minutes)) for minutes in (0, 10, 1500)],
        "Nobody on call": [],
    }


def test_time_is_blocked_by_choice_and_never_by_a_gap():
    primary = schedule()
    weekly_rotation(primary, [person("Ada")], windows=[hours("09:00", "17:00")])

    calendar = parsed(calendar_of(feed(primary, busy=True, gaps=True), today=TODAY))

    assert {(str(event["SUMMARY"]).partition(":")[0], str(event["TRANSP"])) for event in calendar.walk("VEVENT")} == {
        ("Ada", "OPAQUE"),
        ("Nobody on call", "TRANSPARENT"),
    }


@pytest.mark.parametrize(
    "change",
    [{"past_days": 31}, {"future_days": 181}, {"gaps": True}, {"alarms": [60]}, {"merge": True}, {"busy": True}],
    ids=lambda change: next(iter(change)),
)
def test_every_option_moves_the_tag_and_the_sequence(change: dict[str, Any]):
    primary, ada = schedule(), person("Ada")
    weekly_rotation(primary, [ada])
    link, _ = calendar_link(ada, schedule=primary)

    def shown() -> tuple[str, int, datetime]:
        of = feed_of(links_to_publish().get(pk=link.pk))
        event = parsed(calendar_of(of, today=TODAY)).walk("VEVENT")[0]
        return etag_of(of, today=TODAY), event["SEQUENCE"], event["LAST-MODIFIED"].dt

    before = shown()
    edit_calendar_link(link, **change, by=SYSTEM, now=NOW)
    after = shown()
    edit_calendar_link(link, **change, by=SYSTEM, now=NOW + timedelta(hours=1))

    assert (after[0] != before[0], after[1:]) == (True, (before[1] + 1, NOW))
    assert shown() == after
