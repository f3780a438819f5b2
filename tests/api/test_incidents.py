"""What is broken, and what do people do about it?"""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from oncall.incidents.models import Incident, TimelineEntry
from oncall.incidents.services.notes import add_note
from rotations.actors import Actor
from tests.api.callers import Caller, person_calling, problem, service_calling, taking_part
from tests.factories.incidents import FIRST_TO_JOIN, NIGHT, incident, on_call_in, rule, service

BODY = {
    "title": "Checkout 5xx",
    "severity": 2,
    "service": "checkout",
    "source": "pager",
    "dedup_key": "checkout-5xx",
    "is_drill": False,
    "occurred_at": "2026-11-20T02:59:10Z",
}


@pytest.fixture
def checkout(company):
    """A service whose lead is on call in the primary schedule, and whose scribe is whoever joins first."""
    rules = [rule("lead", on_call_in(company.primary)), rule("scribe", FIRST_TO_JOIN, required_from_severity=2)]
    return service(*rules, team=company.payments)


@pytest.fixture
def relay(checkout):
    return service_calling("incidents")


def shown(row):
    return {"id": row.pk, "name": row.name, "email": row.email}


def declared(company, heard, **changed):
    """Return the incident as it is shown when it was just declared with ``BODY``."""
    number = heard.body["number"]
    return {
        "number": number,
        "title": "Checkout 5xx",
        "severity": 2,
        "status": "declared",
        "epoch": 1,
        "is_drill": False,
        "service": "checkout",
        "source": "pager",
        "dedup_key": "checkout-5xx",
        "declared_at": "2026-11-20T03:00:00Z",
        "acknowledged_at": None,
        "mitigated_at": None,
        "resolved_at": None,
        "merged_into": None,
        "url": f"http://localhost:8000/incidents/{number}/",
        "roles": [
            {
                "role": "lead",
                "seat": 1,
                "assignment": heard.body["roles"][0]["assignment"],
                "holder": shown(company.ada),
                "state": "offered",
                "since": "2026-11-20T03:00:00Z",
                "accept_by": "2026-11-20T03:05:00Z",
                "because": "on call in payments-primary until 2026-11-23T09:00:00Z",
            }
        ],
        "vacancies": [{"role": "scribe", "seat": 1, "because": "waiting_for_first_to_join"}],
        "participants": [taking_part(company.ada)],
    } | changed


def test_a_declared_incident_has_its_lead(company, relay):
    heard = relay.post("incidents/", BODY)

    assert (heard.status, heard.body) == (201, declared(company, heard))
    assert relay.get(f"incidents/{heard.body['number']}/").body == heard.body
    assert heard.headers["Location"] == f"/api/v1/incidents/{heard.body['number']}/"
    again = relay.get(f"incidents/{heard.body['number']}/")
    assert (again.body, again.headers["ETag"]) == (heard.body, heard.headers["ETag"])


def test_declaring_costs_fourteen_statements(company, django_assert_num_queries, django_capture_on_commit_callbacks):
    primary = on_call_in(company.primary)
    service(rule("lead", primary), *(rule(f"role-{number}", primary) for number in range(4)))
    relay = service_calling("incidents")
    with django_capture_on_commit_callbacks(execute=True):
        relay.get("on-call/")  # the plan of the schedule is read once and remembered

    # Two begin and end the transaction, two are the token and the service; what is answered was just written.
    with django_assert_num_queries(14):
        heard = relay.post("incidents/", {"title": "Checkout 5xx", "service": "checkout"})

    assert [seat["state"] for seat in heard.body["roles"]] == ["offered"] * 5


def test_a_repeat_attaches_and_changes_nothing(company, relay):
    first = relay.post("incidents/", BODY)

    second = relay.post("incidents/", BODY | {"title": "Checkout is down"})

    assert (second.status, second.body) == (200, first.body)
    assert Incident.objects.count() == 1


def test_only_a_title_is_needed(company, relay):
    heard = relay.post("incidents/", {"title": "Something"})

    chosen = {key: heard.body[key] for key in ("severity", "service", "source", "dedup_key", "is_drill")}
    assert heard.status == 201
    assert chosen == {"severity": 3, "service": "general", "source": "", "dedup_key": "", "is_drill": False}


