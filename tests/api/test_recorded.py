"""What happened, over HTTP: read from duty, and marked as such."""

from datetime import timedelta

import pytest

from rotations.actors import Actor
from rotations.services.duty import settle_due_schedules
from rotations.services.people import deactivate_person, reactivate_person
from tests.api.callers import service_calling
from tests.api.test_shifts import shift, without_uids
from tests.factories.incidents import NIGHT

PATH = "schedules/payments-primary/"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SYSTEM = Actor.system()


@pytest.fixture
def relay(company):
    return service_calling("read")


def test_shifts_say_what_is_recorded_and_until_when(company, relay):
    settle_due_schedules(now=NIGHT - 5 * DAY)
    settle_due_schedules(now=NIGHT)
    window = {"from": "2026-11-15T12:00:00Z", "until": "2026-11-24T00:00:00Z"}

    heard = relay.get(PATH + "shifts/", **window)

    assert without_uids(heard.body) == {
        "schedule": "payments-primary",
        **window,
        "recorded_until": "2026-11-20T03:00:00Z",
        "shifts": [
            shift(company, company.bo, window["from"], "2026-11-16T09:00:00Z", 149) | {"recorded": True},
            shift(company, company.ada, "2026-11-16T09:00:00Z", "2026-11-23T09:00:00Z", 150),
            shift(company, company.bo, "2026-11-23T09:00:00Z", window["until"], 151),
        ],
        "gaps": [],
        "silence": [],
    }


def test_who_was_on_call_is_who_it_was(company, relay):
    settle_due_schedules(now=NIGHT - 2 * HOUR)
    before = relay.get(PATH + "on-call/", at="2026-11-20T01:30:00Z").body
    deactivate_person(company.ada, by=SYSTEM, now=NIGHT - HOUR)
    reactivate_person(company.ada, by=SYSTEM, now=NIGHT)

    then, meanwhile, now = (
        relay.get(PATH + "on-call/", at=at).body
        for at in ("2026-11-20T01:30:00Z", "2026-11-20T02:30:00Z", "2026-11-20T03:00:00Z")
    )

    [on_then], [on_before] = then["people"], before["people"]
    assert on_then == on_before | {"until": "2026-11-20T02:00:00Z"}
    assert (meanwhile["people"], meanwhile["next"]["at"]) == ([], "2026-11-20T03:00:00Z")
    assert [(one["person"]["name"], one["since"]) for one in now["people"]] == [("Ada Okafor", "2026-11-20T03:00:00Z")]
    assert relay.get(PATH + "gaps/", **{"from": "2026-11-20T00:00:00Z", "until": "2026-11-20T06:00:00Z"}).body[
        "gaps"
    ] == [{"start": "2026-11-20T02:00:00Z", "end": "2026-11-20T03:00:00Z"}]
