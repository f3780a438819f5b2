"""Who is working on an incident, who has seen it, and who else is asked to help?"""

import pytest

from oncall.incidents.models import Participant, TimelineEntry
from tests.api.callers import person_calling, problem, service_calling, taking_part
from tests.factories.incidents import incident, named, rule, service
from tests.factories.rotations import schedule, weekly_rotation

MOMENT = "2026-11-20T03:00:00Z"


@pytest.fixture
def number(company):
    """An incident whose lead is offered to Ada; Mia declared it, and responds."""
    return incident(service=service(rule("lead", named(company.ada))), by=company.mia).number


@pytest.fixture
def mia(company):
    return person_calling(company.mia)


@pytest.fixture
def relay(company):
    return service_calling("incidents")


@pytest.fixture
def database(company):
    """Bo is on call, then Otto."""
    primary = schedule("db-primary")
    weekly_rotation(primary, [company.bo, company.otto])
    return primary


def shown(row):
    return {"id": row.pk, "name": row.name, "email": row.email}


def people(heard):
    return {one["person"]["name"]: one for one in heard.body["participants"]}


def test_one_says_whether_one_is_working_on_it(company, number, mia):
    paused = mia.post(f"incidents/{number}/status/", {"status": "on_break"})
    again = mia.post(f"incidents/{number}/status/", {"status": "on_break"})
    back = mia.post(f"incidents/{number}/status/", {"status": "engaged"})

    assert (paused.status, people(paused)["Mia Roth"]) == (
        200,
        taking_part(company.mia, joined_at=MOMENT, status="on_break"),
    )
    assert again.body == paused.body
    assert people(back)["Mia Roth"]["status"] == "engaged"
    entry = mia.get(f"incidents/{number}/timeline/").body["results"][-1]
    assert (entry["kind"], entry["data"]["before"]) == ("status_changed", "on_break")


@pytest.mark.parametrize(
    ("body", "code", "errors"),
    [
        ({}, "invalid", [("/status", "required")]),
        ({"status": "asleep"}, "invalid", [("/status", "invalid_choice")]),
        ({"status": "away", "since": MOMENT}, "invalid", [("/since", "unknown_field")]),
        ({"status": "away", "person": 10**6}, "unknown_person", [("/person", "unknown_person")]),
    ],
)
def test_a_status_that_makes_no_sense_writes_nothing(number, mia, body, code, errors):
    assert problem(mia.post(f"incidents/{number}/status/", body)) == {"status": 400, "code": code, "errors": errors}
    assert not TimelineEntry.objects.filter(kind="status_changed").exists()


def test_a_status_is_ones_own_and_of_whoever_is_here(company, number, mia, relay):
    others = mia.post(f"incidents/{number}/status/", {"status": "away", "person": company.ada.pk})
    asked = person_calling(company.ada).post(f"incidents/{number}/status/", {"status": "away"})
    nobody = relay.post(f"incidents/{number}/status/", {"status": "away"})
    named_one = relay.post(f"incidents/{number}/status/", {"status": "away", "person": company.mia.pk})

    assert problem(others) == {"status": 403, "code": "not_permitted", "errors": [("/person", "not_permitted")]}
    assert problem(asked) == {"status": 409, "code": "not_a_participant", "errors": []}
    assert problem(nobody) == {"status": 400, "code": "person_required", "errors": [("/person", "person_required")]}
    assert people(named_one)["Mia Roth"]["status"] == "away"


def test_acknowledging_notes_who_saw_it(company, number, mia, relay):
    first = mia.post(f"incidents/{number}/acknowledge/")
    second = person_calling(company.ada).post(f"incidents/{number}/acknowledge/")
    stranger = person_calling(company.bo).post(f"incidents/{number}/acknowledge/")

    assert (first.body["acknowledged_at"], people(first)["Mia Roth"]["acknowledged_at"]) == (MOMENT, MOMENT)
    assert people(first)["Ada Okafor"]["acknowledged_at"] is None
    assert people(second)["Ada Okafor"] == taking_part(company.ada, acknowledged_at=MOMENT)
    assert (stranger.status, [*people(stranger)]) == (200, ["Mia Roth", "Ada Okafor"])
    kinds = [entry["kind"] for entry in mia.get(f"incidents/{number}/timeline/").body["results"]]
    assert kinds[-2:] == ["acknowledged", "seen"]


