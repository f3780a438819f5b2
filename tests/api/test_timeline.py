"""What happened, and what did people write down?"""

import pytest

from oncall.incidents.models import TimelineEntry
from tests.api.callers import person_calling, problem, service_calling
from tests.factories.incidents import incident


@pytest.fixture
def path(company):
    return f"incidents/{incident(by=company.ada).number}/timeline/"


@pytest.fixture
def ada(company):
    return person_calling(company.ada)


def note(company, entry, **changed):
    return {
        "id": entry.pk,
        "at": "2026-11-20T03:00:00Z",
        "text": "Cards fail.",
        "kind": "note",
        "data": {},
        "by": {"kind": "person", "id": company.ada.pk, "name": "Ada Okafor"},
    } | changed


def test_a_note_is_added_at_the_end(company, path, ada):
    heard = ada.post(path, {"text": "Cards fail."})

    expected = note(company, TimelineEntry.objects.latest("id"))
    assert (heard.status, heard.body) == (201, expected)
    assert ada.get(path).body["results"][-1] == expected


def test_a_finding_is_told_from_a_note(company, path):
    heard = service_calling("incidents").post(path, {"text": "Cards fail.", "kind": "finding"})

    entry = TimelineEntry.objects.latest("id")
    token = {"kind": "token", "id": entry.actor_id, "name": "Alert relay"}
    assert heard.body == note(company, entry, kind="finding", by=token)


def test_the_timeline_is_in_order_and_comes_in_pages(company, path, ada):
    for number in range(3):
        ada.post(path, {"text": f"note {number}"})

    first = ada.get(path, limit=4).body
    rest = ada.get(first["next"].replace("http://testserver", "")).body

    ids = [entry["id"] for entry in first["results"] + rest["results"]]
    assert ids == sorted(TimelineEntry.objects.values_list("id", flat=True))
    assert first["results"][0]["kind"] == "declared"
    assert (len(first["results"]), rest["next"]) == (4, None)


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("/text", "required")]),
        ({"text": "  "}, [("/text", "blank")]),
        ({"text": "x" * 10_001}, [("/text", "max_length")]),
        ({"text": "x", "kind": "declared"}, [("/kind", "invalid_choice")]),
        ({"text": "x", "at": "2026-11-20T03:00:00Z"}, [("/at", "unknown_field")]),
    ],
)
def test_a_body_that_makes_no_sense_writes_nothing(path, ada, body, errors):
    before = TimelineEntry.objects.count()

    heard = ada.post(path, body)

    assert problem(heard) == {"status": 400, "code": "invalid", "errors": errors}
    assert TimelineEntry.objects.count() == before


def test_everybody_who_may_sign_in_writes_and_tokens_need_the_scope(company, path):
    statuses = {who: caller.post(path, {"text": who}).status for who, caller in company.cast().items()}

    refused = {"nobody": 401, "token read": 403, "token schedules": 403}
    may = ("member", "manager", "manager of another team", "administrator", "token incidents", "token admin")
    assert statuses == refused | dict.fromkeys(may, 201)


@pytest.mark.parametrize("count", [1, 3])
def test_listing_costs_three_queries(path, count, django_assert_num_queries):
    caller = service_calling("incidents")
    for number in range(count):
        caller.post(path, {"text": f"note {number}"})

    with django_assert_num_queries(3):  # the token, the incident, the entries
        heard = caller.get(path)

    assert [entry["kind"] for entry in heard.body["results"]].count("note") == count
