"""Of several who change a thing at once, does each know what they changed? With real threads on a real PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from api.versions import etag_of
from rotations.models import Rotation
from tests.api.callers import Caller, Heard, person_calling
from tests.factories.rotations import person


def at_once(*calls: Callable[[], Heard]) -> list[Heard]:
    """Start every call in a thread of its own at one moment; return the answers."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Heard]) -> Heard:
        try:
            start.wait(timeout=30)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def again(caller: Caller) -> Caller:
    """Return the same caller with a connection of their own."""
    return Caller(caller.headers)


def test_a_tag_is_equal_exactly_where_the_answer_is():
    assert etag_of({"a": 1}) == etag_of({"a": 1})
    assert etag_of({"a": 1}) != etag_of({"a": 2})


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("thing", ["schedule", "rotation", "incident"])
def test_of_eight_who_read_the_same_version_one_changes_it(transactional_company, thing):
    company, mia = transactional_company, person_calling(transactional_company.mia)
    made = mia.post("incidents/", {"title": "Checkout 5xx"}).body
    path, field = {
        "schedule": ("schedules/payments-primary/", "name"),
        "rotation": (f"rotations/{company.rotation}/", "name"),
        "incident": (f"incidents/{made['number']}/", "title"),
    }[thing]
    tag = mia.get(path).headers["ETag"]

    answers = at_once(*(partial(again(mia).patch, path, {field: f"by {number}"}, If_Match=tag) for number in range(8)))

    assert sorted(answer.status for answer in answers) == [200] + [412] * 7
    winner = next(answer for answer in answers if answer.status == 200)
    assert mia.get(path).body == winner.body


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_change_different_fields_at_once_are_both_heard(transactional_company):
    mia = person_calling(transactional_company.mia)
    path = f"rotations/{transactional_company.rotation}/"

    for name, layer in [("One", 2), ("Two", 3), ("Three", 4)]:
        at_once(partial(again(mia).patch, path, {"name": name}), partial(again(mia).patch, path, {"layer": layer}))

        row = Rotation.objects.get()
        assert (row.name, row.layer) == (name, layer)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_changes_of_a_rotation_and_its_overrides_never_wait_for_each_other(transactional_company):
    company, mia = transactional_company, person_calling(transactional_company.mia)
    path, overrides = f"rotations/{company.rotation}/", "schedules/payments-primary/overrides/"
    crew = [person(f"P{number}") for number in range(4)]
    span = {"start": "2026-11-20T12:00:00Z", "end": "2026-11-20T16:00:00Z"}

    answers = at_once(
        *(partial(again(mia).patch, path, {"slots": [[{"person": one.pk}] for one in crew]}) for _ in range(4)),
        *(partial(again(mia).post, overrides, {"kind": "add", "person": one.pk} | span) for one in crew),
        *(partial(again(mia).patch, path, {"slots": [[{"person": one.pk}] for one in crew[::-1]]}) for _ in range(4)),
    )

    assert [answer.status for answer in answers] == [200] * 4 + [201] * 4 + [200] * 4
