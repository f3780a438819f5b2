"""The worker is killed while it works: whatever is due is done once, in order of due time, whenever that was.

A real worker, as ``serve`` starts it, and messages in files, each of which says no more than "look now".
"""

import os
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from oncall.incidents import tasks
from oncall.incidents.models import Assignment, EndReason, Handoff, HandoffState, State, TimelineEntry
from oncall.incidents.services import handoffs, roles
from rotations.actors import Actor
from tests.factories.incidents import NIGHT, incident, named, role, rule, service
from tests.factories.rotations import person
from tests.processes import StartProgram, eventually, kill_group
from tests.servers import living_in_group

pytestmark = pytest.mark.long

OFFERS, HANDOFFS = 120, 60


@dataclass(frozen=True)
class Sweep:
    """Work that comes due: the task that does it, how much there is, and how much was done."""

    task: Any
    due: int
    done: Callable[[], int]

    @property
    def has_begun(self) -> bool:
        return self.done() > self.due // 10

    @property
    def is_over(self) -> bool:
        return self.done() == self.due


EXPIRING_OFFERS = Sweep(
    tasks.expire_offers, OFFERS, lambda: Assignment.objects.filter(end_reason=EndReason.EXPIRED).count()
)
EXPIRING_HANDOFFS = Sweep(
    tasks.expire_handoffs, HANDOFFS, lambda: Handoff.objects.filter(state=HandoffState.EXPIRED).count()
)


@pytest.mark.django_db(transaction=True)
def test_whatever_is_due_is_done_once_and_in_order_though_the_worker_is_killed_at_work(start_program: StartProgram):
    ada, bo = person("Ada"), person("Bo")
    offers_that_wait(service(rule("lead", named(ada), named(bo)), slug="offered"))
    handoffs_that_wait(service(rule("lead", named(ada)), slug="handed-off"))

    worker = start_program("worker")
    killed_at = []
    # First the processes that work are killed, which the worker replaces; then, at other work, all of them.
    for sweep, kill in ((EXPIRING_OFFERS, kill_those_who_work), (EXPIRING_HANDOFFS, kill_group)):
        sweep.task.delay()
        eventually(lambda sweep=sweep: sweep.has_begun, every=0.002)  # type: ignore[misc]
        kill(worker)
        killed_at.append(sweep.done())
    start_program("worker")
    for sweep in (EXPIRING_OFFERS, EXPIRING_HANDOFFS, EXPIRING_OFFERS):
        sweep.task.delay()
    eventually(lambda: EXPIRING_OFFERS.is_over and EXPIRING_HANDOFFS.is_over)

    assert 0 < killed_at[0] < OFFERS
    assert 0 < killed_at[1] < HANDOFFS
    held = Assignment.objects.values_list("incident__service__slug", "person__name", "state", "end_reason")
    assert Counter(held) == {
        ("offered", "Ada", State.ENDED, EndReason.EXPIRED): OFFERS,
        ("offered", "Bo", State.OFFERED, ""): OFFERS,
        ("handed-off", "Ada", State.ACCEPTED, ""): HANDOFFS,
    }
    for kind, count in (("offer_expired", OFFERS), ("handoff_expired", HANDOFFS)):
        told = [*TimelineEntry.objects.filter(kind=kind).order_by("id").values_list("incident__declared_at", flat=True)]
        assert (len(told), told) == (count, sorted(set(told))), kind


def offers_that_wait(on: Any) -> None:
    # Written in another order than that in which they come due.
    for number in range(OFFERS):
        incident(service=on, now=NIGHT + timedelta(seconds=number * 7 % OFFERS))


def handoffs_that_wait(on: Any) -> None:
    ada, cy = on.response_plan.rules.get().sources.get().person, person("Cy")
    for number in range(HANDOFFS):
        now = NIGHT + timedelta(seconds=number * 7 % HANDOFFS)
        one = incident(service=on, by=ada, now=now)
        roles.accept(one, role=role(), person=ada, by=Actor.of_person(ada), now=now)
        handoffs.offer_handoff(one, role=role(), person=ada, to=cy, by=Actor.of_person(ada), now=now)


def kill_those_who_work(worker: Any) -> None:
    for pid in set(living_in_group(worker.pid)) - {worker.pid}:
        os.kill(pid, signal.SIGKILL)
