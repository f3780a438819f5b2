"""The engine's rows: a year of shifts, and who is on call now."""

from collections.abc import Iterator
from functools import partial

from rotations.engine.lookahead import Timeline, standing_at
from rotations.engine.plan import on_call_at
from rotations.engine.sweep import shifts
from tests.benchmarks.plans import NOW, YEAR, hourly, some_overrides, weekly, weekly_and_office_hours
from tests.benchmarks.rows import Row, timed_row


def rows() -> Iterator[Row]:
    """Yield the rows of DESIGN 5 that concern the engine alone."""
    week = partial(shifts, weekly(overrides=some_overrides(12)), YEAR)
    hour = partial(shifts, hourly(overrides=some_overrides(35)), YEAR)
    both = weekly_and_office_hours(overrides=some_overrides(20))
    timeline = Timeline(both, YEAR)
    yield timed_row("one year, weekly of 8 + 12 overrides", week, unit="µs", budget=100)
    yield timed_row("one year, hourly + 35 overrides", hour, unit="ms", budget=9)
    yield timed_row("on call now, from a compiled timeline", lambda: timeline.at(NOW), unit="µs", budget=1)
    yield timed_row("on call now, cold, weekly of 8", partial(on_call_at, weekly(), NOW), unit="µs", budget=20)
    yield timed_row(
        "one year, weekly 8 + office hours 6 + 20 overrides", lambda: shifts(both, YEAR), unit="ms", budget=1.5
    )
    yield timed_row("on call now, since, until and next, cold", lambda: standing_at(both, NOW), unit="µs")
