"""A clock that stands still at 03:14 UTC, people who are signed in, and Ada and Bo, who take weekly turns."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from rotations.models import Person, Rotation
from rotations.queries import forget
from tests.factories.rotations import person, schedule, team, weekly_rotation

NOW = datetime(2026, 11, 20, 3, 14, tzinfo=UTC)
# A request of the board's script.
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}

SignIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _the_clock_stands_still(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture(autouse=True)
def _no_plan_is_remembered():
    yield
    forget()


@pytest.fixture
def signed_in() -> SignIn:
    """Return a client that is signed in as a person."""

    def client_of(person: Person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return client_of


@pytest.fixture
def ada() -> Person:
    return person("Ada Okafor")


@pytest.fixture
def bo() -> Person:
    return person("Bo Lind")


@pytest.fixture
def rotation(ada: Person, bo: Person) -> Rotation:
    """Both are in the team. Ada is on until Monday 2026-11-23 at 09:00, then Bo has turn 151, then Ada 152."""
    return weekly_rotation(schedule("payments-primary", of=team(members=[ada, bo])), [ada, bo])
