"""Which incidents were there? All of them, open and over, and those that are looked for."""

from datetime import timedelta
from itertools import count

import pytest
from django.test import Client

from oncall.incidents.models import Incident
from oncall.incidents.services import lifecycle, participants, roles
from rotations.actors import Actor
from rotations.models import Person
from tests.factories.incidents import FIRST_TO_JOIN, NIGHT, incident, named, role, rule, service
from tests.oncall.pages.conftest import SignIn
from tests.oncall.pages.reading import lines_of

pytestmark = pytest.mark.django_db


def resolved(one: Incident) -> None:
    lifecycle.resolve(one, by=Actor.system(), now=NIGHT + timedelta(minutes=10))


def titles(client: Client, query: str = "") -> list[str]:
    return [line for line in lines_of(client.get(f"/incidents/{query}"), "found") if line.startswith("#")]


@pytest.fixture
def checkout_and_search(ada: Person, bo: Person) -> tuple[Incident, Incident]:
    """The first is over, led by Ada; the second is open, and Bo is asked."""
    plan = service(rule("lead", named(ada)), rule("scribe", FIRST_TO_JOIN))
    first = incident("Checkout 5xx", service=plan)
    roles.accept(first, role=role(), person=ada, by=Actor.of_person(ada), now=NIGHT)
    participants.join(first, person=bo, by=Actor.of_person(bo), now=NIGHT)
    resolved(first)
    return first, incident("Search is slow", service=service(rule("lead", named(bo)), slug="search"))


def test_every_incident_is_listed_with_who_held_it_to_the_end(
    signed_in: SignIn, checkout_and_search: tuple[Incident, Incident], ada: Person
):
    first, second = checkout_and_search

    assert lines_of(signed_in(ada).get("/incidents/"), "found") == [
        "SEVSeverity 3",
        f"#{second.number} Search is slow",
        "Declared Search open for 14 min by Oncall",
        "declared 03:00",
        "SEVSeverity 3",
        f"#{first.number} Checkout 5xx",
        "Resolved Checkout lasted 10 min by Oncall",
        "declared 03:00, resolved 03:10 · Lead: Ada Okafor · Scribe: Bo Lind",
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?words=checkout", ["Checkout 5xx"]),
        ("?which=open", ["Search is slow"]),
        ("?which=resolved", ["Checkout 5xx"]),
        ("?which=open&words=CHECKOUT", []),
        ("?words=", ["Search is slow", "Checkout 5xx"]),
        (f"?words={'9' * 40}", []),
    ],
)
def test_they_are_found_by_title_and_by_whether_they_are_over(
    signed_in: SignIn, checkout_and_search: tuple[Incident, Incident], ada: Person, query: str, found: list[str]
):
    assert [line.split(maxsplit=1)[1] for line in titles(signed_in(ada), query)] == found


@pytest.mark.parametrize("sign", ["", "%23"])
def test_one_is_found_by_its_number(
    signed_in: SignIn, checkout_and_search: tuple[Incident, Incident], ada: Person, sign: str
):
    first, _ = checkout_and_search

    assert titles(signed_in(ada), f"?words={sign}{first.number}") == [f"#{first.number} Checkout 5xx"]


def test_a_page_ends_where_the_next_begins(signed_in: SignIn, ada: Person):
    numbers = count()
    made = [incident(f"Number {next(numbers)}").number for _ in range(30)]
    client = signed_in(ada)

    newest = titles(client)
    page = client.get("/incidents/").content.decode()
    older = titles(client, f"?before={made[5]}")

    assert f'href="?before={made[5]}"' in page
    assert [line.split()[0] for line in newest + older] == [f"#{number}" for number in reversed(made)]
    assert 'rel="next"' not in client.get(f"/incidents/?before={made[5]}").content.decode()


@pytest.mark.parametrize("query", ["?which=lost", "?before=0", "?before=x", f"?before={10**30}", "?words=a%00b"])
def test_what_is_no_search_is_refused(signed_in: SignIn, ada: Person, query: str):
    response = signed_in(ada).get(f"/incidents/{query}")

    assert response.status_code == 400
    assert 'class="errors"' in response.content.decode()


@pytest.mark.parametrize(("query", "told"), [("", "No incident was ever declared."), ("?words=x", "No incident fits.")])
def test_where_there_is_none_the_page_says_so(signed_in: SignIn, ada: Person, query: str, told: str):
    assert told in lines_of(signed_in(ada).get(f"/incidents/{query}"))


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_as_many_queries_however_many_there_are(
    signed_in: SignIn, ada: Person, number: int, django_assert_num_queries
):
    for _ in range(number):
        incident(service=service(rule("lead", named(ada)), slug=f"s{_}"))
    client = signed_in(ada)

    with django_assert_num_queries(4):
        client.get("/incidents/")
