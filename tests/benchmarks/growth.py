"""What do the engine's answers cost as a schedule grows? Past overrides, age and members, one at a time."""

from collections.abc import Iterator
from functools import partial

from rotations.engine.plan import Plan, on_call_at
from rotations.engine.sweep import shifts
from tests.benchmarks.plans import DAY, NOW, YEAR, some_overrides, weekly
from tests.benchmarks.rows import Row, timed_row


def rows() -> Iterator[Row]:
    """Yield who is on call now and a year of shifts, for each size."""
    for what, plan in _sizes():
        yield timed_row(f"on call now, cold, {what}", partial(on_call_at, plan, NOW), unit="µs", budget=20)
        yield timed_row(f"one year, {what}", partial(shifts, plan, YEAR), unit="µs")


def _sizes() -> Iterator[tuple[str, Plan]]:
    for count in (0, 300, 3000):
        # All are over by the first day of the year that is asked for.
        yield f"past overrides: {count}", weekly(overrides=some_overrides(count, before=YEAR.start - DAY))
    for years in (1, 5, 20):
        yield f"years of age: {years}", weekly(age=years * 365 * DAY)
    for members in (8, 100):
        yield f"members: {members}", weekly(range(1, members + 1))
