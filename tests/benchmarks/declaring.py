"""How long does a sender wait that declares incidents of five roles, twenty a second?

Calls start when they are due, whether or not those before were answered, and their time counts from then: what waits
in a queue is counted. In process, from the request's bytes to the answer's, by one web process's threads.
"""

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles

from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from oncall.incidents.models import Assignment, Service
from oncall.incidents.services.declaring import declare
from rotations.actors import Actor
from tests.benchmarks.company import people, schedules
from tests.benchmarks.rows import Row
from tests.factories.access import bearer
from tests.factories.incidents import NIGHT, on_call_in, rule, service

ROLES = ("lead", "driver", "scribe", "liaison", "planner")
RATE, LASTING, THREADS, WARM_UP = 20, 20, 8, 20


def rows() -> Iterator[Row]:
    """Yield the statements of one declaration, and the middle and the 99th percentile of many."""
    checkout = _five_roles()
    what = "declare, 5 roles, PostgreSQL"
    headers = bearer("incidents")
    _declare(Client(headers=headers), "warm")
    with CaptureQueriesContext(connection) as in_all:
        _declare(Client(headers=headers), "counted")
    with CaptureQueriesContext(connection) as captured:
        declare(title="Checkout 5xx", service=checkout, source="b", dedup_key="k", by=Actor.system(), now=NIGHT)
    yield Row(
        f"{what}, statements", len(captured), "SQL", 14, note=f"with BEGIN and COMMIT; the whole call {len(in_all)}"
    )
    worked = time.process_time()
    waits = _waits(headers)
    worked = (time.process_time() - worked) / (WARM_UP + len(waits))
    held = Assignment.objects.filter(incident__source="bench").count()
    if held != len(ROLES) * (2 + WARM_UP + RATE * LASTING):
        raise RuntimeError(f"{held} roles were offered")
    percent = quantiles(waits, n=100)
    note = f"{len(waits)} calls, {THREADS} threads, {worked * 1000:.3g} ms of our processor each"
    yield Row(f"{what}, {RATE} a second, p50", percent[49] * 1000, "ms", note=note)
    note = f"most {max(waits) * 1000:.3g} ms, load {os.getloadavg()[0]:.1f}"
    yield Row(f"{what}, {RATE} a second, p99", percent[98] * 1000, "ms", 50, note=note)


def _five_roles() -> Service:
    rotas = schedules(len(ROLES), of=people(4, name="declared"), name="declared")
    rules = [rule(slug, on_call_in(rota)) for slug, rota in zip(ROLES, rotas, strict=True)]
    return service(*rules, slug="declared")


def _declare(client: Client, key: str) -> None:
    body = {"title": "Checkout 5xx", "service": "declared", "source": "bench", "dedup_key": key}
    answer = client.post("/api/v1/incidents/", body, content_type="application/json")
    if answer.status_code != 201:
        raise RuntimeError(answer.content.decode())


def _waits(headers: dict[str, str]) -> list[float]:
    """Return how long each call took, in seconds, from the moment at which it was due."""
    begun = time.perf_counter() + 0.1

    mine = threading.local()

    def call(number: int) -> float:
        if not hasattr(mine, "client"):
            mine.client = Client(headers=headers)
        due = begun + number / RATE
        time.sleep(max(0.0, due - time.perf_counter()))
        _declare(mine.client, f"number {number}")
        return time.perf_counter() - due

    with ThreadPoolExecutor(THREADS, thread_name_prefix="web") as web:
        taken = list(web.map(call, range(WARM_UP + RATE * LASTING)))
        list(web.map(lambda _: connections.close_all(), range(THREADS)))
    return taken[WARM_UP:]
