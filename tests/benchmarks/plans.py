"""The plans that are measured: everything in them is fixed, so that two runs measure the same."""

from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from rotations.engine.cadence import Cadence, Unit
from rotations.engine.intervals import Interval
from rotations.engine.plan import Member, Override, Plan, Rotation, Version
from rotations.engine.terms import Advance
from rotations.engine.windows import Window

BERLIN = ZoneInfo("Europe/Berlin")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = Interval(NEW_YEAR, NEW_YEAR + 365 * DAY)
NOW = NEW_YEAR + 100 * DAY + 3 * HOUR
OFFICE_HOURS = Window(frozenset(range(5)), time(9), time(17))
EIGHT = range(1, 9)


def weekly(people: range = EIGHT, *, age: timedelta = 30 * DAY, overrides: tuple[Override, ...] = ()) -> Plan:
    return Plan((rotation(1, "week", people, age=age),), overrides)


def hourly(*, overrides: tuple[Override, ...] = ()) -> Plan:
    return Plan((rotation(1, "hour", EIGHT),), overrides)


def weekly_and_office_hours(*, overrides: tuple[Override, ...] = ()) -> Plan:
    office = rotation(2, "day", range(11, 17), windows=(OFFICE_HOURS,))
    return Plan((rotation(1, "week", EIGHT), office), overrides)


def rotation(
    number: int, unit: Unit, people: range, *, age: timedelta = 30 * DAY, windows: tuple[Window, ...] = ()
) -> Rotation:
    begun = NEW_YEAR - age
    handoffs = Cadence(begun.replace(tzinfo=None, hour=9), BERLIN, unit)
    slots = tuple((Member(person),) for person in people)
    advance: Advance = "covered" if windows else "turn"
    return Rotation(number, number, (Version(begun, handoffs, slots, advance, windows),))


def some_overrides(count: int, *, before: datetime | None = None) -> tuple[Override, ...]:
    """Return overrides of all kinds, 4 to 24 hours long, at random in the year or in the one ``before``."""
    random = Random(1)
    first = NEW_YEAR if before is None else before - 366 * DAY
    return tuple(_override(random, number, first + random.randrange(8700) * HOUR) for number in range(1, count + 1))


def _override(random: Random, number: int, start: datetime) -> Override:
    end = start + random.choice((4, 12, 24)) * HOUR
    person, other = random.sample(EIGHT, 2)
    match random.choice(("one", "one", "everyone", "add")):
        case "one":
            return Override(number, "replace", start, end, person, other)
        case "everyone":
            return Override(number, "replace", start, end, person)
        case _:
            return Override(number, "add", start, end, person)
