"""Random plans: several rotations, versions, windows, overrides, swaps, absences and people who left."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from rotations.engine.cadence import Cadence
from rotations.engine.intervals import Interval, instant
from rotations.engine.offsets import offsets_of
from rotations.engine.plan import Absence, Member, Override, Plan, Rotation, Swap, Version
from rotations.engine.windows import Window
from tests.rotations.engine.pictures import at

ZONES = [
    "UTC",
    "America/Chicago",
    "America/Havana",
    "America/Santiago",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/London",
    "Pacific/Apia",
    "Pacific/Chatham",
]
HALF_HOUR = timedelta(minutes=30)
FROM, UNTIL = at("2008-01-01"), at("2036-01-01")

people = st.integers(1, 6)
zones = st.sampled_from(ZONES).map(ZoneInfo)


@st.composite
def middles(draw) -> datetime:
    """Moments around which a plan is looked at, most often a clock change."""
    changes = [instant(begin) for begin in offsets_of(draw(zones)).begins[1:]]
    near = [change for change in changes if FROM < change < UNTIL] or [at("2026-03-01")]
    return draw(st.sampled_from(near))


def moments(middle: datetime) -> st.SearchStrategy[datetime]:
    """Moments within nine days, mostly on half hours, some off by a microsecond."""
    steps = st.integers(-432, 432).map(lambda step: middle + HALF_HOUR * step)
    return st.tuples(steps, st.sampled_from([0, 0, 0, 1, -1])).map(
        lambda pair: pair[0] + timedelta(microseconds=pair[1])
    )


def spans(middle: datetime) -> st.SearchStrategy[Interval]:
    return st.tuples(moments(middle), moments(middle)).map(lambda pair: Interval(min(pair), max(pair)))


times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
windows = st.builds(Window, st.frozensets(st.integers(0, 6), min_size=1), times, times)
members = st.builds(Member, people, st.sampled_from([False, False, False, True]))
slots = st.lists(members, max_size=2, unique_by=lambda member: member.person).map(tuple)


def cadences(middle: datetime) -> st.SearchStrategy[Cadence]:
    anchors = moments(middle).map(lambda moment: moment.replace(tzinfo=None, microsecond=0))
    return st.builds(
        Cadence, anchors, zones, st.sampled_from(["hour", "day", "week", "month"]), st.sampled_from([1, 1, 2, 5, 12])
    )


def versions(middle: datetime) -> st.SearchStrategy[Version]:
    return st.builds(
        Version,
        effective_at=moments(middle) | st.just(middle - timedelta(days=30)),
        cadence=cadences(middle),
        slots=st.lists(slots, min_size=1, max_size=4).map(tuple),
        advance=st.sampled_from(["turn", "covered"]),
        windows=st.just(()) | st.lists(windows, max_size=2).map(tuple),
        first_ordinal=st.integers(0, 5),
        first_slot=st.integers(0, 4),
        carried=st.none() | slots,
    )


def rotations(middle: datetime, number: int) -> st.SearchStrategy[Rotation]:
    return st.builds(
        Rotation,
        st.just(number),
        st.integers(1, 2),
        st.lists(versions(middle), min_size=1, max_size=3, unique_by=lambda version: version.effective_at).map(tuple),
        st.none() | st.none() | moments(middle),
    )


@st.composite
def overrides(draw, middle: datetime, number: int) -> Override:
    kind = draw(st.sampled_from(["replace", "replace", "add", "remove", "silence"]))
    within = draw(spans(middle))
    return Override(
        number,
        kind,
        within.start,
        within.end,
        person=draw(people) if kind in ("replace", "add") else None,
        replaces=draw({"replace": st.none() | people, "remove": people}.get(kind, st.none())),
        rotation=None if kind == "silence" else draw(st.sampled_from([None, None, 1, 2])),
        created_at=middle + draw(st.integers(0, 3)) * HALF_HOUR,
    )


@st.composite
def plans(draw, *, most_rotations: int = 3) -> tuple[Plan, datetime]:
    """A plan, and the moment in the middle of all that happens in it."""
    middle = draw(middles())
    several = range(1, 1 + draw(st.integers(0, 5)))
    plan = Plan(
        rotations=tuple(draw(rotations(middle, n)) for n in range(1, 1 + draw(st.integers(1, most_rotations)))),
        overrides=tuple(draw(overrides(middle, n)) for n in several),
        swaps=tuple(draw(swaps(middle, n)) for n in several[:3]),
        absences=tuple(draw(absences(middle, n)) for n in several[:3]),
        absence_policy=draw(st.sampled_from(["flag", "skip", "next"])),
        deactivated=draw(st.dictionaries(people, moments(middle), max_size=1)),
    )
    return plan, middle


def swaps(middle: datetime, number: int) -> st.SearchStrategy[Swap]:
    accepted = st.integers(0, 3).map(lambda step: middle + step * HALF_HOUR)
    parts = st.none() | spans(middle)
    return st.builds(Swap, st.just(number), st.integers(1, 2), st.integers(0, 20), people, people, accepted, parts)


def absences(middle: datetime, number: int) -> st.SearchStrategy[Absence]:
    return st.builds(lambda person, within: Absence(number, person, within.start, within.end), people, spans(middle))


@st.composite
def plans_and_windows(draw) -> tuple[Plan, Interval]:
    plan, middle = draw(plans())
    start = draw(moments(middle))
    return plan, Interval(start, start + draw(st.integers(1, 480)) * HALF_HOUR)
