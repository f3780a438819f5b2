"""Exact turns, agreed on before the engine was written.

A row is the turn that contains the instant ``at``, of a cadence whose turn 0 begins at the reading ``anchor``.
"""

import csv
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rotations.engine.cadence import Cadence, Turn

AGREED = Path(__file__).parent / "cadence.csv"


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def agreed(row: dict[str, Any]) -> Turn:
    return Turn(int(row["number"]), instant(row["start"]), instant(row["end"]))


def found(row: dict[str, Any]) -> Turn:
    handoffs = Cadence(instant(row["anchor"]), ZoneInfo(row["zone"]), row["unit"], int(row["every"]))
    return handoffs.turn_at(instant(row["at"]))


def test_every_agreed_turn_holds():
    rows = [*csv.DictReader(AGREED.read_text().splitlines())]

    assert len(rows) == 1400
    assert [found(row) for row in rows] == [agreed(row) for row in rows]
