"""What does it cost to pass on what is due, beside all that is not due yet?

By the clock on the wall, since the database may be another process; each sweep is undone, so that the next finds the
same.
"""

from collections.abc import Iterator
from datetime import timedelta
from time import perf_counter

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from oncall.incidents.services.roles import expire_due_offers
from tests.benchmarks.rows import Row
from tests.factories.incidents import NIGHT, incident, named, rule, service
from tests.factories.offers import waiting_offers
from tests.factories.rotations import person

DUE, FEW, MANY, ROUNDS = 100, 1_000, 100_000, 7
NOON = NIGHT + timedelta(minutes=5)


def rows() -> Iterator[Row]:
    """Yield the sweep of 100 due offers among a thousand and among a hundred thousand."""
    checkout = service(rule("lead", named(person("Ada Sweep")), named(person("Bo Sweep"))), slug="swept")
    for number in range(DUE):
        incident(f"Due {number}", service=checkout)
    waiting_offers(FEW - DUE, of=checkout, accept_by=NIGHT + timedelta(hours=9))
    among_few = _swept()
    waiting_offers(MANY - FEW, of=checkout, accept_by=NIGHT + timedelta(hours=9))
    among_many = _swept()
    for open_ones, (seconds, statements) in ((FEW, among_few), (MANY, among_many)):
        note = f"{statements} statements"
        yield Row(f"expire offers, {DUE} due of {open_ones:,} open", seconds * 1000, "ms", note=note)
    yield Row(f"{DUE} due of {MANY:,} against of {FEW:,} open", among_many[0] / among_few[0], "times", 1.2)


def _swept() -> tuple[float, int]:
    """Return the seconds of the best of several sweeps, and their statements."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    best, statements = float("inf"), 0
    for _ in range(ROUNDS):
        with transaction.atomic():
            begun = perf_counter()
            passed_on = expire_due_offers(now=NOON)
            best = min(best, perf_counter() - begun)
            transaction.set_rollback(True)
        if passed_on != DUE:
            raise RuntimeError(f"{passed_on} were due")
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        expire_due_offers(now=NOON)
        statements = len(captured)
        transaction.set_rollback(True)
    return best, statements
