"""A crew that swaps, and what tests of swaps ask of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.errors import Refusal
from rotations.models import Rotation, Schedule, ScheduleChange, Swap
from rotations.queries import shifts_of
from tests.factories.rotations import (
    person,
    schedule,
    team,
    weekly_rotation,
)

SYSTEM = Actor.system()
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
TURN = datetime(2024, 1, 15, 9, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


class Crew:
    """Ada, Bo and Cy take turns by the week: Bo now, Cy (turn 2) from TURN on, Ada (turn 3) after that."""

    def __init__(self) -> None:
        self.ada, self.bo, self.cy = person("Ada"), person("Bo"), person("Cy")
        self.team = team(members=[self.ada, self.bo, self.cy])
        self.schedule = schedule(of=self.team)
        self.rotation = weekly_rotation(self.schedule, [self.ada, self.bo, self.cy])


def who(of: Schedule, start: datetime, end: datetime) -> list[tuple[str, datetime, datetime]]:
    """Who works when."""
    return [(each.person.name, each.start, each.end) for each in shifts_of(of, window=Interval(start, end)).shifts]


def at(hour: int) -> datetime:
    return NOW.replace(hour=hour)


def stored() -> tuple[Any, ...]:
    rows = (Swap.objects.order_by("pk").values(), Schedule.objects.order_by("pk").values("pk", "revision"))
    return (*(list(each) for each in rows), ScheduleChange.objects.count())


def refusal(act: Any) -> tuple[type[Refusal], str, str | None]:
    """What an act is refused with, and that nothing was written."""
    before = stored()
    with pytest.raises(Refusal) as refused:
        act()
    assert stored() == before
    return type(refused.value), refused.value.code, refused.value.field


def hourly(primary: Schedule, *crews: Any) -> Rotation:
    """Turns of three hours, the first (turn 0) from 12 to 15."""
    return weekly_rotation(primary, crews, unit="hour", every=3, anchor=at(12).replace(tzinfo=None), effective_at=at(0))
