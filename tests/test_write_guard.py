"""The write guard lets services write, and nobody else."""

import threading
from datetime import UTC, datetime

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction

from oncall.models import Heartbeat
from oncall.services import heartbeat
from tests.write_guard import WriteOutsideServices, arranging, guard

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 20, 13, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_a_service_may_write():
    heartbeat.record(now=NOON)

    assert Heartbeat.objects.get().at == NOON


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda: Heartbeat.objects.create(at=NOON), id="insert"),
        pytest.param(lambda: Heartbeat.objects.bulk_create([Heartbeat(at=NOON)]), id="bulk insert"),
        pytest.param(lambda: Heartbeat.objects.update(at=LATER), id="update"),
        pytest.param(lambda: Heartbeat.objects.all().delete(), id="delete"),
        pytest.param(lambda: Heartbeat.objects.get().save(), id="save"),
    ],
)
def test_anybody_else_may_not(write):
    heartbeat.record(now=NOON)

    with (
        pytest.raises(WriteOutsideServices, match="oncall_heartbeat was written outside the services"),
        transaction.atomic(),
    ):
        write()

    assert list(Heartbeat.objects.values_list("at", flat=True)) == [NOON]


def test_a_raw_statement_is_seen_too():
    with connection.cursor() as cursor, pytest.raises(WriteOutsideServices):
        cursor.execute("  delete from oncall_heartbeat")


@pytest.mark.django_db(transaction=True)
def test_a_connection_opened_in_another_thread_is_guarded():
    refusals: list[WriteOutsideServices] = []

    def write() -> None:
        try:
            Heartbeat.objects.create(at=NOON)
        except WriteOutsideServices as refusal:
            refusals.append(refusal)
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()

    assert len(refusals) == 1


def test_a_test_may_arrange_rows_when_it_says_so():
    with arranging():
        Heartbeat.objects.create(at=NOON)

    assert Heartbeat.objects.get().at == NOON


def test_djangos_own_tables_are_its_own():
    Session.objects.create(session_key="k", session_data="", expire_date=NOON)

    assert Session.objects.count() == 1


def test_without_the_guard_the_same_write_goes_unnoticed():
    connection.execute_wrappers.remove(guard)
    try:
        Heartbeat.objects.create(at=NOON)
    finally:
        connection.execute_wrappers.append(guard)

    assert Heartbeat.objects.get().at == NOON
