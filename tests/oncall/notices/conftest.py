"""The cast of what people are told."""

import pytest

from rotations.models import Person, Team
from tests.factories.rotations import person, team


@pytest.fixture
def ada() -> Person:
    return person("Ada")


@pytest.fixture
def bo() -> Person:
    return person("Bo", zone="Europe/Berlin")


@pytest.fixture
def cy() -> Person:
    return person("Cy")


@pytest.fixture
def mia() -> Person:
    """A manager of the team."""
    return person("Mia")


@pytest.fixture
def payments(ada: Person, bo: Person, mia: Person) -> Team:
    return team("payments", managers=[mia], members=[ada, bo])
