"""What is a row of the table? A piece of work, the budget it has, and what was measured."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import Literal

Time = Literal["µs", "ms", "s"]
Unit = Time | Literal["SQL", "KiB", "times", "/s"]

_SECONDS: dict[Time, float] = {"µs": 1e-6, "ms": 1e-3, "s": 1.0}


@dataclass(frozen=True)
class Row:
    """``measured`` against ``budget``, both in ``unit``; a row without a budget is there to be compared."""

    what: str
    measured: float
    unit: Unit
    budget: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return None if self.budget is None else self.measured / self.budget

    @property
    def verdict(self) -> str:
        if self.ratio is None:
            return ""
        return "within" if self.ratio <= 1 else "missed"


Group = Callable[[], Iterable[Row]]
"""One file of rows: measures when it is called, and yields its rows as they are ready."""


def timed(work: Callable[[], object], *, unit: Time, rounds: int = 40, lasting: float = 0.01) -> tuple[float, float]:
    """Return the best and the median time of one call, in ``unit``, over several rounds.

    A round repeats the call for about ``lasting`` seconds of processor time: what other processes take of a shared
    machine does not count. The best round is compared with the budget, and the median is noted beside it. Short rounds,
    because what the others leave of the caches is not even.
    """
    work()
    once = _seconds(work, 1)
    calls = max(1, round(lasting / max(once, 1e-7)))
    # A slow call is measured fewer times, so that no row takes longer than a few seconds.
    rounds = max(3, min(rounds, round(2 / max(once, 1e-7))))
    seconds = [_seconds(work, calls) / calls for _ in range(rounds)]
    return min(seconds) / _SECONDS[unit], median(seconds) / _SECONDS[unit]


def timed_row(what: str, work: Callable[[], object], *, unit: Time, budget: float | None = None, note: str = "") -> Row:
    """Measure a call and make a row of it."""
    best, middle = timed(work, unit=unit)
    return Row(what, best, unit, budget, note="; ".join(filter(None, (f"median {middle:.4g}", note))))


def beside(what: str, ours: Callable[[], object], theirs: Callable[[], object], *, unit: Time, peer: str) -> Row:
    """Measure the same work done in two ways, one after the other, and make a row of ours."""
    mine, _ = timed(ours, unit=unit)
    other, _ = timed(theirs, unit=unit)
    return Row(what, mine, unit, note=f"{peer} {other:.4g} {unit}, {other / mine:.3g} times as long")


def _seconds(work: Callable[[], object], calls: int) -> float:
    begun = process_time()
    for _ in range(calls):
        work()
    return process_time() - begun