def test_a_service_may_say_who_saw_it(company, number, mia, relay):
    nobody = relay.post(f"incidents/{number}/acknowledge/")
    ada = relay.post(f"incidents/{number}/acknowledge/", {"person": company.ada.pk})
    others = mia.post(f"incidents/{number}/acknowledge/", {"person": company.ada.pk})

    assert (nobody.body["status"], people(nobody)["Ada Okafor"]["acknowledged_at"]) == ("acknowledged", None)
    assert people(ada)["Ada Okafor"]["acknowledged_at"] == MOMENT
    assert problem(others) == {"status": 403, "code": "not_permitted", "errors": [("/person", "not_permitted")]}


def test_another_teams_on_call_is_brought_in(company, number, mia, database):
    heard = mia.post(f"incidents/{number}/bring-in/", {"schedule": "db-primary", "reason": "Replication is stuck."})
    again = mia.post(f"incidents/{number}/bring-in/", {"schedule": "db-primary"})

    assert (heard.status, heard.body) == (200, {"asked": [shown(company.bo)], "already": []})
    assert (again.status, again.body) == (200, {"asked": [], "already": [shown(company.bo)]})
    because = "on call in db-primary, asked by Mia Roth: Replication is stuck."
    asked = taking_part(company.bo, asked_at=MOMENT, asked_because=because)
    assert people(mia.get(f"incidents/{number}/"))["Bo Lind"] == asked
    joined = person_calling(company.bo).post(f"incidents/{number}/join/")
    assert people(joined)["Bo Lind"] == taking_part(company.bo, joined_at=MOMENT)


def test_more_help_is_the_next_person_there_and_one_more_is_anybody(company, number, relay, database):
    more = [relay.post(f"incidents/{number}/bring-in/", {"more_of": "db-primary"}) for _ in range(3)]
    root = relay.post(f"incidents/{number}/bring-in/", {"person": "root@example.test"})

    assert [heard.body["asked"] for heard in more[:2]] == [[shown(company.bo)], [shown(company.otto)]]
    assert problem(more[2]) == {"status": 409, "code": "nobody_left_to_ask", "errors": []}
    assert root.body == {"asked": [shown(company.root)], "already": []}


def test_nobody_on_call_there_is_a_clear_refusal(company, number, mia):
    schedule("empty")
    before = Participant.objects.count()

    heard = mia.post(f"incidents/{number}/bring-in/", {"schedule": "empty"})

    assert problem(heard) == {"status": 409, "code": "no_one_on_call", "errors": []}
    assert (heard.body["detail"], heard.body["schedule"], heard.body["next_at"]) == (
        "Nobody is on call in Empty.",
        "empty",
        None,
    )
    assert Participant.objects.count() == before


@pytest.mark.parametrize(
    ("body", "code", "errors"),
    [
        ({}, "invalid", [("", "invalid")]),
        ({"schedule": "db-primary", "person": "bo@example.test"}, "invalid", [("", "invalid")]),
        ({"schedule": "nope"}, "unknown_schedule", [("/schedule", "unknown_schedule")]),
        ({"more_of": None}, "invalid", [("/more_of", "null")]),
        ({"person": 10**6}, "unknown_person", [("/person", "unknown_person")]),
        ({"person": "mia@example.test"}, "invalid", [("/person", "invalid")]),
        ({"schedule": "db-primary", "reason": "x" * 501}, "invalid", [("/reason", "max_length")]),
        ({"schedule": "db-primary", "team": "db"}, "invalid", [("/team", "unknown_field")]),
    ],
)
def test_a_call_for_help_that_makes_no_sense_writes_nothing(number, mia, database, body, code, errors):
    before = TimelineEntry.objects.count()

    heard = mia.post(f"incidents/{number}/bring-in/", body)

    assert problem(heard) == {"status": 400, "code": code, "errors": errors}
    assert TimelineEntry.objects.count() == before


@pytest.mark.parametrize("act", ["status", "bring-in"])
def test_these_need_the_scope_and_an_incident(company, number, act):
    cast = company.cast()

    refused = {
        who: cast[who].post(f"incidents/{number}/{act}/", {}).status
        for who in ("nobody", "token read", "token schedules")
    }

    assert refused == {"nobody": 401, "token read": 403, "token schedules": 403}
    assert cast["member"].post(f"incidents/{number + 1}/{act}/", {}).status == 404


@pytest.mark.parametrize(("entries", "count"), [(1, 1), (100, 3)])
def test_reading_an_incident_costs_five_queries_however_much_happened(
    company, number, entries, count, django_assert_num_queries
):
    caller = person_calling(company.mia)
    for who in (company.ada, company.bo, company.otto)[:count]:
        person_calling(who).post(f"incidents/{number}/join/")
    for written in range(entries):
        caller.post(f"incidents/{number}/timeline/", {"text": f"note {written}"})

    with django_assert_num_queries(5):  # the token, the incident, its assignments, vacancies and participants
        caller.get(f"incidents/{number}/")
