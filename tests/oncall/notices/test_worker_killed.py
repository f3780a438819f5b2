"""The worker is killed while it delivers: every message arrives at least once, each always with the same id.

A real worker, as ``serve`` starts it, and a receiver on loopback that remembers what reached it.
"""

import os
import re
import signal
from collections import Counter
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.utils import timezone

from oncall.notices import tasks
from oncall.notices.models import Message, State
from oncall.notices.services.outbox import publish
from oncall.notices.telling import EventType
from oncall.notices.telling.events import Happened
from tests.factories.incidents import NIGHT
from tests.factories.notices import endpoint
from tests.processes import StartProgram, eventually
from tests.servers import living_in_group
from tests.strangers import ALLOWED, Stranger, answering, http, stranger
from tests.write_guard import arranging

pytestmark = pytest.mark.long

EVENTS = 60


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_was_delivering_arrives_all_the_same_and_under_the_same_ids(
    start_program: StartProgram, settings
):
    settings.ALLOWED_OUTGOING_NETWORKS = (ip_network(ALLOWED),)
    with stranger(answering(http(b"ok"))) as receiver:
        messages_that_wait(receiver)
        worker = start_program("worker", ONCALL_ALLOWED_NETWORKS=f"{ALLOWED}/32")
        tasks.send.delay()
        eventually(lambda: len(receiver.requests) > EVENTS // 10, every=0.002)
        kill_those_who_work(worker.pid)
        noted_when_killed = sent()
        the_time_is_over_for_which_messages_were_claimed()
        tasks.send.delay()
        eventually(lambda: sent() == EVENTS)

    arrived = Counter(ids_in(receiver))
    assert noted_when_killed < EVENTS
    assert arrived.keys() == {f"msg_{one.pk.hex}" for one in Message.objects.all()}
    # Twice, where whoever was killed had delivered what they did not live to note.
    assert set(arrived.values()) <= {1, 2}
    assert set(Message.objects.values_list("state", "claim", "due_at")) == {(State.SENT, None, None)}


def messages_that_wait(receiver: Stranger) -> None:
    endpoint(f"{receiver.url}/hook")
    for number in range(EVENTS):
        moment = NIGHT + timedelta(seconds=number)
        publish([Happened(f"timeline:{number}", EventType.INCIDENT_DECLARED, moment, {}, None)], now=moment)


def kill_those_who_work(worker: int) -> None:
    for pid in set(living_in_group(worker)) - {worker}:
        os.kill(pid, signal.SIGKILL)


def the_time_is_over_for_which_messages_were_claimed() -> None:
    with arranging():
        Message.objects.filter(claim__isnull=False).update(due_at=timezone.now())


def sent() -> int:
    return Message.objects.filter(state=State.SENT).count()


def ids_in(receiver: Stranger) -> list[str]:
    return [found for request in receiver.requests for found in re.findall(r"(?m)^webhook-id: (msg_\w+)", request)]
