"""Many at one moment: real threads, each with a connection of its own that stays open from one race to the next."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connections

from rotations.errors import Refusal

CROWD = 50
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]


@pytest.fixture(scope="module")
def at_once() -> Iterator[AtOnce]:
    """Start up to fifty calls at one moment, return their answers; a refusal is one, any other error is raised."""
    with ThreadPoolExecutor(CROWD) as pool:
        yield partial(_race, pool)
        _together(pool, [connections.close_all] * CROWD)


def _race(pool: ThreadPoolExecutor, calls: Sequence[Callable[[], Any]]) -> list[Any]:
    # Connected first: otherwise whoever still connects is late.
    _together(pool, [_connect] * len(calls))
    return _together(pool, [partial(_answer_of, call) for call in calls])


def _together(pool: ThreadPoolExecutor, calls: Sequence[Callable[[], Any]]) -> list[Any]:
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        # So each call has a thread of its own.
        start.wait(timeout=30)
        return call()

    return list(pool.map(run, calls))


def _connect() -> None:
    connections["default"].ensure_connection()


def _answer_of(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Refusal as refusal:
        return refusal
