"""Handoffs against a clock that is watched a quarter of an hour at a time, where clocks behaved strangely."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest

from rotations.engine.cadence import Cadence, Turn
from rotations.engine.intervals import micros
from rotations.engine.offsets import offsets_of

STRANGE_DAYS = [
    ("Pacific/Apia", "2011-12-30"),
    ("Pacific/Apia", "2012-04-01"),
    ("Africa/Cairo", "2014-05-15"),
    ("Africa/Cairo", "2024-04-26"),
    ("Africa/Cairo", "2024-10-31"),
    ("Asia/Beirut", "2024-03-31"),
    ("Asia/Beirut", "2024-10-27"),
    ("America/Havana", "2024-03-10"),
    ("America/Havana", "2024-11-03"),
    ("Africa/Casablanca", "2024-03-10"),
    ("Africa/Casablanca", "2024-04-14"),
    ("Antarctica/Troll", "2024-03-31"),
    ("Antarctica/Troll", "2024-10-27"),
    ("Pacific/Chatham", "2024-04-07"),
    ("Pacific/Chatham", "2024-09-29"),
]
QUARTER = timedelta(minutes=15)


@lru_cache
def watched_clock(zone: str, day: str) -> tuple[tuple[datetime, datetime], ...]:
    """Return every quarter of an hour, in UTC, from four days before to four days after, with what the clock shows."""
    noon = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    moments = [noon + QUARTER * step for step in range(-4 * 96, 4 * 96)]
    return tuple((moment, moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)) for moment in moments)


def watched_handoff(zone: str, day: str, reading: datetime) -> datetime:
    """Return when the clock first showed the reading, or, if it skipped it, when it showed anything later."""
    return next(moment for moment, shown in watched_clock(zone, day) if shown >= reading)


def watched_turns(zone: str, day: str, anchor: datetime, length: timedelta) -> Iterator[tuple[datetime, Turn]]:
    """Yield, for each moment of the two days around, the turn of the largest number that has begun."""
    started = [
        (number, watched_handoff(zone, day, anchor + number * length)) for number in range(-2, 108 // hours(length))
    ]
    for moment, _ in watched_clock(zone, day)[288:480]:
        number, start = max((number, start) for number, start in started if start <= moment)
        yield moment, Turn(number, start, dict(started)[number + 1])


def hours(length: timedelta) -> int:
    return length // timedelta(hours=1)


@pytest.mark.parametrize(("zone", "day"), STRANGE_DAYS)
@pytest.mark.parametrize("minute", [0, 15, 30, 45])
@pytest.mark.parametrize("every", [1, 5])
def test_turns_agree_with_a_watched_clock(zone, day, minute, every):
    anchor = datetime.fromisoformat(day) - timedelta(days=2) + timedelta(minutes=minute)
    handoffs = Cadence(anchor, ZoneInfo(zone), "hour", every)

    watched = list(watched_turns(zone, day, anchor, timedelta(hours=every)))

    assert [(moment, handoffs.turn_at(moment)) for moment, _ in watched] == watched


@pytest.mark.parametrize(("zone", "day"), STRANGE_DAYS)
def test_the_last_pass_is_when_a_watched_clock_last_shows_a_reading(zone, day):
    clock = watched_clock(zone, day)
    offsets = offsets_of(ZoneInfo(zone))
    last_shown = {shown: moment for moment, shown in clock}

    found = {shown: offsets.last_pass(micros(shown.replace(tzinfo=UTC))) for shown in last_shown}

    assert found == {shown: micros(moment) for shown, moment in last_shown.items()}


@pytest.mark.parametrize("zone", sorted({zone for zone, _ in STRANGE_DAYS} | {"Asia/Gaza", "America/Recife"}))
def test_every_clock_change_since_1970_is_in_the_table(zone):
    offsets = offsets_of(ZoneInfo(zone))
    noons = [datetime(1970, 1, 1, 12, tzinfo=UTC) + timedelta(days=day) for day in range(0, 47_000, 2)]

    shown = [offsets.reading(micros(noon)) for noon in noons]

    assert shown == [micros(noon.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC)) for noon in noons]
