"""When does a calendar say that somebody is away?"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rotations.engine.intervals import Interval
from rotations.incoming import Question, Unreadable
from rotations.incoming.reading import read_calendar
from tests.calendars import calendar

NOW = datetime(2026, 12, 1, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
SANTIAGO = ZoneInfo("America/Santiago")


def spans(content, *, zone=BERLIN, keywords=(), window=None):
    """Return the spans in UTC, as ``12-24 23:00/12-25 23:00``, and how many events were skipped."""
    reading = read_calendar(content, Question(window or Interval(NOW, NOW + timedelta(days=400)), zone, keywords))
    return [f"{each.start:%m-%d %H:%M}/{each.end:%m-%d %H:%M}" for each in reading.occurrences], reading.skipped


@pytest.mark.parametrize(
    ("what", "event", "expected"),
    [
        ("a day", "DTSTART;VALUE=DATE:20261224 DTEND;VALUE=DATE:20261225", "12-23 23:00/12-24 23:00"),
        ("days, the end excluded", "DTSTART;VALUE=DATE:20261224 DTEND;VALUE=DATE:20261227", "12-23 23:00/12-26 23:00"),
        ("a day without an end", "DTSTART;VALUE=DATE:20261224", "12-23 23:00/12-24 23:00"),
        ("a day, its end itself", "DTSTART;VALUE=DATE:20261224 DTEND;VALUE=DATE:20261224", "12-23 23:00/12-24 23:00"),
        ("days by their length", "DTSTART;VALUE=DATE:20261224 DURATION:P2D", "12-23 23:00/12-25 23:00"),
        ("a day without its type", "DTSTART:20261224", "12-23 23:00/12-24 23:00"),
        ("hours in UTC", "DTSTART:20261224T090000Z DTEND:20261224T170000Z", "12-24 09:00/12-24 17:00"),
        ("hours nowhere", "DTSTART:20261224T090000 DTEND:20261224T170000", "12-24 08:00/12-24 16:00"),
        (
            "hours elsewhere",
            "DTSTART;TZID=America/New_York:20261224T090000 DTEND;TZID=America/New_York:20261224T170000",
            "12-24 14:00/12-24 22:00",
        ),
        ("by its length", "DTSTART:20261224T090000Z DURATION:PT90M", "12-24 09:00/12-24 10:30"),
        ("a day of 23 hours by its length", "DTSTART:20270327T120000 DURATION:P1D", "03-27 11:00/03-28 10:00"),
        ("24 hours over a clock change", "DTSTART:20270327T120000 DURATION:PT23H59M", "03-27 11:00/03-28 10:59"),
        ("without an end, so without a length", "DTSTART:20261224T090000Z", None),
        ("over by then", "DTSTART;VALUE=DATE:20261120 DTEND;VALUE=DATE:20261201", None),
        ("begun, not over", "DTSTART;VALUE=DATE:20261120 DTEND;VALUE=DATE:20261202", "11-19 23:00/12-01 23:00"),
        ("too far ahead", "DTSTART;VALUE=DATE:20280201", None),
        ("for ever", "DTSTART;VALUE=DATE:20261224 DTEND;VALUE=DATE:99991231", "12-23 23:00/01-01 00:00"),
        ("free time", "DTSTART;VALUE=DATE:20261224 TRANSP:TRANSPARENT", None),
        ("cancelled", "DTSTART;VALUE=DATE:20261224 STATUS:CANCELLED", None),
        ("tentative", "DTSTART;VALUE=DATE:20261224 STATUS:TENTATIVE TRANSP:OPAQUE", "12-23 23:00/12-24 23:00"),
    ],
)
def test_an_event_is_a_span(what, event, expected):
    assert spans(calendar(f"UID:1 {event}")) == ([expected] if expected else [], 0)


def test_a_day_begins_where_the_clock_begins_it():
    # Clocks in Santiago skip the first hour of 2027-09-05.
    window = Interval(NOW, NOW + timedelta(days=400))

    assert spans(calendar("UID:1 DTSTART;VALUE=DATE:20270905"), zone=SANTIAGO, window=window) == (
        ["09-05 04:00/09-06 03:00"],
        0,
    )


@pytest.mark.parametrize(
    ("what", "event", "expected"),
    [
        ("three weeks", "RRULE:FREQ=WEEKLY;COUNT=3", ["12-07", "12-14", "12-21"]),
        ("without one", "RRULE:FREQ=WEEKLY;COUNT=3 EXDATE;VALUE=DATE:20261214", ["12-07", "12-21"]),
        ("with another", "RRULE:FREQ=WEEKLY;COUNT=2 RDATE;VALUE=DATE:20270101", ["12-07", "12-14", "01-01"]),
        ("until a day", "RRULE:FREQ=DAILY;UNTIL=20261209", ["12-07", "12-08", "12-09"]),
        ("begun long ago", "RRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25", ["12-07", "12-25", "12-25"]),
    ],
)
def test_an_event_that_recurs_is_several_spans(what, event, expected):
    found, skipped = spans(calendar(f"UID:1 DTSTART;VALUE=DATE:20261207 {event}"), zone=ZoneInfo("UTC"))

    assert ([span[:5] for span in found], skipped) == (expected, 0)


def test_one_recurrence_may_be_moved_cancelled_or_renamed():
    weekly = "UID:1 SUMMARY:Off DTSTART:20261207T090000Z DTEND:20261207T100000Z RRULE:FREQ=WEEKLY;COUNT=4"
    moved = "UID:1 SUMMARY:Off RECURRENCE-ID:20261214T090000Z DTSTART:20261215T120000Z DTEND:20261215T130000Z"
    cancelled = "UID:1 STATUS:CANCELLED RECURRENCE-ID:20261221T090000Z DTSTART:20261221T090000Z DTEND:20261221T100000Z"

    reading = read_calendar(
        calendar(weekly, moved, cancelled), Question(Interval(NOW, NOW + timedelta(days=400)), BERLIN)
    )

    assert [(each.uid, each.recurrence, f"{each.start:%d %H}") for each in reading.occurrences] == [
        ("1", "20261207T090000Z", "07 09"),
        ("1", "20261214T090000Z", "15 12"),
        ("1", "20261228T090000Z", "28 09"),
    ]


def test_recurrences_keep_to_the_clock_of_their_zone():
    starts = "UID:1\nDTSTART;TZID=W. Europe Standard Time:20270326T090000"

    assert spans(calendar(f"{starts}\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3")) == (
        ["03-26 08:00/03-26 09:00", "03-27 08:00/03-27 09:00", "03-28 07:00/03-28 08:00"],
        0,
    )


def test_a_zone_that_a_calendar_describes_itself_is_understood():
    zone = """
        BEGIN:VTIMEZONE
        TZID:Office
        BEGIN:STANDARD
        DTSTART:19700101T000000
        TZOFFSETFROM:+0530
        TZOFFSETTO:+0530
        TZNAME:Office
        END:STANDARD
        END:VTIMEZONE
    """
    event = "UID:1 DTSTART;TZID=Office:20261224T090000 DTEND;TZID=Office:20261224T100000"

    assert spans(calendar(event, before=zone)) == (["12-24 03:30/12-24 04:30"], 0)


def test_only_events_with_a_keyword_count_where_there_are_keywords():
    events = (
        "UID:1\nSUMMARY:Vacation\\, Lisbon\nDTSTART;VALUE=DATE:20261224",
        "UID:2\nSUMMARY:Dentist\nCATEGORIES:Health,Out of Office\nDTSTART;VALUE=DATE:20261225",
        "UID:3\nSUMMARY:STRASSENFEST\nDTSTART;VALUE=DATE:20261226",
        "UID:4\nSUMMARY:Team lunch\nDTSTART;VALUE=DATE:20261227",
    )

    found, _ = spans(calendar(*events), zone=ZoneInfo("UTC"), keywords=("vacation", "OUT OF OFFICE", "Straße"))

    assert [span[:5] for span in found] == ["12-24", "12-25", "12-26"]


def test_one_event_that_makes_no_sense_does_not_lose_the_rest():
    events = (
        "UID:1 DTSTART:2026122",
        "UID:2 SUMMARY:nothing",
        "UID:3 DTSTART:20261224T090000Z DTEND:20261223T090000Z",
        "UID:4 DTSTART;VALUE=DATE:20261224 RRULE:FREQ=NEVER",
        "UID:5 DTSTART;VALUE=DATE:20261224 DTSTART;VALUE=DATE:20261225",
        "UID:6 DTSTART;VALUE=DATE:20261224",
    )

    assert spans(calendar(*events)) == (["12-23 23:00/12-24 23:00"], 5)


def test_events_are_told_apart_however_they_are_called():
    day = "DTSTART;VALUE=DATE:20261224"
    events = (f"UID:1 {day}", f"UID:1 {day}", "UID:1 DTSTART;VALUE=DATE:20261226", f"UID:{'x' * 300} {day}", day)

    reading = read_calendar(calendar(*events), Question(Interval(NOW, NOW + timedelta(days=400)), ZoneInfo("UTC")))

    names = sorted((len(each.uid), each.recurrence) for each in reading.occurrences)
    assert names == [
        (1, "2026-12-24T00:00:00+00:00/2026-12-25T00:00:00+00:00"),
        (1, "2026-12-26T00:00:00+00:00/2026-12-27T00:00:00+00:00"),
        (51, ""),
        (64, ""),
    ]


def test_several_calendars_in_one_are_all_read():
    both = calendar("UID:1 DTSTART;VALUE=DATE:20261224") + calendar("UID:2 DTSTART;VALUE=DATE:20261226")

    assert spans(b"\xef\xbb\xbf" + both) == (["12-23 23:00/12-24 23:00", "12-25 23:00/12-26 23:00"], 0)


@pytest.mark.parametrize("rule", ["FREQ=MINUTELY", "FREQ=SECONDLY;COUNT=2", "INTERVAL=5;freq=minutely"])
def test_what_repeats_every_minute_or_second_is_refused_whole(rule):
    fine, mad = "UID:1 DTSTART;VALUE=DATE:20261224", f"UID:2 DTSTART:20261224T090000Z RRULE:{rule}"

    with pytest.raises(Unreadable) as refused:
        spans(calendar(fine, mad))

    assert refused.value.code == "too_frequent"
    assert spans(calendar(f"{fine} SUMMARY:Away", f"{mad} SUMMARY:Tea"), keywords=("away",)) == (
        ["12-23 23:00/12-24 23:00"],
        0,
    )


@pytest.mark.parametrize(
    ("what", "content", "code"),
    [
        ("nothing", b"", "not_a_calendar"),
        ("a path", b"/etc/passwd", "not_a_calendar"),
        ("a page", b"<!doctype html><title>Sign in</title>", "not_a_calendar"),
        ("cut short", calendar("UID:1 DTSTART;VALUE=DATE:20261224")[:-20], "not_a_calendar"),
        ("cut within a line", b"BEGIN:VCALENDAR\r\nnonsense\r\nEND:VCALENDAR", "not_a_calendar"),
        ("many series", calendar(*[f"UID:{n} DTSTART:20200101" for n in range(5001)]), "too_many_events"),
        ("many days", calendar(*[f"UID:{n} DTSTART:20261224 RRULE:FREQ=DAILY" for n in range(3)]), "too_many_events"),
    ],
)
def test_what_is_no_calendar_or_too_much_of_one_is_refused(what, content, code):
    with pytest.raises(Unreadable) as refused:
        spans(content)

    assert refused.value.code == code


def test_an_empty_calendar_says_that_nobody_is_away():
    assert spans(b"begin:vcalendar\nend:vcalendar\n") == ([], 0)
