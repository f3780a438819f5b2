"""What does it cost to pass on what is due, beside all that is not due yet?

By the clock on the wall, since the database may be another process. Each round has people of its own: how much
somebody holds is counted when they are asked, and must not differ.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from time import perf_counter

from django.db import connection
from django.test.utils import CaptureQueriesContext

from oncall.incidents.services.roles import expire_due_offers
from tests.benchmarks.rows import Row
from tests.factories.incidents import NIGHT, incident, named, rule, service
from tests.factories.offers import waiting_offers
from tests.factories.rotations import person

DUE, FEW, MANY, ROUNDS = 100, 1_000, 100_000, 4
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

_round = count(1)


def rows() -> Iterator[Row]:
    """Yield the sweep of 100 due offers among a thousand and among a hundred thousand."""
    swept = service(slug="swept")
    waiting_offers(FEW - DUE, of=swept, accept_by=NIGHT + 9 * HOUR)
    few, statements_of_few = _swept()
    waiting_offers(MANY - FEW, of=swept, accept_by=NIGHT + 9 * HOUR)
    many, statements_of_many = _swept()
    for among, seconds, statements in ((FEW, few, statements_of_few), (MANY, many, statements_of_many)):
        yield Row(f"expire offers, {DUE} due of {among:,} open", seconds * 1000, "ms", note=f"{statements} statements")
    yield Row(f"{DUE} due of {MANY:,} against of {FEW:,} open", many / few, "times", 1.2)


def _swept() -> tuple[float, int]:
    """Return the seconds of the best of several sweeps, and the statements of one more."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    best = min(_seconds() for _ in range(ROUNDS))
    due = _made_due()
    with CaptureQueriesContext(connection) as captured:
        _sweep(due)
    return best, len(captured)


def _seconds() -> float:
    due = _made_due()
    begun = perf_counter()
    _sweep(due)
    return perf_counter() - begun


def _sweep(due: datetime) -> None:
    passed_on = expire_due_offers(now=due)
    if passed_on != DUE:
        raise RuntimeError(f"{passed_on} were due")


def _made_due() -> datetime:
    """Declare what is due together, and return when."""
    number = next(_round)
    asked, next_one = person(f"Due{number}"), person(f"Then{number}")
    checkout = service(rule("lead", named(asked), named(next_one)), slug=f"swept-{number}")
    at = NIGHT + number * timedelta(seconds=1)
    for each in range(DUE):
        incident(f"Due {each}", service=checkout, now=at)
    return at + 5 * MINUTE
