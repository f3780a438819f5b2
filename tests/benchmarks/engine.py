"""The engine's rows: a year of shifts, who is on call now, and how that grows with the past."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

from rotations.engine.cadence import Cadence, Unit
from rotations.engine.intervals import Interval
from rotations.engine.lookahead import Timeline, standing_at
from rotations.engine.plan import Member, Override, Plan, Rotation, Version, on_call_at
from rotations.engine.sweep import shifts
from rotations.engine.terms import Advance
from rotations.engine.windows import Window
from tests.benchmarks.rows import Row, timed_row

BERLIN = ZoneInfo("Europe/Berlin")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = Interval(NEW_YEAR, NEW_YEAR + 365 * DAY)
NOW = NEW_YEAR + 100 * DAY + 3 * HOUR
OFFICE_HOURS = Window(frozenset(range(5)), time(9), time(17))


def rows() -> Iterator[Row]:
    """Yield the rows of DESIGN 5 that concern the engine alone, then what they grow with."""
    weekly = Plan((_rotation(1, "week", range(1, 9)),), _overrides(12))
    hourly = Plan((_rotation(1, "hour", range(1, 9)),), _overrides(35))
    office = _rotation(2, "day", range(11, 17), windows=(OFFICE_HOURS,))
    both = Plan((_rotation(1, "week", range(1, 9)), office), _overrides(20))
    timeline = Timeline(both, YEAR)
    yield timed_row("one year, weekly of 8 + 12 overrides", lambda: shifts(weekly, YEAR), unit="µs", budget=100)
    yield timed_row("one year, hourly + 35 overrides", lambda: shifts(hourly, YEAR), unit="ms", budget=9)
    yield timed_row("on call now, from a compiled timeline", lambda: timeline.at(NOW), unit="µs", budget=1)
    yield timed_row("on call now, cold, weekly of 8", lambda: on_call_at(weekly, NOW), unit="µs", budget=20)
    yield timed_row(
        "one year, weekly 8 + office hours 6 + 20 overrides", lambda: shifts(both, YEAR), unit="ms", budget=1.5
    )
    yield timed_row("on call now, since, until and next, cold", lambda: standing_at(both, NOW), unit="µs")
    yield from _growth()


def _growth() -> Iterator[Row]:
    members = range(1, 9)
    plans = {
        "300 past overrides": Plan((_rotation(1, "week", members),), _overrides(300, before=NOW)),
        "3000 past overrides": Plan((_rotation(1, "week", members),), _overrides(3000, before=NOW)),
        "5 years old": Plan((_rotation(1, "week", members, age=5 * 365 * DAY),)),
        "20 years old": Plan((_rotation(1, "week", members, age=20 * 365 * DAY),)),
        "100 members": Plan((_rotation(1, "week", range(1, 101)),)),
    }
    for what, plan in plans.items():
        yield timed_row(f"on call now, cold, {what}", partial(on_call_at, plan, NOW), unit="µs", budget=20)


def _rotation(
    number: int, unit: Unit, people: range, *, age: timedelta = 30 * DAY, windows: tuple[Window, ...] = ()
) -> Rotation:
    begun = NEW_YEAR - age
    handoffs = Cadence(begun.replace(tzinfo=None, hour=9), BERLIN, unit)
    slots = tuple((Member(person),) for person in people)
    advance: Advance = "covered" if windows else "turn"
    return Rotation(number, number, (Version(begun, handoffs, slots, advance, windows),))


def _overrides(count: int, *, before: datetime | None = None) -> tuple[Override, ...]:
    """Return overrides of all kinds, 4 to 24 hours long, at random in the year or in the one ``before``."""
    random = Random(1)
    first = NEW_YEAR if before is None else before - 366 * DAY
    return tuple(_override(random, number, first + random.randrange(8700) * HOUR) for number in range(1, count + 1))


def _override(random: Random, number: int, start: datetime) -> Override:
    end = start + random.choice((4, 12, 24)) * HOUR
    person, other = random.sample(range(1, 9), 2)
    match random.choice(("one", "one", "everyone", "add")):
        case "one":
            return Override(number, "replace", start, end, person, other)
        case "everyone":
            return Override(number, "replace", start, end, person)
        case _:
            return Override(number, "add", start, end, person)
