"""How are moments and spans said?"""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone

from oncall.pages.templatetags.moments import in_words, moments_in_place

NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)


def rendered(tag: str, **context: object) -> str:
    with timezone.override(ZoneInfo("Europe/Berlin")):
        return Template("{% load moments %}" + tag).render(Context({"now": NOW, **context}))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (3660, "1 h 1 min"),
        (86_399, "23 h 59 min"),
        (86_400, "1 day"),
        (90_000, "1 day 1 h"),
        (2 * 86_400 + 3600, "2 days 1 h"),
        (3 * 86_400 + 3600, "3 days"),
    ],
)
def test_a_span_is_said_in_two_units_at_most(seconds: int, words: str):
    assert in_words(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 20, 22, 59, tzinfo=UTC), "23:59"),
        (datetime(2026, 11, 20, 23, 0, tzinfo=UTC), "tomorrow 00:00"),
        (datetime(2026, 11, 19, 22, 59, tzinfo=UTC), "yesterday 23:59"),
        (datetime(2026, 11, 19, 22, 59, tzinfo=UTC) - timedelta(days=1), "Wed 18 Nov 23:59"),
        (datetime(2026, 11, 26, 22, 59, tzinfo=UTC), "Thu 23:59"),
        (datetime(2026, 11, 26, 23, 0, tzinfo=UTC), "Fri 27 Nov 00:00"),
        (datetime(2027, 1, 1, 8, 0, tzinfo=UTC), "Fri 1 Jan 2027 09:00"),
    ],
)
def test_a_moment_names_its_day_as_the_viewer_counts_days(at: datetime, words: str):
    assert f">{words}</time>" in rendered("{% moment at %}", at=at)


def test_a_moment_carries_the_exact_reading_and_the_instant():
    at = datetime(2026, 11, 23, 8, tzinfo=UTC)

    assert rendered("{% moment at %}", at=at) == (
        '<time datetime="2026-11-23T09:00:00+01:00" title="Monday 23 November 2026, 09:00:00 CET">Mon 09:00</time>'
    )


@pytest.mark.parametrize(
    ("distance", "words"), [(timedelta(minutes=134), "in 2 h 14 min"), (timedelta(minutes=-5), "5 min ago")]
)
def test_how_far_away_a_moment_is(distance: timedelta, words: str):
    assert rendered("{% away at %}", at=NOW + distance) == words


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(minutes=4, seconds=12), "4 min left"),
        (timedelta(0), "time is up"),
        (-timedelta(hours=1), "time is up"),
    ],
)
def test_a_deadline_counts_down_to_nothing(left: timedelta, words: str):
    assert f"data-deadline>{words}</time>" in rendered("{% countdown at %}", at=NOW + left)


def test_moments_in_the_words_of_services_are_read_in_the_zone_of_the_viewer():
    with timezone.override(ZoneInfo("Europe/Berlin")):
        said = moments_in_place("on call until 2026-11-23T08:00:00Z, then 2026-11-21T00:30:00+00:00", NOW)

    assert said == "on call until Mon 09:00, then tomorrow 01:30"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("since 03:02Z.", "since 04:02."),  # it is 23:30 in Berlin
        ("since 22:30Z", "since 23:30"),
        ("since 22:31Z", "since yesterday 23:31"),
        ("since 13:02ZZ or A03:02Z", "since 13:02ZZ or A03:02Z"),
    ],
)
def test_a_clock_without_a_date_is_the_latest_that_showed_it(written: str, said: str):
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert moments_in_place(written, NOW) == said


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        # Days in Berlin, where it is Friday 20 November.
        ("2026-11-23T23:00Z", "2026-11-26T23:00Z", "Tue to Thu"),
        ("2026-11-19T23:00Z", "2026-11-20T23:00Z", "today"),
        ("2026-11-20T23:00Z", "2026-11-21T23:00Z", "tomorrow"),
        ("2027-03-27T23:00Z", "2027-03-29T22:00Z", "Sun 28 Mar 2027 to Mon 29 Mar 2027"),
        ("2026-11-23T23:00Z", "2026-11-24T11:00Z", "Tue 00:00 to Tue 12:00"),
    ],
)
def test_whole_days_are_said_as_days(start: str, end: str, said: str):
    tag = rendered("{% days start end %}", start=datetime.fromisoformat(start), end=datetime.fromisoformat(end))

    assert re.sub("<[^>]+>", "", tag) == said


def test_how_far_a_shift_is_ahead_is_counted_by_the_script():
    at = NOW + timedelta(hours=2, minutes=14)

    assert rendered("{% starts at %}", at=at) == (
        '<time datetime="2026-11-21T01:44:00+01:00" data-deadline="starts">In 2 h 14 min</time>'
    )
