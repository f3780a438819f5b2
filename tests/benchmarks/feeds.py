"""Calendars over HTTP, in process: built, fetched when at hand, and answered as unchanged without being built."""

from collections.abc import Iterator
from functools import partial

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from api.rendered import forget
from rotations.models import Person
from tests.benchmarks.company import people, schedules
from tests.benchmarks.rows import Row, timed_row
from tests.factories.rotations import calendar_link

# What the calendar library alone takes for an event, in milliseconds.
LIBRARY = 0.16


def rows() -> Iterator[Row]:
    """Yield a calendar of 90 events and one of 2,000: rebuilt with the plan remembered, at hand, and unchanged."""
    # Within: a decorator of a generator is over before its first row.
    with override_settings(FEED_FETCHES_A_MINUTE=10**9):
        crew = people(8, name="fed")
        # 210 days in turns of 56 hours are 90 events; 167 days in turns of two hours are 2,004.
        yield from _rows(90, _address(crew, every=56), budget=20)
        yield from _rows(2000, _address(crew, every=2, past_days=0, future_days=167), budget=2004 * LIBRARY)


def _address(crew: list[Person], *, every: int, **options: int) -> str:
    (schedule,) = schedules(1, of=crew, unit="hour", every=every, name=f"fed{every}-")
    _, token = calendar_link(crew[0], schedule=schedule, **options)
    return f"/feeds/{token}/bench.ics"


def _rows(count: int, address: str, *, budget: float) -> Iterator[Row]:
    what = f"feed of {count:,} events"
    fetch = partial(Client().get, address)
    built = fetch()
    unchanged = partial(Client(headers={"If-None-Match": built.headers["ETag"]}).get, address)

    def rebuild() -> object:
        forget()
        return fetch()

    events, size = built.content.count(b"BEGIN:VEVENT"), len(built.content)
    row = timed_row(f"{what}, rebuilt", rebuild, unit="ms", budget=budget)
    yield Row(
        row.what,
        row.measured,
        row.unit,
        row.budget,
        note=f"{row.note}; {events} events, {size // 1024} KiB, {row.measured / events * 1000:.0f} µs each",
    )
    yield timed_row(f"{what}, at hand", fetch, unit="µs")
    with CaptureQueriesContext(connection) as captured:
        status = unchanged().status_code
    if status != 304:
        raise RuntimeError(f"answered {status}")
    yield Row(f"{what}, unchanged (304), statements", len(captured), "SQL", 1)
    yield timed_row(f"{what}, unchanged (304)", unchanged, unit="µs")
