"""The worker is killed while offers expire: every one that is due is passed on once, whenever that was."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from oncall.incidents.models import Assignment, EndReason, State, TimelineEntry
from tests.factories.incidents import incident, named, rule, service
from tests.factories.rotations import person

ROOT = Path(__file__).parents[3]
DUE = 120
# What the worker's process does with the message, without the seconds that starting a worker takes.
WORK = """
import django
django.setup()
from oncall.incidents.tasks import expire_offers
print("at work", flush=True)
while expire_offers():
    pass
"""


def database_url() -> str:
    """Return where another process finds the database of this test."""
    where = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{where['NAME']}"
    user = quote(where["USER"]) + (f":{quote(where['PASSWORD'])}" if where["PASSWORD"] else "")
    port = f":{where['PORT']}" if where["PORT"] else ""
    return f"postgres://{user}@{quote(where['HOST'], safe='')}{port}/{where['NAME']}"


@pytest.fixture
def start_worker():
    """Start a process that expires what is due; whoever still runs at the end of the test is killed."""
    started: list[subprocess.Popen[str]] = []
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "oncall.settings",
        "ONCALL_DATA_DIR": str(settings.ENVIRONMENT.data_dir),
        "DATABASE_URL": database_url(),
    }

    def start() -> subprocess.Popen[str]:
        worker = subprocess.Popen(
            [sys.executable, "-c", WORK], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        started.append(worker)
        assert worker.stdout is not None
        assert worker.stdout.readline() == "at work\n"
        return worker

    yield start
    for worker in started:
        if worker.poll() is None:
            worker.kill()
        worker.communicate()


def expired() -> int:
    return Assignment.objects.filter(end_reason=EndReason.EXPIRED).count()


@pytest.mark.django_db(transaction=True)
def test_every_due_offer_is_passed_on_once_though_the_worker_is_killed_at_work(start_worker):
    ada, bo = person("Ada"), person("Bo")
    checkout = service(rule("lead", named(ada), named(bo)))
    incidents = [incident(f"Checkout {number}", service=checkout) for number in range(DUE)]
    killed_at = []

    for share in (10, 30):
        worker = start_worker()
        while expired() < share and worker.poll() is None:
            time.sleep(0.005)
        worker.send_signal(signal.SIGKILL)
        assert worker.wait(10) == -signal.SIGKILL
        killed_at.append(expired())
    finished = start_worker()
    assert finished.wait(120) == 0

    assert killed_at == sorted(killed_at)
    assert 0 < killed_at[0] < killed_at[1] < DUE
    for one in incidents:
        seats = [(each.person.name, each.state, each.end_reason) for each in one.assignments.order_by("id")]
        assert seats == [("Ada", State.ENDED, EndReason.EXPIRED), ("Bo", State.OFFERED, "")]
    told = Counter(TimelineEntry.objects.filter(kind="offer_expired").values_list("incident", flat=True))
    assert told == dict.fromkeys((one.pk for one in incidents), 1)
    in_order = Assignment.objects.filter(person=bo).order_by("id").values_list("incident__declared_at", flat=True)
    assert list(in_order) == sorted(in_order)
