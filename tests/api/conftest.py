"""The night in which the API is called, and the people of one small company who call it."""

from dataclasses import dataclass

import pytest
from django.utils import timezone

from rotations.models import Person, Schedule, Team
from tests.api.callers import Caller, person_calling, service_calling
from tests.factories.incidents import NIGHT
from tests.factories.rotations import administrator, person, schedule, team, weekly_rotation


@pytest.fixture
def night(monkeypatch):
    """Stop the clock on a Friday at 03:00 UTC."""
    monkeypatch.setattr(timezone, "now", lambda: NIGHT)
    return NIGHT


@dataclass(frozen=True)
class Company:
    """Ada and Bo take turns in the schedule of the payments team, which Mia manages; Otto manages another team."""

    ada: Person
    bo: Person
    mia: Person
    otto: Person
    root: Person
    payments: Team
    search: Team
    primary: Schedule
    rotation: int

    def cast(self) -> dict[str, Caller]:
        """Return everybody who may or may not do something, by who they are."""
        return {
            "nobody": Caller(),
            "member": person_calling(self.ada),
            "manager": person_calling(self.mia),
            "manager of another team": person_calling(self.otto),
            "administrator": person_calling(self.root),
            "token read": service_calling("read"),
            "token incidents": service_calling("incidents"),
            "token schedules": service_calling("schedules"),
            "token admin": service_calling("admin"),
        }


@pytest.fixture
def company(db, night):
    return found()


@pytest.fixture
def transactional_company(transactional_db, night):
    """The same company, which other threads can see."""
    return found()


def found() -> Company:
    """Found the company; on the night Ada is on call, and Bo takes over on Monday 2026-11-23 at 09:00 UTC."""
    ada, bo, mia, otto = person("Ada Okafor"), person("Bo Lind"), person("Mia Roth"), person("Otto Wu")
    payments = team("payments", managers=[mia], members=[ada, bo])
    search = team("search", managers=[otto])
    primary = schedule("payments-primary", of=payments)
    # The week of 2026-11-16 is the 150th after that of 2024-01-01.
    rotation = weekly_rotation(primary, [ada, bo])
    return Company(ada, bo, mia, otto, administrator("Root"), payments, search, primary, rotation.pk)
