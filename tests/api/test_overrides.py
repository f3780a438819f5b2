"""What changes one span of a schedule, and who may do that?"""

import pytest

from rotations.models import Override
from tests.api.callers import person_calling, problem, service_calling
from tests.factories.rotations import override, schedule

PATH = "schedules/payments-primary/overrides/"
SPAN = {"start": "2026-11-20T12:00:00Z", "end": "2026-11-20T16:00:00Z"}


@pytest.fixture
def mia(company):
    return person_calling(company.mia)


def shown(person):
    return {"id": person.pk, "name": person.name, "email": person.email}


def test_an_override_is_added_and_shows_who_is_on(company, mia):
    body = {"kind": "replace", "replaces": company.ada.pk, "person": "BO@example.test", "reason": "dentist"} | SPAN

    heard = mia.post(PATH, body)

    row = Override.objects.get()
    expected = {
        "id": row.pk,
        "schedule": "payments-primary",
        "kind": "replace",
        "replaces": shown(company.ada),
        "person": shown(company.bo),
        "rotation": None,
        **SPAN,
        "reason": "dentist",
    }
    assert (heard.status, heard.body) == (201, expected)
    assert heard.headers["Location"] == f"/api/v1/overrides/{row.pk}/"
    assert mia.get(f"overrides/{row.pk}/").body == expected
    assert mia.get(PATH).body == {"next": None, "previous": None, "results": [expected]}
    on_call = mia.get("schedules/payments-primary/on-call/", at="2026-11-20T12:00:00Z").body["people"]
    assert [(one["person"], one["source"]["override"]) for one in on_call] == [(shown(company.bo), row.pk)]


def test_a_person_may_be_sent_as_answers_show_them(company, mia):
    heard = mia.post(PATH, {"kind": "add", "person": shown(company.bo), "rotation": company.rotation} | SPAN)

    assert (heard.status, heard.body["person"], heard.body["rotation"]) == (201, shown(company.bo), company.rotation)


def test_a_start_before_now_becomes_now(company, mia):
    heard = mia.post(PATH, {"kind": "add", "person": company.bo.pk} | SPAN | {"start": "2026-11-01T00:00:00Z"})

    assert heard.body["start"] == "2026-11-20T03:00:00Z"


def test_a_running_override_ends_and_a_coming_one_is_taken_back(company, mia, night):
    running = mia.post(PATH, {"kind": "add", "person": company.bo.pk} | SPAN | {"start": "2026-11-20T03:00:00Z"}).body
    coming = mia.post(PATH, {"kind": "add", "person": company.bo.pk} | SPAN).body

    assert [mia.delete(f"overrides/{one['id']}/").status for one in (running, coming)] == [204, 204]

    assert mia.get(f"overrides/{running['id']}/").body == running | {"end": "2026-11-20T03:00:00Z"}
    assert mia.get(f"overrides/{coming['id']}/").status == 404


def test_a_past_override_stays(company, mia, night):
    past = override(company.primary, night.replace(day=1), night.replace(day=2), kind="add", person=company.bo)

    heard = mia.delete(f"overrides/{past.pk}/")

    assert problem(heard) == {"status": 409, "code": "in_the_past", "errors": []}
    assert Override.objects.get().end == night.replace(day=2)


def test_an_override_read_before_somebody_ended_it_is_stale(company, mia):
    made = mia.post(PATH, {"kind": "add", "person": company.bo.pk} | SPAN)

    heard = mia.delete(f"overrides/{made.body['id']}/", If_Match='"older"')

    assert problem(heard) == {"status": 412, "code": "stale_version", "errors": []}
    assert mia.delete(f"overrides/{made.body['id']}/", If_Match=made.headers["ETag"]).status == 204


@pytest.mark.parametrize(
    ("change", "code", "errors"),
    [
        ({"end": "2026-11-20T11:00:00Z"}, "invalid", [("/end", "end_before_start")]),
        ({"end": "2026-11-20T12:00:00Z"}, "invalid", [("/end", "end_before_start")]),
        ({"start": "2026-11-20T12:00:00"}, "invalid", [("/start", "invalid")]),
        ({"end": 1700000000}, "invalid", [("/end", "invalid")]),
        ({"person": 99999}, "unknown_person", [("/person", "unknown_person")]),
        ({"person": {"name": "Bo"}}, "unknown_person", [("/person", "unknown_person")]),
        ({"rotation": 99999}, "unknown_rotation", [("/rotation", "unknown_rotation")]),
        ({"kind": "swap"}, "invalid", [("/kind", "invalid_choice")]),
        ({"kind": "silence"}, "invalid", [("/kind", "people_do_not_fit_kind")]),
        ({"person": None}, "invalid", [("/kind", "people_do_not_fit_kind")]),
        ({"reason": "x" * 501}, "invalid", [("/reason", "max_length")]),
        ({"because": "x"}, "invalid", [("/because", "unknown_field")]),
    ],
)
def test_a_body_that_makes_no_sense_writes_nothing(company, mia, change, code, errors):
    heard = mia.post(PATH, {"kind": "add", "person": company.bo.pk} | SPAN | change)

    assert problem(heard) == {"status": 400, "code": code, "errors": errors}
    assert not Override.objects.exists()


def test_what_is_over_is_not_overridden(company, mia):
    past = {"start": "2026-11-19T00:00:00Z", "end": "2026-11-19T01:00:00Z"}

    heard = mia.post(PATH, {"kind": "add", "person": company.bo.pk} | past)

    assert problem(heard) == {"status": 409, "code": "in_the_past", "errors": [("/end", "in_the_past")]}
    assert not Override.objects.exists()


def test_a_rotation_of_another_schedule_is_refused(company, mia):
    schedule("other", of=company.payments)

    heard = mia.post(
        "schedules/other/overrides/", {"kind": "add", "person": company.bo.pk, "rotation": company.rotation} | SPAN
    )

    assert problem(heard) == {"status": 400, "code": "invalid", "errors": [("/rotation", "invalid")]}


def test_nobody_replaces_themselves(company, mia):
    heard = mia.post(PATH, {"kind": "replace", "replaces": company.bo.pk, "person": company.bo.pk} | SPAN)

    assert problem(heard) == {"status": 400, "code": "invalid", "errors": [("/person", "replaces_themselves")]}


def test_managers_put_anybody_on_call_and_members_themselves(company):
    somebody_else = {"kind": "add", "person": company.bo.pk} | SPAN
    oneself = {"kind": "add", "person": company.ada.pk} | SPAN

    others = {who: caller.post(PATH, somebody_else).status for who, caller in company.cast().items()}

    refused = {"nobody": 401} | dict.fromkeys(
        ("member", "manager of another team", "token read", "token incidents"), 403
    )
    assert others == refused | dict.fromkeys(("manager", "administrator", "token schedules", "token admin"), 201)
    assert person_calling(company.ada).post(PATH, oneself).status == 201
    assert person_calling(company.ada, "read", "incidents").post(PATH, oneself).status == 403


@pytest.mark.parametrize("count", [1, 3])
def test_listing_costs_three_queries(company, mia, count, django_assert_num_queries):
    for hour in range(count):
        mia.post(PATH, {"kind": "add", "person": company.bo.pk} | SPAN | {"start": f"2026-11-20T{4 + hour:02}:00:00Z"})
    caller = service_calling("read")
    caller.get("people/")

    with django_assert_num_queries(3):
        heard = caller.get(PATH)

    starts = [one["start"] for one in heard.body["results"]]
    assert starts == sorted(starts, reverse=True)
    assert len(starts) == count
