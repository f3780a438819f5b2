"""Calendars line by line (RFC 5545, section 3.1), and as other readers take them."""

import re
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
import recurring_ical_events
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from rotations.engine.intervals import Interval
from rotations.feeds import calendar_of
from rotations.feeds.lines import Lines, plain
from rotations.queries import shifts_of
from tests.factories.rotations import EARLY, person, schedule, weekly_rotation
from tests.rotations.test_feeds import feed

TODAY = date(2024, 3, 6)
NAMES = {
    "commas and semicolons": "Payments, refunds; chargebacks",
    "an ampersand and angles": "Search & <Rescue>",
    "quotes": "The \"A\" team's 'B' shift",
    "backslashes": "C:\\new\\table, \\; end\\",
    "emoji": "🔥" * 40 + "👩🏽‍🚒 on duty",
    "newlines": "Payments\nprimary",
    "a long word of two-byte letters": "ü" * 150,
    "colons, as in a property": "END:VEVENT BEGIN:VCALENDAR DTSTART;VALUE=DATE:x",
    "separators of lines and paragraphs": "one\u2028two\u2029three",
    "right to left": "תורנות מענה",
}


def content_lines(content: bytes) -> list[str]:
    """Unfold by hand, and refuse what the grammar refuses."""
    assert content.endswith(b"\r\n")
    physical = content.removesuffix(b"\r\n").split(b"\r\n")
    for line in physical:
        assert 0 < len(line) <= 75
        # Octets of one character are never parted, so each line is UTF-8 by itself.
        line.decode()
        assert b"\n" not in line
        assert b"\r" not in line
    return b"\r\n".join(physical).replace(b"\r\n ", b"").decode().split("\r\n")


def read_by_hand(line: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], line.partition(":")[2])


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES.values(), ids=[*NAMES])
def test_any_name_is_folded_escaped_and_read_back(name: str):
    primary = schedule(name=name)
    weekly_rotation(primary, [person(name, email="ada@example.test")], name=name, unit="month")

    content = calendar_of(feed(primary, alarms=[10]), today=TODAY)

    lines = content_lines(content)
    calendar: Any = Calendar.from_ical(content)
    said = f"{name}: {name}, {name} (layer 1)"
    shown = [(str(each["SUMMARY"]), [*map(str, each["CATEGORIES"].cats)]) for each in calendar.walk("VEVENT")]
    # icalendar leaves escaped what it does not know, and NAME is new.
    assert [read_by_hand(line) for line in lines if line.startswith(("NAME:", "X-WR-CALNAME:"))] == [name, name]
    assert {read_by_hand(line) for line in lines if line.startswith("SUMMARY:")} == {said}
    assert shown == [(said, ["On call", name])] * len(shown)
    assert {str(alarm["DESCRIPTION"]) for alarm in calendar.walk("VALARM")} == {said}
    assert calendar.to_ical() == content
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == len(shown) == 8


@pytest.mark.django_db
def test_the_calendar_says_what_it_is():
    primary = schedule(zone="Europe/Berlin")
    weekly_rotation(primary, [person("Ada")])
    of = feed(primary, busy=False)

    lines = content_lines(calendar_of(of, today=TODAY))

    around = lines[: lines.index("BEGIN:VEVENT")]
    assert [line for line in around if not line.startswith(("UID:", "COLOR:"))] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Oncall//Schedules//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "NAME:Payments primary",
        "X-WR-CALNAME:Payments primary",
        "REFRESH-INTERVAL;VALUE=DURATION:PT15M",
        "X-PUBLISHED-TTL:PT15M",
        "X-WR-TIMEZONE:Europe/Berlin",
    ]
    assert [sum(line.startswith(name) for line in around) for name in ("UID:", "COLOR:")] == [1, 1]
    other = content_lines(calendar_of(feed(of.schedules[0], busy=True), today=TODAY))
    # Two links are two calendars.
    assert {*around} ^ {*other[: len(around)]} == {
        line for each in (around, other[: len(around)]) for line in each if line.startswith("UID:")
    }


@given(st.text())
def test_no_text_breaks_out_of_its_line(text: str):
    content = Lines().component("VEVENT", [("SUMMARY", text), ("CATEGORIES", (text, "x"))])

    lines = content_lines(content)

    assert [line.partition(":")[0] for line in lines] == ["BEGIN", "SUMMARY", "CATEGORIES", "END"]
    assert not any(ord(each) < 32 and each != "\t" for line in lines for each in line)


def test_control_characters_are_left_out():
    assert plain("a\x00b\x07c\rd\r\ne\tf\x85g\ud800h") == "abc\nd\ne\tfgh"


@pytest.mark.django_db
def test_a_reader_that_expands_recurrence_finds_the_shifts_that_are_answered():
    primary = schedule(zone="Europe/Berlin")
    weekly_rotation(primary, [person("Ada"), person("Bo")], unit="day", zone="Europe/Berlin")
    calendar = Calendar.from_ical(calendar_of(feed(primary), today=TODAY))

    # Over the clock change of 2024-03-31.
    start, end = datetime(2024, 3, 29, tzinfo=UTC), datetime(2024, 4, 3, tzinfo=UTC)
    found = recurring_ical_events.of(calendar).between(start, end)

    expected = shifts_of(primary, window=Interval(start, end), clip=False).shifts
    assert sorted((str(each["UID"]), each["DTSTART"].dt, each["DTEND"].dt) for each in found) == sorted(
        (row.uid, row.start, row.end) for row in expected
    )


@pytest.mark.django_db
def test_two_thousand_events_are_under_a_megabyte():
    primary = schedule(name="Payments primary, Europe")
    weekly_rotation(primary, [person("Ada Okafor"), person("Bo Lind")], unit="hour", every=2, effective_at=EARLY)

    content = calendar_of(feed(primary, past_days=0, future_days=167), today=TODAY)

    shown = content.count(b"BEGIN:VEVENT")
    assert (shown, len(content) < 1_000_000) == (2005, True), len(content)
    starts = [line for line in content_lines(content) if line.startswith("DTSTART:")]
    assert all(before < after for before, after in pairwise(starts))
