"""A monitoring system is told how things stand, in numbers alone."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from oncall.services import heartbeat
from rotations.services.warnings import review_due_schedules
from tests.factories.incidents import incident, named, rule, service
from tests.factories.rotations import person, schedule, weekly_rotation

Sample = tuple[str, tuple[str, ...]]


def scraped() -> dict[Sample, float]:
    response = Client().get("/metrics")
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
    }


@pytest.mark.django_db
def test_an_empty_installation_has_every_gauge_at_nought():
    gauges = scraped()

    assert set(gauges.values()) == {0}
    assert {name for name, _ in gauges} == {
        "oncall_incidents_open",
        "oncall_roles_held",
        "oncall_roles_vacant",
        "oncall_offers_overdue",
        "oncall_schedules",
        "oncall_warnings_open",
    }


@pytest.mark.django_db
def test_what_is_open_is_counted_and_drills_are_not():
    now = timezone.now()
    broken = service(rule("lead", named(person("Ada"))), rule("scribe"))
    incident(service=broken, severity=2, now=now - timedelta(hours=1))
    incident(service=broken, severity=2, is_drill=True, now=now)

    gauges = scraped()

    assert {sample: value for sample, value in gauges.items() if value} == {
        ("oncall_incidents_open", ("2",)): 1,
        ("oncall_roles_held", ("offered",)): 1,
        ("oncall_roles_vacant", ()): 1,
        ("oncall_offers_overdue", ()): 1,
    }


@pytest.mark.django_db
def test_schedules_are_counted_by_whether_somebody_is_on_call():
    weekly_rotation(schedule("covered"), [person("Ada")])
    schedule("empty")
    review_due_schedules(now=timezone.now())
    heartbeat.record(now=timezone.now() - timedelta(seconds=90))

    gauges = scraped()

    assert 90 <= gauges.pop(("oncall_worker_age_seconds", ())) < 95
    assert {sample: value for sample, value in gauges.items() if value} == {
        ("oncall_schedules", ("covered",)): 1,
        ("oncall_schedules", ("gap",)): 1,
        ("oncall_warnings_open", ("gap",)): 1,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_schedules_costs_the_same(
    count: int, django_assert_num_queries, django_capture_on_commit_callbacks
):
    for number in range(count):
        weekly_rotation(schedule(f"schedule-{number}"), [person(f"Person{number}")])
        incident(f"Trouble {number}")
    with django_capture_on_commit_callbacks(execute=True):
        Client().get("/metrics")  # every plan is read once and remembered

    with django_assert_num_queries(9):
        Client().get("/metrics")


@pytest.mark.django_db
def test_no_answer_while_the_database_is_away():
    def away(*_statement: object) -> None:
        raise OperationalError("the connection is lost")

    with connection.execute_wrapper(away):
        response = Client().get("/metrics")

    assert (response.status_code, response.headers["Retry-After"], response.content) == (503, "5", b"")
