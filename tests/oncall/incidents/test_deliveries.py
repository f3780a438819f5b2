"""A delivery is stored before it is acted on, and acted on once."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from oncall.incidents.intake import Action, Signal
from oncall.incidents.models import Delivery, Incident, Integration, Outcome, SignalKey
from oncall.incidents.services.deliveries import Answer, receive
from tests.factories.access import integration
from tests.factories.incidents import NIGHT

pytestmark = pytest.mark.django_db

TRIGGER = Signal(action=Action.TRIGGER, delivery_key="d-1", dedup_key="k", title="Checkout 5xx")


def test_a_delivery_is_kept_with_what_came_of_it():
    row, _ = integration()

    answer = receive(row, signal=TRIGGER, body='{"title": "Checkout 5xx"}', now=NIGHT)

    incident = Incident.objects.get()
    assert answer == Answer(Outcome.DECLARED, incident.number, answer.delivery)
    assert Delivery.objects.values("id", "integration", "key", "received_at", "body", "outcome", "incident").get() == {
        "id": answer.delivery,
        "integration": row.pk,
        "key": "d-1",
        "received_at": NIGHT,
        "body": '{"title": "Checkout 5xx"}',
        "outcome": "declared",
        "incident": incident.number,
    }


def test_the_same_delivery_again_gives_the_stored_answer_and_does_nothing(django_assert_num_queries):
    row, _ = integration()
    first = receive(row, signal=TRIGGER, body="{}", now=NIGHT)
    row.refresh_from_db()

    # A savepoint, the refused insert, back and out of the savepoint, the row as it is.
    with django_assert_num_queries(5):
        again = receive(row, signal=TRIGGER, body="other", now=NIGHT + timedelta(seconds=30))

    assert again == first
    assert (Delivery.objects.get().body, Incident.objects.count()) == ("{}", 1)


def test_two_integrations_may_use_the_same_delivery_key():
    one, other = integration(slug="one")[0], integration(slug="other")[0]

    answers = [receive(each, signal=TRIGGER, body="{}", now=NIGHT) for each in (one, other)]

    assert [answer.outcome for answer in answers] == ["declared", "declared"]


def test_deliveries_that_are_not_marked_are_never_repetitions():
    row, _ = integration()
    unmarked = Signal(action=Action.TEST)

    answers = {receive(row, signal=unmarked, body="{}", now=NIGHT).delivery for _ in range(2)}

    assert len(answers) == 2


def away_when(statement):
    def wrapper(execute, sql, params, many, context):
        if sql.startswith(statement):
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    return connection.execute_wrapper(wrapper)


@pytest.mark.parametrize(
    "statement",
    ['INSERT INTO "incidents_signalkey"', 'INSERT INTO "incidents_incident"', 'UPDATE "incidents_delivery"'],
)
def test_a_crash_while_acting_keeps_the_delivery_and_lets_the_retry_act(statement):
    row, _ = integration()
    with away_when(statement), pytest.raises(OperationalError):
        receive(row, signal=TRIGGER, body="{}", now=NIGHT)
    kept = Delivery.objects.get()
    assert (kept.outcome, Incident.objects.count(), SignalKey.objects.count()) == ("", 0, 0)

    answer = receive(row, signal=TRIGGER, body="{}", now=NIGHT + timedelta(minutes=5))

    assert answer == Answer(Outcome.DECLARED, Incident.objects.get().number, kept.pk)


def test_what_is_retried_counts_as_received_when_it_was_stored():
    row, _ = integration()
    with away_when('INSERT INTO "incidents_incident"'), pytest.raises(OperationalError):
        receive(row, signal=TRIGGER, body="{}", now=NIGHT)
    resolve = Signal(action=Action.RESOLVE, delivery_key="d-2", dedup_key="k")
    receive(row, signal=resolve, body="{}", now=NIGHT + timedelta(minutes=1))

    answer = receive(row, signal=TRIGGER, body="{}", now=NIGHT + timedelta(minutes=5))

    assert answer.outcome == Outcome.STALE
    assert not Incident.objects.exists()


@pytest.mark.parametrize(("seconds", "noted"), [(59, 0), (60, 60)])
def test_that_an_integration_sends_is_noted_once_a_minute(seconds, noted):
    row, _ = integration()
    receive(row, signal=Signal(action=Action.TEST), body="{}", now=NIGHT)

    later = NIGHT + timedelta(seconds=seconds)
    receive(Integration.objects.get(), signal=Signal(action=Action.TEST), body="{}", now=later)

    assert Integration.objects.get().last_delivery_at == NIGHT + timedelta(seconds=noted)
