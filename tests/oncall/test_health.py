"""A load balancer is told the truth about the database, and no more than it can use."""

from datetime import timedelta

import pytest
from celery import current_app
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from oncall import tasks
from oncall.models import Heartbeat
from oncall.services import heartbeat


def test_a_process_that_runs_is_alive_without_its_database():
    response = Client().get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "alive"})


@pytest.mark.django_db
def test_ready_before_any_worker_was_seen():
    response = Client().get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "status": "ready",
        "database": "ok",
        "broker": "ok",
        "worker": {"age_seconds": None},
    }


@pytest.mark.django_db
def test_ready_tells_how_long_ago_a_worker_was_seen():
    heartbeat.record(now=timezone.now() - timedelta(seconds=90))

    age = Client().get("/readyz").json()["worker"]["age_seconds"]

    assert 90 <= age < 95


@pytest.mark.django_db
def test_the_heartbeat_task_moves_the_one_row():
    heartbeat.record(now=timezone.now() - timedelta(hours=1))

    tasks.record_heartbeat()

    assert timezone.now() - Heartbeat.objects.get().at < timedelta(seconds=5)


@pytest.mark.django_db
def test_a_broker_that_is_away_is_reported_and_turns_nobody_away(monkeypatch: pytest.MonkeyPatch):
    # Port 1 refuses at once.
    monkeypatch.setattr(current_app.conf, "broker_write_url", "amqp://127.0.0.1:1")

    response = Client().get("/readyz")

    assert (response.status_code, response.json()["broker"]) == (200, "away")


@pytest.mark.django_db
def test_not_ready_while_the_database_is_away():
    def away(*_statement: object) -> None:
        raise OperationalError("the connection is lost")

    with connection.execute_wrapper(away):
        response = Client().get("/readyz")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert response.json() == {"status": "unavailable", "database": "away"}
