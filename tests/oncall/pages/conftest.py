"""A clock that stands still at 03:14 UTC, and people who are signed in."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from rotations.models import Person

NOW = datetime(2026, 11, 20, 3, 14, tzinfo=UTC)

SignIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _the_clock_stands_still(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def signed_in() -> SignIn:
    """Return a client that is signed in as a person."""

    def client_of(person: Person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return client_of
