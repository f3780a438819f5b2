"""Who is here, and who belongs together?"""

import pytest

from rotations.actors import Actor
from rotations.services.people import deactivate_person
from tests.api.callers import Caller, person_calling, problem, service_calling
from tests.factories.rotations import person, team


def shown(row):
    return {"id": row.pk, "name": row.name, "email": row.email}


def test_active_people_are_listed_by_name(company, night):
    caller = person_calling(company.ada)
    deactivate_person(company.otto, by=Actor.system(), now=night)

    heard = caller.get("people/")

    active = [company.ada, company.bo, company.mia, company.root]
    assert heard.body == {"next": None, "previous": None, "results": [shown(one) for one in active]}
    assert caller.get(f"people/{company.otto.pk}/").body == shown(company.otto)


def test_people_ask_who_they_are(company):
    assert person_calling(company.ada).get("people/me/").body == shown(company.ada)
    assert Caller(session=company.ada).get("people/me/").body == shown(company.ada)


def test_a_service_is_nobody(company):
    assert problem(service_calling("read").get("people/me/")) == {"status": 404, "code": "not_found", "errors": []}


def test_teams_are_listed_with_their_people(company):
    caller = service_calling("read")
    payments = {
        "slug": "payments",
        "name": "Payments",
        "members": [
            {"person": shown(company.ada), "is_manager": False},
            {"person": shown(company.bo), "is_manager": False},
            {"person": shown(company.mia), "is_manager": True},
        ],
    }
    search = {"slug": "search", "name": "Search", "members": [{"person": shown(company.otto), "is_manager": True}]}

    assert caller.get("teams/").body == {"next": None, "previous": None, "results": [payments, search]}
    assert caller.get("teams/payments/").body == payments
    assert caller.get("teams/nope/").status == 404


@pytest.mark.parametrize("path", ["people/", "people/me/", "teams/", "teams/payments/"])
def test_whoever_signs_in_sees_people_and_teams_and_nobody_changes_them_here(company, path):
    cast = company.cast()

    assert cast["nobody"].get(path).status == 401
    assert cast["member"].get(path).status == 200
    assert {caller.post(path, {}).status for caller in cast.values()} == {405}


@pytest.mark.parametrize(("path", "queries"), [("people/", 2), ("teams/", 4)])
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.django_db
def test_listing_costs_the_same_at_any_number(path, queries, count, django_assert_num_queries):
    for number in range(count):
        team(f"t{number}", members=[person(f"P{number}")])
    caller = service_calling("read")
    caller.get("people/")  # notes that the token is in use, once a minute

    with django_assert_num_queries(queries):
        heard = caller.get(path)

    assert len(heard.body["results"]) == count
