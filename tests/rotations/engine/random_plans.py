"""Random plans: several rotations, versions, windows, overrides, swaps, absences and people who left.

How many of each is drawn by hypothesis, and shrinks; what they are comes from a seed, which takes a hundredth of the
time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from rotations.engine.cadence import Cadence
from rotations.engine.intervals import Interval, instant
from rotations.engine.offsets import offsets_of
from rotations.engine.plan import Absence, Member, Override, Plan, Rotation, Slot, Swap, Version
from rotations.engine.terms import OverrideKind
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
FROM, UNTIL = at("2008-01-01"), at("2036-01-01")
HALF_HOUR, MICROSECOND = timedelta(minutes=30), timedelta(microseconds=1)
PEOPLE = range(1, 7)
KINDS: tuple[OverrideKind, ...] = ("replace", "replace", "add", "remove", "silence")

Thing = TypeVar("Thing")


@dataclass
class Chance:
    """Makes random things that happen within nine days of ``middle``, most often a clock change."""

    seed: int

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        changes = [instant(begin) for begin in offsets_of(self.zone()).begins[1:]]
        self.middle = self.one_of([change for change in changes if FROM < change < UNTIL] or [at("2026-03-01")])

    def one_of(self, things: Sequence[Thing]) -> Thing:
        return self.random.choice(things)

    def some(self, make: Callable[[], Thing], most: int, *, least: int = 0) -> tuple[Thing, ...]:
        return tuple(make() for _ in range(self.random.randint(least, most)))

    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.one_of(ZONES))

    def person(self) -> int:
        return self.one_of(PEOPLE)

    def moment(self) -> datetime:
        """A half hour, at times off by a microsecond."""
        return self.middle + HALF_HOUR * self.random.randint(-432, 432) + MICROSECOND * self.one_of((0, 0, 0, 1, -1))

    def span(self) -> Interval:
        return Interval(*sorted((self.moment(), self.moment())))

    def time(self) -> time:
        return time(self.random.randrange(24), self.one_of((0, 30)))

    def window(self) -> Window:
        return Window(frozenset(self.random.sample(range(7), self.random.randint(1, 7))), self.time(), self.time())

    def slot(self) -> Slot:
        several = self.random.sample(PEOPLE, self.one_of((0, 1, 1, 1, 2)))
        return tuple(Member(person, shadow=self.random.random() < 0.2) for person in several)

    def cadence(self) -> Cadence:
        anchor = self.moment().replace(tzinfo=None, microsecond=0)
        return Cadence(
            anchor, self.zone(), self.one_of(("hour", "day", "week", "month")), self.one_of((1, 1, 2, 5, 12))
        )

    def version(self) -> Version:
        return Version(
            effective_at=self.one_of((self.moment(), self.middle - timedelta(days=30))),
            cadence=self.cadence(),
            slots=self.some(self.slot, 4, least=1),
            advance=self.one_of(("turn", "covered")),
            windows=self.one_of(((), self.some(self.window, 2))),
            first_ordinal=self.random.randint(0, 5),
            first_slot=self.random.randint(0, 4),
            carried=self.one_of((None, None, self.slot())),
        )

    def rotation(self, number: int, versions: int) -> Rotation:
        by_start = {version.effective_at: version for version in (self.version() for _ in range(versions))}
        ends_at = self.one_of((None, None, self.moment()))
        return Rotation(number, self.random.randint(1, 2), tuple(by_start.values()), ends_at)

    def override(self, number: int) -> Override:
        kind = self.one_of(KINDS)
        within = self.span()
        return Override(
            number,
            kind,
            within.start,
            within.end,
            person=self.person() if kind in ("replace", "add") else None,
            replaces=self.person() if kind == "remove" or (kind == "replace" and self.random.random() < 0.7) else None,
            rotation=None if kind == "silence" else self.one_of((None, None, 1, 2)),
            created_at=self.middle + HALF_HOUR * self.random.randint(0, 3),
        )

    def swap(self, number: int) -> Swap:
        accepted_at = self.middle + HALF_HOUR * self.random.randint(0, 3)
        rotation, ordinal = self.random.randint(1, 2), self.random.randint(0, 20)
        part = self.one_of((None, self.span()))
        return Swap(number, rotation, ordinal, self.person(), self.person(), accepted_at, part)

    def absence(self, number: int) -> Absence:
        away = self.span()
        return Absence(number, self.person(), away.start, away.end)

    def look(self) -> Interval:
        start = self.moment()
        return Interval(start, start + HALF_HOUR * self.random.randint(1, 240))


@st.composite
def chances_and_plans(draw, *, rotations: int = 3) -> tuple[Chance, Plan]:
    """A plan, and the chance that made it, for whatever else is to happen."""
    chance = Chance(draw(st.integers(0, 2**32)))
    versions = draw(st.lists(st.integers(1, 3), min_size=1, max_size=rotations))
    overrides, swaps, absences, left = (draw(st.integers(0, most)) for most in (5, 4, 3, 1))
    plan = Plan(
        rotations=tuple(chance.rotation(number, count) for number, count in enumerate(versions, 1)),
        overrides=tuple(chance.override(number) for number in range(1, overrides + 1)),
        swaps=tuple(chance.swap(number) for number in range(1, swaps + 1)),
        absences=tuple(chance.absence(number) for number in range(1, absences + 1)),
        absence_policy=draw(st.sampled_from(("flag", "skip", "next"))),
        deactivated={chance.person(): chance.moment() for _ in range(left)},
    )
    return chance, plan


def plans_and_windows() -> st.SearchStrategy[tuple[Plan, Interval]]:
    return chances_and_plans().map(lambda made: (made[1], made[0].look()))
