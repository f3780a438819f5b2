"""Several workers at once, on a real PostgreSQL with real threads: everybody is told once, and in order."""

from functools import partial
from ipaddress import ip_network
from typing import Any

import pytest

from oncall.notices.models import Message, Notice
from oncall.notices.services import sending
from oncall.notices.services.announcing import announce
from oncall.notices.services.deadlines import remind_of_deadlines
from oncall.notices.services.watching import look_at_due_schedules
from rotations.actors import Actor
from rotations.services.overrides import add_override
from tests.crowd import AtOnce
from tests.factories.incidents import NIGHT, incident, named, rule, service
from tests.factories.notices import endpoint
from tests.factories.rotations import person, schedule, weekly_rotation
from tests.oncall.notices.hearing import minutes, noted, nothing_waits
from tests.strangers import ALLOWED, answering, http, stranger

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _one_address_is_allowed(settings):
    settings.ALLOWED_OUTGOING_NETWORKS = (ip_network(ALLOWED),)


def test_four_workers_announce_each_fact_once_and_in_order(at_once: AtOnce):
    ada = person("Ada")
    one = incident(service=service(rule("lead", named(ada))))
    nothing_waits()
    for number in range(40):
        noted(one, "may_release", f"Number {number}", role="lead", seat=1, person=ada.pk)

    announced = at_once([partial(announce, now=NIGHT, limit=5) for _ in range(12)])

    assert sum(announced) == 40
    assert list(Notice.objects.order_by("id").values_list("text", flat=True)) == [f"Number {n}." for n in range(40)]


def test_four_workers_send_each_message_once(mailoutbox, at_once: AtOnce):
    ada = person("Ada")
    one = incident(service=service(rule("lead", named(ada))))
    nothing_waits()
    with stranger(answering(http(b"ok"))) as server:
        endpoint(server.url, types=["incident.resolved", "role.changed"])
        for number in range(25):
            noted(one, "may_release", f"Number {number}", role="lead", seat=1, person=ada.pk)
            noted(one, "declined", role="lead", seat=1, person=ada.pk)
        while announce(now=NIGHT):
            pass
        sent = at_once([partial(sending.send_due, now=NIGHT) for _ in range(6)])
        # Whoever lost the race for a batch leaves the rest to the next call.
        while batch := sending.send_due(now=NIGHT):
            sent.append(batch)
        assert len(server.requests) == 25

    assert sum(sent) == 50
    assert sorted(letter.body.partition(".")[0] for letter in mailoutbox) == sorted(f"Number {n}" for n in range(25))
    assert set(Message.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_four_workers_remind_once_of_a_shift_and_of_a_deadline(at_once: AtOnce):
    ada, bo = person("Ada"), person("Bo")
    weekly_rotation(schedule(), [ada, bo])
    incident(service=service(rule("lead", named(ada))))
    nothing_waits()
    look_at_due_schedules(now=NIGHT)

    at_once([partial(remind_of_deadlines, now=minutes(4))] * 4)
    at_once([partial(look_at_due_schedules, now=minutes(60 * 77.5))] * 4)

    assert sorted(Notice.objects.values_list("person__name", "kind")) == [
        ("Ada", "deadline_near"),
        ("Bo", "shift_soon"),
    ]


def test_an_edit_while_a_schedule_is_looked_at_is_told_once(at_once: AtOnce):
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    for number in range(5):
        primary = weekly_rotation(schedule(f"primary-{number}"), [ada, bo]).schedule
        nothing_waits()
        look_at_due_schedules(now=NIGHT)
        primary.refresh_from_db()
        span: dict[str, Any] = {
            "start": minutes(60 * 30),
            "end": minutes(60 * 31),
            "by": Actor.system(),
            "now": minutes(1),
        }

        at_once(
            [
                partial(add_override, primary, kind="replace", person=cy, replaces=ada, **span),
                partial(look_at_due_schedules, now=minutes(60 * 24)),
                partial(announce, now=minutes(2)),
                partial(look_at_due_schedules, now=minutes(60 * 24)),
            ]
        )
        announce(now=minutes(60 * 24))

        told = Notice.objects.filter(kind="shifts_changed", path=f"/schedules/primary-{number}/")
        assert sorted(told.values_list("person__name", flat=True)) == ["Ada", "Cy"]
