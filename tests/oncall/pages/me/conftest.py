"""Ada and Bo of one team, who take weekly turns: Ada is on until Monday 2026-11-23 at 09:00, then Bo."""

import pytest
from django.test import Client

from rotations.models import Person, Rotation
from tests.factories.rotations import person, schedule, team, weekly_rotation
from tests.oncall.pages.conftest import SignIn

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/me/"}
# The turn that runs; the next is Bo's, and the one after it Ada's again.
RUNNING, NEXT, LATER = 150, 151, 152


@pytest.fixture
def ada() -> Person:
    return person("Ada Okafor")


@pytest.fixture
def bo() -> Person:
    return person("Bo Lind")


@pytest.fixture
def rotation(ada: Person, bo: Person) -> Rotation:
    return weekly_rotation(schedule("payments-primary", of=team(members=[ada, bo])), [ada, bo])


@pytest.fixture
def client(signed_in: SignIn, ada: Person) -> Client:
    """Ada's browser."""
    return signed_in(ada)
