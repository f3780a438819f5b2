"""The periodic work runs by its name and reads the clock once."""

from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone

from tests.factories.incidents import incident, named, rule, service
from tests.factories.rotations import person
from tests.oncall.incidents.pictures import standing

pytestmark = pytest.mark.django_db


def test_offers_expire_by_themselves():
    checkout = service(rule("lead", named(person("Ada")), named(person("Bo"))))
    now = timezone.now()
    due, waiting = (
        incident(title, service=checkout, now=now - timedelta(minutes=minutes))
        for title, minutes in (("Due", 6), ("Waiting", 4))
    )

    # As a worker does when it starts.
    current_app.loader.import_default_modules()
    expired = current_app.tasks["incidents.expire_offers"]()

    assert (expired, standing(due), standing(waiting)) == (1, {"lead": "Bo offered"}, {"lead": "Ada offered"})
