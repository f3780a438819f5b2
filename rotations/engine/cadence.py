"""When do handoffs fall? Wall-clock rules in, instants out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

Unit = Literal["hour", "day", "week", "month"]


class Turn(NamedTuple):
    """Turn ``number`` of a cadence, in force in ``[start, end)``; never empty."""

    number: int
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Cadence:
    """Handoff n is ``anchor`` plus n times ``every`` ``unit`` by wall clock in ``zone``, for every whole n."""

    anchor: datetime
    zone: ZoneInfo
    unit: Unit
    every: int = 1

    def turn_at(self, moment: datetime) -> Turn:
        """Return the turn that contains ``moment``."""
        raise NotImplementedError