def test_nobody_to_be_found_never_fails_the_incident(company):
    service(rule("lead", FIRST_TO_JOIN), slug="orphan")

    heard = service_calling("incidents").post("incidents/", {"title": "Alone", "service": "orphan"})

    vacancies = [{"role": "lead", "seat": 1, "because": "waiting_for_first_to_join"}]
    assert (heard.status, heard.body["roles"], heard.body["vacancies"]) == (201, [], vacancies)


def test_the_same_idempotency_key_is_the_same_incident_for_one_caller(company, relay):
    first = relay.post("incidents/", {"title": "Once"}, Idempotency_Key="a" * 400)
    again = relay.post("incidents/", {"title": "Once"}, Idempotency_Key="a" * 400)
    blank = relay.post("incidents/", {"title": "Once", "dedup_key": ""}, Idempotency_Key="a" * 400)
    other = relay.post("incidents/", {"title": "Once"}, Idempotency_Key="b")
    someone_else = person_calling(company.ada).post("incidents/", {"title": "Once"}, Idempotency_Key="b")
    keyed = relay.post("incidents/", {"title": "Once", "dedup_key": "mine"}, Idempotency_Key="a" * 400)

    assert [one.status for one in (first, again, blank, other, someone_else, keyed)] == [201, 200, 200, 201, 201, 201]
    assert first.body == again.body == blank.body
    assert keyed.body["dedup_key"] == "mine"


def test_whoever_declares_in_a_browser_takes_part(company, checkout):
    heard = Caller(session=company.bo).post("incidents/", {"title": "Checkout 5xx", "service": "checkout"})

    bo = taking_part(company.bo, joined_at="2026-11-20T03:00:00Z")
    ada = taking_part(company.ada)
    assert heard.body["participants"] == [bo, ada]
    assert Caller(session=company.bo).get(f"incidents/{heard.body['number']}/").body == heard.body


@pytest.mark.parametrize(
    ("change", "code", "errors"),
    [
        ({"service": "nope"}, "unknown_service", [("/service", "unknown_service")]),
        ({"service": None}, "invalid", [("/service", "null")]),
        ({"severity": 0}, "invalid", [("/severity", "min_value")]),
        ({"severity": 6}, "invalid", [("/severity", "max_value")]),
        ({"severity": "high"}, "invalid", [("/severity", "invalid")]),
        ({"title": ""}, "invalid", [("/title", "blank")]),
        ({"title": "x" * 301}, "invalid", [("/title", "max_length")]),
        ({"title": "a\0b"}, "invalid", [("/title", "null_characters_not_allowed")]),
        ({"dedup_key": "x" * 256}, "invalid", [("/dedup_key", "max_length")]),
        ({"occurred_at": "2026-11-20T02:59:10"}, "invalid", [("/occurred_at", "invalid")]),
        ({"is_drill": "maybe"}, "invalid", [("/is_drill", "invalid")]),
        ({"status": "resolved"}, "invalid", [("/status", "unknown_field")]),
    ],
)
def test_a_body_that_makes_no_sense_writes_nothing(relay, change, code, errors):
    heard = relay.post("incidents/", BODY | change)

    assert problem(heard) == {"status": 400, "code": code, "errors": errors}
    assert (Incident.objects.count(), TimelineEntry.objects.count()) == (0, 0)


def test_everybody_who_may_sign_in_declares_and_tokens_need_the_scope(company, checkout):
    statuses = {who: caller.post("incidents/", {"title": who}).status for who, caller in company.cast().items()}

    refused = {"nobody": 401, "token read": 403, "token schedules": 403}
    may = ("member", "manager", "manager of another team", "administrator", "token incidents", "token admin")
    assert statuses == refused | dict.fromkeys(may, 201)


def test_title_and_severity_are_corrected(company, relay):
    heard = relay.post("incidents/", BODY)
    path = f"incidents/{heard.body['number']}/"

    changed = relay.patch(path, {"title": "Cards fail", "severity": 4}, If_Match=heard.headers["ETag"])
    stale = relay.patch(path, {"severity": 1}, If_Match=heard.headers["ETag"])

    assert (changed.status, changed.body) == (
        200,
        declared(company, heard, title="Cards fail", severity=4, vacancies=[]),
    )
    assert problem(stale) == {"status": 412, "code": "stale_version", "errors": []}
    assert relay.get(path).body == changed.body


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"status": "resolved"}, [("/status", "unknown_field")]),
        ({"severity": 9}, [("/severity", "max_value")]),
        ({"title": None}, [("/title", "null")]),
    ],
)
def test_nothing_else_of_an_incident_is_edited(relay, body, errors):
    number = relay.post("incidents/", BODY).body["number"]

    heard = relay.patch(f"incidents/{number}/", body)

    assert problem(heard) == {"status": 400, "code": "invalid", "errors": errors}


