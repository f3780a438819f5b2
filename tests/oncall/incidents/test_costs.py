"""What does it cost? Statements, counted: the same however many people, incidents and facts there are."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oncall.incidents import queries
from oncall.incidents.models import Service
from oncall.incidents.services import handoffs, participants, roles
from oncall.incidents.services.declaring import declare
from rotations.actors import Actor
from tests.factories.incidents import FIRST_TO_JOIN, NIGHT, incident, named, on_call_in, role, rule, service
from tests.factories.offers import waiting_handoffs, waiting_offers
from tests.factories.rotations import person, schedule, weekly_rotation
from tests.oncall.incidents.pictures import minute, standing

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
FIVE_ROLES = ("lead", "driver", "scribe", "liaison", "planner")


def service_with_five_roles(people_each: int) -> Service:
    """Return a service whose five roles each ask a schedule of their own with that many people on call."""
    rules = []
    for slug in FIVE_ROLES:
        rota = schedule(slug)
        weekly_rotation(rota, [[person(f"{slug}{number}") for number in range(people_each)]])
        rules.append(rule(slug, on_call_in(rota)))
    return service(*rules)


@pytest.mark.django_db(transaction=True)  # plans are remembered once they are committed
@pytest.mark.parametrize("people_each", [1, 10])
def test_declaring_with_five_roles_takes_eleven_statements_however_many_candidates(people_each: int):
    checkout = service_with_five_roles(people_each)
    incident("The plans are compiled once", service=checkout)

    with CaptureQueriesContext(
        connection,
    ) as statements:
        declared = declare(
            title="Checkout 5xx", service=checkout, source="pager", dedup_key="k", by=SYSTEM, now=minute(1)
        )

    assert set(standing(declared.incident)) == set(FIVE_ROLES)
    shapes = [_shape(one["sql"]) for one in statements if one["sql"] not in ("BEGIN", "BEGIN IMMEDIATE", "COMMIT")]
    assert shapes == [
        "SELECT incidents_incident",  # is one open with this key?
        "SELECT incidents_responseplan",
        "INSERT incidents_incident",
        "SELECT rotations_schedule",  # the revisions of the plans in memory
        "SELECT rotations_person",
        "SELECT incidents_assignment",  # load, and what was accepted lately
        "SELECT rotations_absence",
        "INSERT incidents_assignment",
        "INSERT incidents_watchedschedule",
        "INSERT incidents_participant",
        "INSERT incidents_timelineentry",
    ]


@pytest.mark.parametrize("others", [0, 3])
def test_accepting_costs_the_same_however_many_take_part(others: int):
    ada = person("Ada")
    one = incident(service=service(rule("lead", named(ada))))
    for number in range(others):
        somebody = person(f"Somebody{number}")
        participants.join(one, person=somebody, by=Actor.of_person(somebody), now=NIGHT)

    lead = role()

    with CaptureQueriesContext(connection) as statements:
        roles.accept(one, role=lead, person=ada, by=Actor.of_person(ada), now=minute(1))

    assert [_shape(one["sql"]) for one in statements] == [
        "SAVEPOINT",
        "SELECT rotations_person",  # held, so that nobody deactivates them meanwhile
        "SELECT incidents_incident",
        "SELECT incidents_assignment",
        "UPDATE incidents_assignment",
        "SELECT incidents_participant",
        "UPDATE incidents_participant",
        "INSERT incidents_timelineentry",
        "UPDATE incidents_incident",
        "RELEASE SAVEPOINT",
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_of_incidents_takes_four_queries(django_assert_num_queries, count: int):
    ada, bo = person("Ada"), person("Bo")
    checkout = service(rule("lead", named(ada)), rule("scribe", FIRST_TO_JOIN), rule("driver", named(bo), seats=2))
    for number in range(count):
        incident(f"Number {number}", service=checkout)

    with django_assert_num_queries(4):
        views = queries.incident_views(queries.open_incidents())
        read = [
            (view.incident.service.slug, len(view.roles), len(view.vacancies), len(view.participants)) for view in views
        ]

    assert read == [("checkout", 2, 2, 2)] * count


def test_one_incident_takes_four_queries(django_assert_num_queries):
    one = incident(by=person("Ada"))

    with django_assert_num_queries(4):
        queries.incident_view(one.number)


@pytest.mark.parametrize("days", [1, 3])
def test_the_seats_of_any_instant_take_two_queries(django_assert_num_queries, days: int):
    one = incident(by=person("Ada"))

    with django_assert_num_queries(2):
        queries.seats_at(one, NIGHT + timedelta(days=days))


def test_offers_that_are_not_due_cost_one_query(django_assert_num_queries):
    checkout = service(rule("lead", named(person("Ada"))))
    for number in range(3):
        incident(f"Number {number}", service=checkout)

    with django_assert_num_queries(1):
        roles.expire_due_offers(now=minute(4))


def test_passing_offers_on_costs_the_same_however_many_wait():
    ada, bo = person("Ada"), person("Bo")
    checkout = service(rule("lead", named(ada), named(bo)))

    alone = _cost_of_expiring(3, of=checkout)
    waiting_offers(1000, of=checkout, accept_by=minute(60))

    assert _cost_of_expiring(3, of=checkout) == alone
    assert (_cost_of_expiring(9, of=checkout) - 1) == 3 * (alone - 1)  # one finds them


def _cost_of_expiring(count: int, *, of: Service) -> int:
    for number in range(count):
        incident(f"Due {number}", service=of)
    with CaptureQueriesContext(connection) as statements:
        assert roles.expire_due_offers(now=minute(5)) == count
    return len(statements)


@pytest.mark.parametrize(
    ("sweep", "index"),
    [(roles.expire_due_offers, "assignment_offer_due"), (handoffs.expire_due_handoffs, "handoff_due")],
)
def test_what_is_due_is_found_by_the_index_of_what_waits(sweep: Callable[..., int], index: str):
    ada, bo = person("Ada"), person("Bo")
    checkout = service(rule("lead", named(ada)))
    waiting_offers(1000, of=checkout, accept_by=minute(60))
    waiting_handoffs(to=bo, expires_at=minute(60))
    waiting_offers(1000, of=checkout, accept_by=minute(60))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    [(sql, params)] = _selects_of(partial(sweep, now=minute(1)))

    with connection.cursor() as cursor:
        # With the values apart from the statement, as it is really asked: an index of some rows needs to know them.
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{sql}", params)
        plan = "\n".join(str(line[-1]) for line in cursor.fetchall())
    assert index in plan, plan


def _selects_of(work: Callable[[], object]) -> list[tuple[str, Any]]:
    heard: list[tuple[str, Any]] = []

    def hear(execute: Callable[..., Any], sql: str, params: Any, many: Any, context: Any) -> Any:
        heard.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(hear):
        work()
    return heard


def _shape(sql: str) -> str:
    """Return the verb and the first table of a statement."""
    words = sql.replace('"', " ").replace("(", " ").split()
    verb = words[0] if words[0] != "RELEASE" else "RELEASE SAVEPOINT"
    return verb if "SAVEPOINT" in verb else f"{verb} {next(word for word in words if '_' in word and '.' not in word)}"
