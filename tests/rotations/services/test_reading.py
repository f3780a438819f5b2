"""Calendars are fetched when they are due, politely and safely, and nothing is lost because one could not be read."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from rotations.incoming import Occurrence
from rotations.models import Absence, AbsenceFeed, Person, Schedule, ScheduleChange
from rotations.outgoing import Limits
from rotations.services import reading
from rotations.services.absence_feeds import edit_absence_feed, remove_absence_feed
from rotations.services.fetching import LIMITS, Heard, hear
from rotations.services.people import deactivate_person, edit_person
from rotations.services.read_absences import replace_absences
from rotations.tasks import read_absence_feeds
from tests.calendars import calendar
from tests.factories.rotations import absence_feed, person, schedule, weekly_rotation
from tests.rotations.services.test_absences import SYSTEM
from tests.strangers import ALLOWED, INSIDE, answering, bomb, http, redirect, stranger

pytestmark = [pytest.mark.django_db, pytest.mark.long]

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
LEAVE = calendar("UID:1 SUMMARY:Vacation DTSTART;VALUE=DATE:20261224 DTEND;VALUE=DATE:20261227")
QUICK = Limits(seconds=0.3, bytes=5 * 1024 * 1024, redirects=3)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _one_address_is_allowed(settings):
    settings.ALLOWED_OUTGOING_NETWORKS = (ip_network(ALLOWED),)
    settings.USER_AGENT = "Oncall (+https://oncall.example.test)"


@pytest.fixture
def ada() -> Person:
    ada = person("Ada", zone="Europe/Berlin")
    weekly_rotation(schedule(), [ada])
    return ada


def read(now: datetime = NOW, limits: Limits = QUICK) -> int:
    return reading.read_due_feeds(now=now, limits=limits)


def state(feed: AbsenceFeed, now: datetime = NOW) -> tuple[str, str, int]:
    feed.refresh_from_db()
    return feed.state_at(now).value, feed.problem_code, feed.failures


def away() -> list[str]:
    return [f"{each.start:%m-%d %H}/{each.end:%m-%d %H}" for each in Absence.objects.order_by("start")]


def headers(request: str) -> dict[str, str]:
    lines = [line.partition(": ") for line in request.partition("\r\n\r\n")[0].split("\r\n")[1:]]
    return {name: value for name, _, value in lines}


def test_a_calendar_is_read_when_it_is_due(ada):
    with stranger(answering(http(LEAVE, 'ETag: "1"'))) as server:
        feed = absence_feed(ada, f"{server.url}/leave.ics")

        assert (read(), read()) == (1, 0)

    assert (away(), state(feed), feed.read_at, feed.skipped) == (["12-23 23/12-26 23"], ("current", "", 0), NOW, 0)
    assert NOW + HOUR <= feed.due_at <= NOW + HOUR * 1.2
    [request] = server.requests
    assert headers(request)["User-Agent"] == "Oncall (+https://oncall.example.test)"


def test_a_calendar_that_did_not_change_is_not_fetched_again_on_the_same_day(ada):
    answers = (
        http(LEAVE, 'ETag: "1"', "Last-Modified: Tue, 01 Dec 2026 09:00:00 GMT"),
        http(b"", status="304 Not Modified"),
    )
    with stranger(answering(*answers)) as server:
        feed = absence_feed(ada, server.url)
        read()
        before = (away(), Schedule.objects.get().revision)
        read(NOW + 2 * HOUR)

    asked = headers(server.requests[1])
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"1"', "Tue, 01 Dec 2026 09:00:00 GMT")
    assert (state(feed), feed.read_at, feed.etag) == (("current", "", 0), NOW + 2 * HOUR, '"1"')
    assert (away(), Schedule.objects.get().revision) == before


def test_the_same_content_again_is_not_parsed_again_and_changes_no_revision(ada, monkeypatch):
    with stranger(answering(http(LEAVE))) as server:
        absence_feed(ada, server.url)
        read()
        before = (away(), Schedule.objects.get().revision, ScheduleChange.objects.count())
        # Whoever parsed it now would find no Python.
        monkeypatch.setattr("sys.executable", "/nowhere")
        read(NOW + 2 * HOUR)

    assert (away(), Schedule.objects.get().revision, ScheduleChange.objects.count()) == before
    assert len(server.requests) == 2


def test_what_would_be_read_otherwise_is_fetched_whole(ada):
    changes = [
        lambda feed: edit_absence_feed(feed, keywords="vacation", by=SYSTEM, now=NOW),
        lambda feed: edit_person(feed.person, zone="Asia/Tokyo", by=SYSTEM, now=NOW),
    ]
    with stranger(answering(http(LEAVE, 'ETag: "1"'))) as server:
        feed = absence_feed(ada, server.url)
        read()
        for hours, change in enumerate(changes, start=1):
            change(feed)
            read(NOW + hours * 2 * HOUR)
        read(NOW + DAY)

    assert ["If-None-Match" in headers(request) for request in server.requests] == [False] * 4
    assert away() == ["12-23 15/12-26 15"]


def test_keywords_choose_and_what_makes_no_sense_is_counted(ada):
    content = calendar(
        "UID:1 SUMMARY:Vacation DTSTART;VALUE=DATE:20261224",
        "UID:2 SUMMARY:Lunch DTSTART;VALUE=DATE:20261225",
        "UID:3 SUMMARY:vacation DTSTART:nonsense",
    )
    with stranger(answering(http(content))) as server:
        feed = absence_feed(ada, server.url, keywords="out of office, VACATION")
        read()

    assert (away(), state(feed), feed.skipped) == (["12-23 23/12-24 23"], ("current", "", 0), 1)


def test_a_failed_fetch_keeps_the_last_good_copy_and_is_stale_after_two_days(ada):
    with stranger(answering(http(LEAVE), http(b"", status="503 Busy"))) as server:
        feed = absence_feed(ada, server.url)
        read()
        before = (away(), Schedule.objects.get().revision)
        read(NOW + 2 * HOUR)
        states = [state(feed, NOW + hours * HOUR)[0] for hours in (2, 47, 48)]
        read(NOW + 50 * HOUR)

    assert states == ["failing", "failing", "stale"]
    assert state(feed, NOW + 50 * HOUR) == ("stale", "bad_status", 2)
    assert feed.problem == f"{feed.host} does not give the calendar at the moment (503)."
    assert (away(), Schedule.objects.get().revision) == before


def test_a_good_reading_ends_the_trouble(ada):
    with stranger(answering(http(b"", status="404 Not Found"), http(LEAVE))) as server:
        feed = absence_feed(ada, server.url)
        read()
        assert state(feed) == ("stale", "bad_status", 1)
        read(NOW + HOUR)

    assert (state(feed), feed.problem, away()) == (("current", "", 0), "", ["12-23 23/12-26 23"])


def test_who_fails_is_asked_less_and_less_often_and_never_before_they_say(ada):
    waits: list[float] = []
    busy, slow = http(b"", status="500 Error"), http(b"", "Retry-After: 40000", status="429 Slow")
    with stranger(answering(*[busy] * 9, slow)) as server:
        feed = absence_feed(ada, server.url)
        now = NOW
        for _ in range(10):
            read(now)
            feed.refresh_from_db()
            waits.append((feed.due_at - now) / timedelta(minutes=5))
            now = feed.due_at

    # In units of five minutes; the longest is six hours, unless the server asks for more.
    least = (1, 2, 4, 8, 16, 32, 64, 72, 72)
    assert [low <= round(wait, 6) <= low * 1.2 for wait, low in zip(waits, least, strict=False)] == [True] * 9
    assert round(waits[9], 1) == 133.3


MINUTELY = calendar("UID:1 DTSTART:20261224T090000Z DURATION:PT1M RRULE:FREQ=MINUTELY")
SERIES = calendar(*[f"UID:{n} DTSTART:20261224 RRULE:FREQ=DAILY" for n in range(10_000)])
METADATA = "http://169.254.169.254/latest/meta-data/iam/security-credentials/"

HOSTILE: dict[str, tuple[Any, str]] = {
    "a local path as body": (lambda: answering(http(b"/etc/passwd")), "not_a_calendar"),
    "a web page": (lambda: answering(http(b"<!doctype html><title>Sign in</title>")), "not_a_calendar"),
    "truncated": (lambda: answering(http(LEAVE[:-30])), "not_a_calendar"),
    "a length that is not reached": (lambda: answering(http(LEAVE, "Content-Length: 9999")), "unreachable"),
    "a length that is too short": (lambda: answering(http(LEAVE, "Content-Length: 100")), "not_a_calendar"),
    "200 MB packed by gzip": (lambda: answering(http(bomb(), "Content-Encoding: gzip")), "too_large"),
    "every minute": (lambda: answering(http(MINUTELY)), "too_frequent"),
    "10,000 series": (lambda: answering(http(SERIES)), "too_many_events"),
    "a redirect to loopback": (lambda: answering(redirect(f"http://{INSIDE}:6379/")), "forbidden_address"),
    "a redirect to metadata": (lambda: answering(redirect(METADATA)), "forbidden_address"),
    "a redirect to a file": (lambda: answering(redirect("file:///etc/passwd")), "invalid_url"),
    "redirects without end": (lambda: answering(redirect("/again")), "too_many_redirects"),
    "drops without end": (lambda: lambda server, _: server.drip(b"HTTP/1.1 200 OK\r\n\r\nBEGIN", b":"), "timed_out"),
    "headers without end": (lambda: answering(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500), "unreachable"),
    "no answer": (lambda: answering(b""), "unreachable"),
    "a sign-in": (lambda: answering(http(b"", status="401 Unauthorized")), "bad_status"),
    "nothing new, unasked": (lambda: answering(http(b"", status="304 Not Modified")), "bad_status"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_feed_is_refused_with_its_reason_and_takes_nothing_away(ada, what, caplog):
    answer, code = HOSTILE[what]
    limits = QUICK if code == "timed_out" else LIMITS
    with stranger(answer()) as server:
        feed = absence_feed(ada, f"{server.url}/private", now=NOW)
        replace_absences(feed, [Occurrence("1", "", NOW + DAY, NOW + 2 * DAY)], by=SYSTEM, now=NOW)
        read(limits=limits)

    assert (state(feed), away()) == (("failing", code, 1), ["12-02 12/12-03 12"])
    told = {"feed": feed.pk, "host": feed.host, "code": code, "failures": 1}
    assert [record.facts for record in caplog.records if record.message == "absence_feed_not_read"] == [told]
    assert "private" not in caplog.text


@pytest.mark.parametrize(
    ("what", "meanwhile", "expected"),
    [
        ("edited", lambda feed: edit_absence_feed(feed, name="Vacation", by=SYSTEM, now=NOW), (1, 1)),
        ("removed", lambda feed: remove_absence_feed(feed, by=SYSTEM, now=NOW), (0, 0)),
    ],
)
def test_what_happens_while_a_calendar_is_read_comes_first(ada, monkeypatch, what, meanwhile, expected):
    with stranger(answering(http(LEAVE))) as server:
        feed = absence_feed(ada, server.url)

        def heard(*args: Any, **options: Any) -> Heard:
            found = hear(*args, **options)
            meanwhile(feed)
            return found

        with monkeypatch.context() as patched:
            patched.setattr("rotations.services.reading.hear", heard)
            read()
        in_between = away()
        again = read()

    assert (in_between, again, len(away())) == ([], *expected)


def test_the_calendars_of_who_left_are_not_read(ada):
    with stranger(answering(http(LEAVE))) as server:
        absence_feed(ada, server.url)
        deactivate_person(ada, by=SYSTEM, now=NOW)

        assert read() == 0

    assert server.requests == []


def test_removing_a_feed_takes_back_what_is_to_come(ada):
    feed = absence_feed(ada)
    spans = [("1", NOW - DAY, NOW - HOUR), ("2", NOW - DAY, NOW + DAY), ("3", NOW + DAY, NOW + 2 * DAY)]
    replace_absences(feed, [Occurrence(uid, "", *span) for uid, *span in spans], by=SYSTEM, now=NOW - DAY)

    remove_absence_feed(feed, by=SYSTEM, now=NOW)

    assert away() == ["11-30 12/12-01 11", "11-30 12/12-01 12"]
    assert [(row.feed, row.reason) for row in Absence.objects.all()] == [(None, "Leave")] * 2
    assert not AbsenceFeed.objects.exists()
    assert ScheduleChange.objects.latest("pk").summary == "Leave of Ada: absences 1 ended, 1 removed"


def test_what_is_due_is_found_by_an_index(ada):
    for number in range(3):
        absence_feed(ada, f"http://{INSIDE}/{number}")

    assert read_absence_feeds() == 3
    assert read_absence_feeds() == 0
    assert {*AbsenceFeed.objects.values_list("problem_code", flat=True)} == {"forbidden_address"}