def test_an_incident_runs_its_course(company, relay):
    made = relay.post("incidents/", BODY)
    path = f"incidents/{made.body['number']}/"
    moment = "2026-11-20T03:00:00Z"

    acknowledged = relay.post(path + "acknowledge/")
    mitigated = relay.post(path + "mitigate/", {})
    resolved = relay.post(path + "resolve/")
    refused = relay.post(path + "acknowledge/")
    reopened = relay.post(path + "reopen/")

    steps: dict[str, Any] = {"status": "acknowledged", "acknowledged_at": moment}
    assert (acknowledged.status, acknowledged.body) == (200, made.body | steps)
    steps |= {"status": "mitigated", "mitigated_at": moment}
    assert mitigated.body == made.body | steps
    steps |= {"status": "resolved", "resolved_at": moment, "roles": [], "vacancies": []}
    assert resolved.body == made.body | steps
    assert problem(refused) == {"status": 409, "code": "incident_resolved", "errors": []}
    again = made.body["roles"][0] | {"assignment": reopened.body["roles"][0]["assignment"]}
    assert reopened.body == made.body | {"epoch": 2, "roles": [again]}


@pytest.mark.parametrize("step", ["acknowledge", "mitigate", "resolve", "reopen"])
def test_a_step_takes_no_body(relay, step):
    number = relay.post("incidents/", BODY).body["number"]

    heard = relay.post(f"incidents/{number}/{step}/", {"because": "x"})

    assert problem(heard) == {"status": 400, "code": "invalid", "errors": [("/because", "unknown_field")]}


@pytest.mark.parametrize("step", ["acknowledge", "mitigate", "resolve", "reopen", "join", "leave"])
def test_steps_need_the_scope_and_an_incident(company, checkout, step):
    number = incident().number
    cast = company.cast()

    refused = {
        who: cast[who].post(f"incidents/{number}/{step}/").status for who in ("nobody", "token read", "token schedules")
    }

    assert refused == {"nobody": 401, "token read": 403, "token schedules": 403}
    assert cast["member"].post(f"incidents/{number + 1}/{step}/").status == 404


def test_incidents_are_listed_latest_first_page_by_page(company, relay):
    numbers = [incident(f"n{number}").number for number in range(3)]

    first = relay.get("incidents/", limit=2).body
    second = relay.get(first["next"].replace("http://testserver", "")).body
    back = relay.get(second["previous"].replace("http://testserver", "")).body

    assert [[one["number"] for one in each["results"]] for each in (first, second, back)] == [
        [numbers[2], numbers[1]],
        [numbers[0]],
        [numbers[2], numbers[1]],
    ]
    assert (first["previous"], second["next"]) == (None, None)
    assert first["results"][0] == relay.get(f"incidents/{numbers[2]}/").body


def test_incidents_are_chosen_by_status_and_service(company, relay):
    made = relay.post("incidents/", BODY).body["number"]
    other = incident("other").number
    relay.post(f"incidents/{other}/resolve/")

    def listed(**parameters):
        return [one["number"] for one in relay.get("incidents/", **parameters).body["results"]]

    assert listed(status="resolved") == [other]
    assert listed(status=["declared", "resolved"]) == [other, made]
    assert listed(service="checkout") == [made]


