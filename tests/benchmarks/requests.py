"""Who is on call, over HTTP, in process: the whole of Django's way from request to response, without a socket."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from api import at_hand
from rotations.models import Schedule
from rotations.queries import forget
from tests.benchmarks.company import past_overrides, people, schedules
from tests.benchmarks.rows import Row, timed_row
from tests.factories.access import bearer

ADDRESS = "/api/v1/on-call/"


def rows() -> Iterator[Row]:
    """Yield the board of 1, 50 and 1,000 schedules, and one schedule with a long past."""
    everyone, headers = people(100, name="asked"), bearer("read")
    ask = _asking(headers)
    made: list[Schedule] = []
    for count, budget in ((1, None), (50, 10), (1000, None)):
        made += schedules(count - len(made), of=everyone[:8], name=f"asked{count}-")
        yield from _asked(f"on call over HTTP, schedules: {count}", ask, budget=budget)
    (of_100,) = schedules(1, of=everyone, name="large")
    for schedule, what in ((made[0], "8 members"), (of_100, "100 members")):
        yield from _read_anew(f"on call in one schedule, {what}", _asking(headers, schedule.slug))
    ask = _asking(headers, made[0].slug)
    yesterday = timezone.now() - timedelta(days=1)
    for count, more in ((300, 300), (3000, 2700)):
        past_overrides(made[0], more, by=everyone, before=yesterday)
        yield from _read_anew(f"on call in one schedule, {count} past overrides", ask)
    forget()


def _asked(what: str, ask: Callable[[], object], *, budget: float | None) -> Iterator[Row]:
    """Yield the answer as the view makes it, from remembered plans, and as it is asked for again and again."""

    def made() -> None:
        at_hand.forget()
        ask()

    made()
    yield timed_row(what, made, unit="ms", budget=budget)
    yield Row(f"{what}, statements", _statements(made), "SQL", 4)
    for _ in range(at_hand.KEPT_AT):
        ask()
    yield timed_row(f"{what}, bytes at hand", ask, unit="ms", note=f"{_statements(ask)} statement")


def _read_anew(what: str, ask: Callable[[], object]) -> Iterator[Row]:
    """Yield the answer from a remembered plan, and that from rows that nobody remembers."""

    def remembered() -> None:
        at_hand.forget()
        ask()

    def anew() -> None:
        forget()
        remembered()

    anew()
    yield timed_row(f"{what}, remembered", remembered, unit="ms")

    yield timed_row(f"{what}, read anew", anew, unit="ms", note=f"{_statements(anew)} statements")


def _asking(headers: dict[str, str], slug: str = "") -> Callable[[], object]:
    client = Client(headers=headers)
    parameters = {"schedule": slug} if slug else {}

    def ask() -> None:
        response = client.get(ADDRESS, query_params=parameters)
        if response.status_code != 200:
            raise RuntimeError(response.content.decode())

    return ask


def _statements(ask: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        ask()
    return len(captured)
