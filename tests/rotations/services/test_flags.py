"""A swap after an edit: it follows its turn, and is flagged where that is no longer what was agreed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.models import ScheduleChange, Swap
from rotations.queries import shifts_of
from rotations.services.rotations import edit_rotation, end_rotation
from rotations.services.swaps import accept_swap
from tests.factories.rotations import (
    accepted_swap,
    asked_swap,
    draft,
    person,
    reading,
    schedule,
    weekly_rotation,
)

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
TURN = datetime(2024, 1, 15, 9, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


class Pair:
    """Ada and Bo take turns by the week, Bo now; Cy is in no rotation. Ada's next turn is turn 2, from TURN on."""

    def __init__(self) -> None:
        self.ada, self.bo, self.cy = person("Ada"), person("Bo"), person("Cy")
        self.schedule = schedule()
        self.rotation = weekly_rotation(self.schedule, [self.ada, self.bo])

    def edit(self, *crews: Any, now: datetime = NOW, **fields: Any) -> None:
        edit_rotation(self.rotation, draft=draft(crews or (self.ada, self.bo), **fields), by=SYSTEM, now=now)

    def of_cy(self) -> list[tuple[datetime, datetime]]:
        seen = shifts_of(self.schedule, window=Interval(NOW, NOW + 8 * WEEK), person=self.cy)
        return [(each.start, each.end) for each in seen.shifts]


@pytest.fixture
def pair() -> Pair:
    return Pair()


def flags() -> list[str]:
    return list(Swap.objects.order_by("pk").values_list("flag", flat=True))


def test_a_swap_still_covers_its_whole_turn_after_the_handoff_moved_by_an_hour(pair: Pair):
    """Case 38."""
    accepted_swap(pair.rotation, 2, pair.ada, pair.cy, now=NOW)

    pair.edit(anchor=reading("2024-01-01T10:00"))

    assert pair.of_cy() == [(TURN + HOUR, TURN + HOUR + WEEK)]
    assert flags() == [""]


def test_a_swap_whose_turn_disappeared_is_flagged_and_stays(pair: Pair):
    """Case 38."""
    accepted_swap(pair.rotation, 2, pair.ada, pair.cy, now=NOW)
    asked_swap(pair.rotation, 3, pair.bo, None, now=NOW)

    end_rotation(pair.rotation, by=SYSTEM, now=NOW)

    assert [(swap.state, swap.flag, swap.flagged_at) for swap in Swap.objects.order_by("pk")] == [
        ("accepted", "moved", NOW),
        ("asked", "moved", NOW),
    ]
    assert pair.of_cy() == []


@pytest.mark.parametrize(("days", "flag"), [(3, "moved"), (4, "")])
def test_a_turn_that_moved_by_over_half_of_its_length_is_flagged(pair: Pair, days: int, flag: str):
    accepted_swap(pair.rotation, 2, pair.ada, pair.cy, now=NOW)

    pair.edit(anchor=reading("2024-01-01T09:00") + timedelta(days=days))

    assert flags() == [flag]


def test_the_turn_of_somebody_who_lost_it_is_flagged_and_fits_again_when_they_have_it_back(pair: Pair):
    swap = accepted_swap(pair.rotation, 2, pair.ada, pair.cy, now=NOW)

    pair.edit(pair.bo)
    swap.refresh_from_db()
    assert (swap.flag, swap.flagged_at) == ("not_theirs", NOW)
    assert pair.of_cy() == []

    pair.edit(now=NOW + HOUR)
    swap.refresh_from_db()
    assert (swap.flag, swap.flagged_at) == ("", None)
    assert pair.of_cy() == [(TURN, TURN + WEEK)]


def test_a_flag_is_a_fact_and_is_told_once(pair: Pair):
    accepted_swap(pair.rotation, 2, pair.ada, pair.cy, now=NOW)
    pair.edit(pair.bo)
    pair.edit(pair.bo, name="Renamed", now=NOW + HOUR)
    pair.edit(now=NOW + 2 * HOUR)

    facts = ScheduleChange.objects.filter(what__in=["swap_flagged", "swap_unflagged"]).order_by("id")

    assert list(facts.values_list("what", "summary", "after__flag")) == [
        (
            "swap_flagged",
            f"Cy for Ada, turn 2 of {pair.schedule.name}: Primary: The person replaced no longer holds the turn",
            "not_theirs",
        ),
        ("swap_unflagged", f"Cy for Ada, turn 2 of {pair.schedule.name}: Primary: fits its turn again", ""),
    ]


def test_of_a_chain_the_link_that_hangs_in_the_air_is_flagged(pair: Pair):
    accepted_swap(pair.rotation, 2, pair.ada, pair.cy, now=NOW)
    accepted_swap(pair.rotation, 2, pair.cy, pair.bo, now=NOW)

    pair.edit(pair.bo)

    assert flags() == ["not_theirs", "not_theirs"]


def test_a_part_is_measured_by_what_is_left_of_it(pair: Pair):
    accepted_swap(pair.rotation, 2, pair.ada, pair.cy, span=Interval(TURN, TURN + DAY), now=NOW)
    accepted_swap(pair.rotation, 2, pair.ada, pair.cy, span=Interval(TURN + 2 * DAY, TURN + 3 * DAY), now=NOW)

    pair.edit(anchor=reading("2024-01-02T09:00"))

    assert flags() == ["moved", ""]
    assert pair.of_cy() == [(TURN + 2 * DAY, TURN + 3 * DAY)]


def test_swaps_that_are_over_are_left_alone(pair: Pair):
    accepted_swap(pair.rotation, 1, pair.bo, pair.cy, now=NOW)

    pair.edit(pair.bo, now=TURN + DAY)
    end_rotation(pair.rotation, by=SYSTEM, now=TURN + 2 * DAY)

    assert flags() == [""]


def test_a_flagged_request_is_accepted_only_as_far_as_it_fits(pair: Pair):
    asked = asked_swap(pair.rotation, 2, pair.ada, pair.cy, now=NOW)
    pair.edit(anchor=reading("2024-01-04T09:00"))
    assert flags() == ["moved"]

    accept_swap(asked, person=pair.cy, by=SYSTEM, now=NOW)

    assert pair.of_cy() == [(TURN - 4 * DAY, TURN + 3 * DAY)]
    assert flags() == ["moved"]
