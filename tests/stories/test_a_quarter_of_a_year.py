"""A quarter of a year of a team in three zones: what is recorded is what was announced, hour by hour.

Clocks change in Berlin on 25 October 2026 and in New York on 1 November, never in Singapore. Meanwhile the team edits
its rotations five times, covers for each other, swaps three turns, is away twice, and loses somebody; on one day no
worker runs, and an edit is made on that very day.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import pytest

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.models import AbsencePolicy, OverrideKind, Person, Rotation, Schedule
from rotations.queries import on_call, shifts_of
from rotations.queries.shifts import ShiftList
from rotations.services import overrides, people, rotations, swaps
from rotations.services.duty import settle_due_schedules
from rotations.services.turns import TurnNumber
from tests.factories.rotations import (
    absence,
    accepted_swap,
    draft,
    hours,
    override,
    person,
    reading,
    schedule,
    weekly_rotation,
)

# With commits: plans are remembered once they are committed, and 2,200 questions are asked.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

FOUNDED = datetime(2026, 9, 14, tzinfo=UTC)
CLOSED = datetime(2026, 12, 14, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SYSTEM = Actor.system()


def at(text: str) -> datetime:
    """Return an instant of 2026: ``at("10-25 01:00")``."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


class Announced(NamedTuple):
    """What was said at an hour of who is on call, and why."""

    people: tuple[tuple[str, str, int | None, int | None], ...]
    silence: bool


@dataclass(frozen=True)
class Edge:
    """The team at the edge: each rotation counts in its own daylight, and the highest layer answers."""

    schedule: Schedule
    crew: dict[str, Person]
    rotations: dict[str, Rotation]


CREWS = {
    "Singapore": ("Asia/Singapore", "08:00", "16:00", ("mei", "liam", "jun")),
    "Berlin": ("Europe/Berlin", "08:00", "17:00", ("dmitri", "elif", "ada")),
    "New York": ("America/New_York", "10:00", "20:00", ("gus", "frances", "hana")),
}


def found_the_team() -> Edge:
    crew = {name: person(name) for *_, names in CREWS.values() for name in names}
    edge = schedule("edge", zone="UTC", absence_policy=AbsencePolicy.NEXT)
    rows = {
        place: weekly_rotation(
            edge, **rotation_of(place, [crew[name] for name in names]), effective_at=FOUNDED, now=FOUNDED
        )
        for place, (*_, names) in CREWS.items()
    }
    return Edge(edge, crew, rows)


def rotation_of(place: str, crew: list[Person], **changed: Any) -> dict[str, Any]:
    zone, opens, closes, _ = CREWS[place]
    return {
        "crews": crew,
        "name": place,
        "layer": list(CREWS).index(place) + 1,
        "zone": zone,
        "windows": [hours(opens, closes, *EVERY_DAY)],
        "anchor": reading("2026-09-14T10:00"),
        **changed,
    }


def the_quarter(edge: Edge) -> dict[datetime, Callable[[datetime], Any]]:
    """Return what is done, and at which hour."""
    crew = edge.crew

    def edit(place: str, names: str, **changed: Any) -> Callable[[datetime], Any]:
        new = draft(**rotation_of(place, [crew[name] for name in names.split()], **changed))
        return lambda now: rotations.edit_rotation(edge.rotations[place], draft=new, by=SYSTEM, now=now)

    def cover(hours_long: int, **what: Any) -> Callable[[datetime], Any]:
        named = {key: crew.get(value, value) for key, value in what.items()}
        return lambda now: override(edge.schedule, now + 2 * HOUR, hours_long * HOUR, now=now, **named)

    def end_covers(now: datetime) -> None:
        for running in edge.schedule.overrides.filter(end__gt=now):
            overrides.end_override(running, by=SYSTEM, now=now)

    def swap(place: str, ordinal: int, replaces: str, who: str) -> Callable[[datetime], Any]:
        return lambda now: accepted_swap(edge.rotations[place], ordinal, crew[replaces], crew[who], now=now)

    def exchange(now: datetime) -> None:
        asked = swaps.ask_swap(
            edge.rotations["New York"],
            ordinal=9,
            replaces=crew["gus"],
            person=crew["frances"],
            exchange=TurnNumber(edge.rotations["New York"], 10),
            by=SYSTEM,
            now=now,
        )
        swaps.accept_swap(asked, person=crew["frances"], by=SYSTEM, now=now + HOUR / 2)

    return {
        at("09-16 09:00"): cover(30, replaces="dmitri", person="ada", reason="dentist"),
        at("09-22 12:00"): edit("Berlin", "ada dmitri elif"),
        at("09-25 03:00"): swap("Singapore", 2, "jun", "mei"),
        at("10-01 05:00"): cover(4, kind=OverrideKind.SILENCE, reason="the data centre is closed"),
        at("09-28 16:00"): lambda now: absence(crew["hana"], now + DAY, now + 4 * DAY, now=now),
        at("10-14 08:00"): edit("New York", "hana gus frances", windows=[hours("09:00", "20:00", *EVERY_DAY)]),
        at("10-24 20:00"): cover(24, kind=OverrideKind.ADD, person="jun", reason="the clocks change"),
        # The day without a worker, 28 October: handoffs pass by, and then somebody edits.
        at("10-28 15:00"): edit("Berlin", "elif ada", name="Berlin, two left", layer=4),
        at("11-03 10:00"): exchange,
        at("11-04 03:00"): lambda now: people.deactivate_person(crew["liam"], by=SYSTEM, now=now),
        at("11-18 06:00"): lambda now: absence(crew["ada"], now - HOUR, now + 30 * HOUR, now=now),
        at("11-17 04:00"): edit("Singapore", "jun mei"),
        at("11-20 18:00"): cover(100, person="gus", reason="a conference"),
        at("11-22 18:00"): end_covers,
        at("11-25 11:00"): lambda now: swap_of_now(edge, "hana", now),
        at("12-01 12:00"): edit("New York", "frances hana", zone="America/Chicago"),
    }


