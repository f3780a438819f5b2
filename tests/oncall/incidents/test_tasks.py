"""The periodic work runs by its name and reads the clock once."""

from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone

from oncall.incidents.services import roles
from rotations.actors import Actor
from tests.factories.incidents import FIRST_TO_JOIN, incident, named, on_call_in, role, rule, service
from tests.factories.rotations import override, person, schedule, weekly_rotation
from tests.oncall.incidents.pictures import facts, standing

pytestmark = pytest.mark.django_db


def run(task: str) -> int:
    """Do the work of a task, as a worker does that knows it by its name."""
    current_app.loader.import_default_modules()
    done: int = current_app.tasks[task]()
    return done


def test_offers_expire_by_themselves():
    checkout = service(rule("lead", named(person("Ada")), named(person("Bo"))))
    now = timezone.now()
    due, waiting = (
        incident(title, service=checkout, now=now - timedelta(minutes=minutes))
        for title, minutes in (("Due", 6), ("Waiting", 4))
    )

    assert (run("incidents.expire_offers"), standing(due), standing(waiting)) == (
        1,
        {"lead": "Bo offered"},
        {"lead": "Ada offered"},
    )


def test_what_nobody_accepted_is_nagged_about_by_itself():
    one = incident(service=service(rule("lead", FIRST_TO_JOIN)), now=timezone.now() - timedelta(minutes=3))

    assert (run("incidents.nag_seats"), facts(one)[-1]) == (1, "nagged")


def test_shift_changes_reach_open_incidents_and_relief_is_suggested_by_themselves():
    ada, bo = person("Ada"), person("Bo")
    primary, now = schedule("primary"), timezone.now()
    weekly_rotation(primary, [ada])
    one = incident(service=service(rule("lead", on_call_in(primary))), now=now - timedelta(hours=5))
    roles.accept(one, role=role(), person=ada, by=Actor.of_person(ada), now=now - timedelta(hours=5))
    override(primary, now - timedelta(hours=1), timedelta(hours=2), replaces=ada, person=bo, now=now)

    assert (run("incidents.announce_shift_changes"), facts(one)[-1]) == (1, "shift_changed")
    assert (run("incidents.suggest_relief"), facts(one)[-1]) == (1, "relief_suggested")
