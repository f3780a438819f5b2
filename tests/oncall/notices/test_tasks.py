"""The periodic work runs by its name: what was done is told and sent at once, what is near is said, in this order."""

from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone

from oncall.notices.models import Message
from tests.factories.incidents import incident, named, rule, service
from tests.factories.rotations import person, schedule, weekly_rotation

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    """As a worker does when it starts, then when a message arrives."""
    current_app.loader.import_default_modules()
    return lambda name: current_app.tasks[name]()


def test_what_was_done_is_told_and_sent(run, mailoutbox):
    incident(service=service(rule("lead", named(person("Ada")))), now=timezone.now())

    announced = run("notices.announce")

    assert announced >= 2
    assert [letter.subject.partition(":")[0] for letter in mailoutbox] == ["You are asked to be Lead"]
    assert run("notices.announce") == 0


def test_what_is_near_is_said_and_what_waits_is_sent(run, mailoutbox):
    weekly_rotation(schedule(), [person("Ada"), person("Bo")])
    now = timezone.now()
    incident(service=service(rule("lead", named(person("Cy")))), now=now - timedelta(minutes=4, seconds=5))
    run("notices.announce")

    assert run("notices.watch") >= 1
    assert run("notices.send") == 1
    assert [letter.subject.partition(" ")[0] for letter in mailoutbox] == ["You", "Answer"]
    assert not Message.objects.filter(state="waiting").exists()
