"""Over HTTP, one incident is merged into another."""

import pytest

from tests.api.callers import person_calling, problem, service_calling
from tests.factories.incidents import incident, on_call_in, rule, service


@pytest.fixture
def ada(company):
    return person_calling(company.ada)


@pytest.fixture
def pair(company):
    """Two open incidents whose leads are offered to Ada."""
    checkout = service(rule("lead", on_call_in(company.primary)), team=company.payments)
    return incident("First", service=checkout).number, incident("Second", service=checkout).number


def test_the_answer_points_at_where_it_ended(pair, ada):
    first, second = pair

    heard = ada.post(f"incidents/{second}/merge/", {"into": first})

    told = (heard.status, *(heard.body[name] for name in ("number", "status", "merged_into", "roles", "vacancies")))
    assert told == (200, second, "resolved", first, [], [])
    assert ada.post(f"incidents/{second}/merge/", {"into": first}).body == heard.body
    kinds = [ada.get(f"incidents/{number}/timeline/").body["results"][-1]["kind"] for number in (second, first)]
    assert kinds == ["merged", "merged_in"]


def test_what_cannot_be_merged_is_refused(pair, ada):
    first, second = pair
    itself, nothing, nobody = (
        ada.post(f"incidents/{second}/merge/", body) for body in ({"into": second}, {}, {"into": 99})
    )
    ada.post(f"incidents/{second}/merge/", {"into": first})
    back = ada.post(f"incidents/{first}/merge/", {"into": second})
    reopened = ada.post(f"incidents/{second}/reopen/")

    assert [problem(heard) for heard in (itself, nothing, nobody, back, reopened)] == [
        {"status": 400, "code": "invalid", "errors": [("/into", "invalid")]},
        {"status": 400, "code": "invalid", "errors": [("/into", "required")]},
        {"status": 400, "code": "unknown_incident", "errors": [("/into", "unknown_incident")]},
        {"status": 409, "code": "merged", "errors": []},
        {"status": 409, "code": "merged", "errors": []},
    ]
    assert [heard.body["into"] for heard in (back, reopened)] == [first, first]


def test_what_is_not_there_is_not_found_and_readers_merge_nothing(pair, ada):
    first, second = pair

    assert problem(ada.post("incidents/999/merge/", {"into": first}))["status"] == 404
    assert problem(service_calling("read").post(f"incidents/{second}/merge/", {"into": first}))["status"] == 403