@pytest.mark.parametrize(
    ("parameters", "code", "errors"),
    [
        ({"cursor": "nonsense"}, "invalid", [("/cursor", "invalid")]),
        ({"limit": "0"}, "invalid", [("/limit", "min_value")]),
        ({"limit": "201"}, "invalid", [("/limit", "max_value")]),
        ({"status": "open"}, "invalid", [("/status/0", "invalid_choice")]),
        ({"service": "nope"}, "unknown_service", [("/service", "unknown_service")]),
        ({"offset": "3"}, "invalid", [("/offset", "unknown_parameter")]),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(relay, parameters, code, errors):
    assert problem(relay.get("incidents/", **parameters)) == {"status": 400, "code": code, "errors": errors}


@pytest.mark.parametrize("count", [1, 3])
def test_listing_costs_five_queries(company, relay, checkout, count, django_assert_num_queries):
    for number in range(count):
        incident(f"n{number}", service=checkout, by=company.bo)
    relay.get("people/")  # notes that the token is in use, once a minute

    with django_assert_num_queries(5):  # the token, the incidents, their assignments, vacancies and participants
        heard = relay.get("incidents/")

    assert [len(one["roles"]) for one in heard.body["results"]] == [1] * count


@pytest.mark.parametrize("count", [1, 100])
def test_reading_costs_the_same_however_long_the_timeline_is(company, relay, count, django_assert_num_queries):
    number = relay.post("incidents/", BODY).body["number"]
    one = Incident.objects.get(number=number)
    for finding in range(count):
        add_note(one, text=f"Finding {finding}", by=Actor.of_person(company.ada), now=NIGHT)

    with django_assert_num_queries(5):  # the token, the incident, its assignments, vacancies and participants
        whole = relay.get(f"incidents/{number}/")
    with django_assert_num_queries(3):  # the token, the incident, the entries
        facts = relay.get(f"incidents/{number}/timeline/")

    assert (whole.status, facts.status) == (200, 200)
    assert len(facts.body["results"]) == min(50, 3 + count)


def at(monkeypatch, moment):
    monkeypatch.setattr(timezone, "now", lambda: moment)


@pytest.mark.parametrize(
    ("occurred_at", "later", "status", "told"),
    [
        ("2026-11-20T03:05:00Z", {"minutes": 11}, "resolved", "Alert relay: still firing"),
        ("2026-11-20T03:10:00Z", {"minutes": 11}, "resolved", "Alert relay: still firing"),
        ("2026-11-20T03:10:01Z", {"minutes": 11}, "declared", "Alert relay: triggered again"),
        (None, {"minutes": 11}, "declared", "Alert relay: triggered again"),
        (None, {"hours": 24}, "declared", "Alert relay: triggered again"),
    ],
)
def test_the_key_of_a_resolved_incident_attaches_what_was_broken_before_and_reopens_for_what_broke_after(
    relay, monkeypatch, occurred_at, later, status, told
):
    number = relay.post("incidents/", BODY).body["number"]
    at(monkeypatch, NIGHT + timedelta(minutes=10))
    relay.post(f"incidents/{number}/resolve/")
    at(monkeypatch, NIGHT + timedelta(**later))

    heard = relay.post("incidents/", BODY | {"occurred_at": occurred_at})

    assert (heard.status, heard.body["number"], heard.body["status"]) == (200, number, status)
    assert heard.body["epoch"] == (1 if status == "resolved" else 2)
    assert TimelineEntry.objects.latest("id").text == told


def test_a_day_after_the_resolution_the_key_declares_a_new_incident_that_names_the_one_before(relay, monkeypatch):
    number = relay.post("incidents/", BODY).body["number"]
    relay.post(f"incidents/{number}/resolve/")
    at(monkeypatch, NIGHT + timedelta(hours=24, seconds=1))

    heard = relay.post("incidents/", BODY | {"occurred_at": None})

    assert (heard.status, heard.body["number"]) == (201, number + 1)
    entry = TimelineEntry.objects.latest("id")
    told = f"Alert relay: triggered. As incident #{number}, resolved before."
    assert (entry.text, entry.data) == (told, {"earlier": number})


def test_the_same_idempotency_key_is_the_same_incident_even_when_it_is_resolved(relay, monkeypatch):
    first = relay.post("incidents/", {"title": "Once"}, Idempotency_Key="a")
    relay.post(f"incidents/{first.body['number']}/resolve/")
    at(monkeypatch, NIGHT + timedelta(minutes=10))

    again = relay.post("incidents/", {"title": "Once"}, Idempotency_Key="a")

    assert (again.status, again.body["number"], again.body["status"]) == (200, first.body["number"], "resolved")
    assert Incident.objects.count() == 1


def test_the_key_of_a_merged_incident_stands_for_that_into_which_it_was_merged(relay, monkeypatch, company):
    number = relay.post("incidents/", BODY).body["number"]
    target = relay.post("incidents/", {"title": "Everything is down"}).body["number"]
    root = person_calling(company.root)
    root.post(f"incidents/{number}/merge/", {"into": target})
    root.post(f"incidents/{target}/resolve/")
    at(monkeypatch, NIGHT + timedelta(minutes=10))

    heard = relay.post("incidents/", BODY | {"occurred_at": None})

    assert (heard.status, heard.body["number"], heard.body["epoch"]) == (200, target, 2)
