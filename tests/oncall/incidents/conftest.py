"""The cast of an incident."""

import pytest

from oncall.incidents.models import Incident
from oncall.incidents.services import participants
from rotations.actors import Actor
from rotations.models import Person
from tests.factories.incidents import NIGHT, incident, named, rule, service
from tests.factories.rotations import person


@pytest.fixture
def ada() -> Person:
    return person("Ada")


@pytest.fixture
def bo() -> Person:
    return person("Bo")


@pytest.fixture
def cy() -> Person:
    return person("Cy")


@pytest.fixture
def one(ada: Person, bo: Person, cy: Person) -> Incident:
    """An incident whose lead is offered to Ada, then to Bo; Cy joined and is not asked."""
    declared = incident(service=service(rule("lead", named(ada), named(bo))))
    participants.join(declared, person=cy, by=Actor.of_person(cy), now=NIGHT)
    return declared
