"""Two workers at once, on a real PostgreSQL with real threads: each calendar is fetched by one of them."""

from datetime import UTC, datetime
from functools import partial
from ipaddress import ip_network

import pytest

from rotations.models import AbsenceFeed
from rotations.services.reading import read_due_feeds
from tests.crowd import AtOnce
from tests.factories.rotations import absence_feed, person
from tests.strangers import ALLOWED, answering, http, stranger

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


def test_two_workers_fetch_each_calendar_once(settings, at_once: AtOnce):
    settings.ALLOWED_OUTGOING_NETWORKS = (ip_network(ALLOWED),)
    with stranger(answering(http(b"", status="503 Busy"))) as server:
        for number in range(6):
            absence_feed(person(f"Ada{number}"), f"{server.url}/{number}")
        read = at_once([partial(read_due_feeds, now=NOW)] * 2)

    fetched = sorted(request.split()[1] for request in server.requests)
    assert (sum(read), fetched) == (6, [f"/{number}" for number in range(6)])
    assert [*AbsenceFeed.objects.values_list("failures", flat=True)] == [1] * 6