def swap_of_now(edge: Edge, who: str, now: datetime) -> None:
    """Let somebody take the shift of whoever is on call."""
    [one] = on_call([edge.schedule], at=now)[0].people
    assert one.source.rotation is not None
    assert one.source.ordinal is not None
    swaps.take_shift(
        Rotation.objects.get(pk=one.source.rotation),
        ordinal=one.source.ordinal,
        replaces=one.person,
        person=edge.crew[who],
        by=SYSTEM,
        now=now,
    )


def worker_runs(now: datetime) -> bool:
    """Tell whether the worker looks at this hour: every fifth, so that it comes late by any number of hours."""
    return (now - FOUNDED) // HOUR % 5 == 0 and not at("10-28 00:00") <= now < at("10-29 00:00")


def announced(edge: Edge, now: datetime) -> Announced:
    [answer] = on_call([edge.schedule], at=now)
    on = ((one.person.name, one.source.kind, one.source.rotation, one.source.ordinal) for one in answer.people)
    return Announced(tuple(on), answer.silence)


def live_through(edge: Edge) -> dict[datetime, Announced]:
    """Let the quarter pass, hour by hour; return what was announced at each."""
    said: dict[datetime, Announced] = {}
    to_do = the_quarter(edge)
    now = FOUNDED
    while now < CLOSED:
        if worker_runs(now):
            settle_due_schedules(now=now)
        if now in to_do:
            to_do.pop(now)(now)
        said[now] = announced(edge, now)
        now += HOUR
    assert to_do == {}
    settle_due_schedules(now=CLOSED)
    return said


def test_a_quarter_is_recorded_as_it_was_announced():
    edge = found_the_team()
    said = live_through(edge)

    listed = shifts_of(edge.schedule, window=Interval(FOUNDED, CLOSED))
    assert {now: _listed_at(listed, now) for now in said} == {
        now: (frozenset(name for name, *_ in one.people), one.silence) for now, one in said.items()
    }
    # Five has no factor in common with a day, so every hour of the day is asked again.
    again = list(said)[::5]
    assert [announced(edge, now) for now in again] == [said[now] for now in again]
    assert (listed.recorded_until, _tiles(listed)) == (at("12-13 20:00"), True)
    # The worker saw last the handoff in New York at 16:00Z; the shift since then is not over.
    assert [row.person.name for row in listed.shifts if not row.recorded] == ["frances"]
    assert Counter(row.source.kind for row in listed.shifts) == {
        "rotation": 263,
        "swap": 27,
        "override": 5,
        "absence_cover": 6,
    }
    # The clock on the wall decides: by UTC Berlin begins later from 25 October on, New York ends later from 1 November.
    begins = {row.start for row in listed.shifts if row.rotation_name == "Berlin"}
    ends = {row.end for row in listed.shifts if row.rotation_name == "New York"}
    assert {at("10-24 06:00"), at("10-25 07:00")} <= begins
    assert {at("11-01 00:00"), at("11-02 01:00")} <= ends
    assert [(span.start, span.end) for span in listed.silence] == [(at("10-01 07:00"), at("10-01 11:00"))]
    # Liam's mornings in Singapore, before Berlin begins in winter time, from when he left to the end of his week.
    assert [(f"{gap.start:%m-%d %H}", f"{gap.end:%m-%d %H}") for gap in listed.gaps] == [
        ("11-04 03", "11-04 07"),
        ("11-05 01", "11-05 07"),
        ("11-06 01", "11-06 07"),
        ("11-07 01", "11-07 07"),
        ("11-08 01", "11-08 07"),
        ("11-09 01", "11-09 02"),
    ]


def _listed_at(listed: ShiftList, now: datetime) -> tuple[frozenset[str], bool]:
    on = frozenset(row.person.name for row in listed.shifts if row.start <= now < row.end)
    return on, any(span.start <= now < span.end for span in listed.silence)


def _tiles(listed: ShiftList) -> bool:
    """Tell whether shifts, gaps and silence fill the window, with nobody on call in a gap."""
    spans = [(row.start, row.end) for row in listed.shifts]
    holes = [(gap.start, gap.end) for gap in listed.gaps] + [(quiet.start, quiet.end) for quiet in listed.silence]
    assert not [hole for hole in holes for span in spans if max(hole[0], span[0]) < min(hole[1], span[1])]
    edges = sorted({edge for span in spans + holes for edge in span})
    return all(any(span[0] <= begin < span[1] for span in spans + holes) for begin, _ in pairwise(edges)) and (
        (edges[0], edges[-1]) == (FOUNDED, CLOSED)
    )
