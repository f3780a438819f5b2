"""A calendar of 90 events over HTTP, in process: built, and answered as unchanged without being built."""

from collections.abc import Iterator
from functools import partial

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from api.rendered import forget
from tests.benchmarks.company import people, schedules
from tests.benchmarks.rows import Row, timed_row
from tests.factories.rotations import calendar_link


def rows() -> Iterator[Row]:
    """Yield the rebuild, with the plan remembered, the fetch of what is at hand, and the 304."""
    # Within: a decorator of a generator is over before its first row.
    with override_settings(FEED_FETCHES_A_MINUTE=10**9):
        yield from _rows()


def _rows() -> Iterator[Row]:
    # 210 days in turns of 56 hours are 90 events.
    crew = people(8, name="fed")
    (schedule,) = schedules(1, of=crew, unit="hour", every=56, name="fed")
    _, token = calendar_link(crew[0], schedule=schedule)
    path = f"/feeds/{token}/bench.ics"
    built = Client().get(path)
    unchanged = partial(Client(headers={"If-None-Match": built.headers["ETag"]}).get, path)
    fetch = partial(Client().get, path)

    def rebuild() -> object:
        forget()
        return fetch()

    note = f"{built.content.count(b'BEGIN:VEVENT')} events, {len(built.content) // 1024} KiB"
    yield timed_row("feed of 90 events, rebuilt", rebuild, unit="ms", budget=20, note=note)
    yield timed_row("feed of 90 events, at hand", fetch, unit="ms")
    with CaptureQueriesContext(connection) as captured:
        answer = unchanged()
    note = f"{answer.status_code}, {len(captured)} statements"
    yield timed_row("feed of 90 events, unchanged", unchanged, unit="ms", note=note)
