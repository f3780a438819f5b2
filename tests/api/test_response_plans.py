"""What is configured before an incident?"""

import pytest

from tests.api.callers import person_calling, service_calling
from tests.factories.incidents import (
    FIRST_TO_JOIN,
    holder_of,
    member_of,
    named,
    on_call_in,
    response_plan,
    role,
    rule,
    service,
)

NAMES_NOTHING = {"schedule": None, "person": None, "team": None, "role": None}
LISTS = ["services/", "roles/", "response-plans/"]


def listed(caller, path, slug):
    heard = caller.get(path)
    assert (heard.body["next"], heard.body["previous"]) == (None, None)
    return next(one for one in heard.body["results"] if one["slug"] == slug)


def test_services_name_their_team_and_plan(company):
    service(rule("lead", FIRST_TO_JOIN), team=company.payments)
    caller = service_calling("read")

    assert listed(caller, "services/", "checkout") == {
        "slug": "checkout",
        "name": "Checkout",
        "team": "payments",
        "response_plan": "checkout-plan",
        "is_default": False,
    }
    assert listed(caller, "services/", "general") == {
        "slug": "general",
        "name": "General",
        "team": None,
        "response_plan": None,
        "is_default": True,
    }


def test_roles_say_what_is_expected(company):
    role("scribe", description="Writes down what happens.")

    scribe = listed(service_calling("read"), "roles/", "scribe")

    assert scribe == {"slug": "scribe", "name": "Scribe", "description": "Writes down what happens."}


def test_plans_say_who_is_asked_for_which_role(company):
    sources = (
        on_call_in(company.primary),
        named(company.bo),
        FIRST_TO_JOIN,
        member_of(company.payments),
        holder_of("scribe"),
    )
    response_plan([rule("lead", *sources, exclusive_group="command")], slug="major", team=company.payments)

    plan = listed(person_calling(company.ada), "response-plans/", "major")

    bo = {"id": company.bo.pk, "name": "Bo Lind", "email": "bo@example.test"}
    assert plan == {
        "slug": "major",
        "name": "Major",
        "team": "payments",
        "is_default": False,
        "rules": [
            {
                "role": "lead",
                "required_from_severity": 5,
                "seats": 1,
                "exclusive_group": "command",
                "accept_within": 300,
                "on_shift_change": "keep",
                "relief_after": 14400,
                "open_incidents_limit": None,
                "sources": [
                    NAMES_NOTHING | {"kind": "on_call", "schedule": "payments-primary"},
                    NAMES_NOTHING | {"kind": "person", "person": bo},
                    NAMES_NOTHING | {"kind": "first_to_join"},
                    NAMES_NOTHING | {"kind": "team", "team": "payments"},
                    NAMES_NOTHING | {"kind": "role_holder", "role": "scribe"},
                ],
            }
        ],
    }


@pytest.mark.parametrize("path", LISTS)
def test_whoever_signs_in_sees_them_and_nobody_changes_them_here(company, path):
    cast = company.cast()

    assert {who: caller.get(path).status for who, caller in cast.items()} == {
        who: 401 if who == "nobody" else 200 for who in cast
    }
    assert {caller.post(path, {}).status for caller in cast.values()} == {405}


@pytest.mark.parametrize(("path", "queries"), [("services/", 2), ("roles/", 2), ("response-plans/", 7)])
@pytest.mark.parametrize("count", [1, 3])
def test_listing_costs_the_same_at_any_number(company, path, queries, count, django_assert_num_queries):
    for number in range(count):
        asked = (on_call_in(company.primary), named(company.bo))
        service(rule(f"role-{number}", *asked), rule("lead", FIRST_TO_JOIN), slug=f"s{number}")
    caller = service_calling("read")
    caller.get("people/")

    with django_assert_num_queries(queries):
        heard = caller.get(path)

    assert len(heard.body["results"]) == count + 1
