"""Exact turns, agreed on beforehand: a sample that is always here, and all of them where they are at hand."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rotations.engine.cadence import Cadence, Turn

HERE = Path(__file__).parent
ALL = HERE.parents[3] / "shared" / "vectors" / "cadence.json"


def turns(path: Path) -> list[tuple[Turn, Turn]]:
    """Return, for each row, the turn that was found and the one agreed on."""
    rows = json.loads(path.read_text())["rows"]
    return [(found(row), Turn(row["n"], instant(row["start"]), instant(row["end"]))) for row in rows]


def found(row):
    handoffs = Cadence(instant(row["anchor"]), ZoneInfo(row["tz"]), row["unit"], row["every"])
    return handoffs.turn_at(instant(row["at"]))


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_sample_of_agreed_turns_holds():
    rows = turns(HERE / "cadence_sample.json")

    assert len(rows) == 126
    assert [found for found, _ in rows] == [agreed for _, agreed in rows]


@pytest.mark.skipif(not ALL.exists(), reason=f"only the sample was tried: all agreed turns would be in {ALL.name}")
def test_every_agreed_turn_holds():
    rows = turns(ALL)

    assert len(rows) == 1400
    assert [found for found, _ in rows] == [agreed for _, agreed in rows]
