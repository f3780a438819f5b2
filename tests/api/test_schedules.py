"""What schedules are there, and who may change them?"""

from datetime import timedelta

import pytest

from rotations.models import Schedule
from rotations.services.duty import settle_due_schedules
from tests.api.callers import person_calling, problem, service_calling
from tests.factories.incidents import NIGHT
from tests.factories.rotations import schedule

BODY = {"slug": "payments-secondary", "name": "Payments secondary", "team": "payments"}


def shown(row, **changed):
    return {
        "slug": row.slug,
        "name": row.name,
        "team": row.team.slug,
        "zone": "UTC",
        "absence_policy": "flag",
        "least_rest_hours": None,
        "revision": row.revision,
        "changed_at": row.changed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    } | changed


@pytest.fixture
def mia(company):
    return person_calling(company.mia)


def fresh(company):
    return Schedule.objects.get(pk=company.primary.pk)


def test_schedules_are_listed_by_name(company, mia):
    other = schedule("a-search", of=company.search)

    heard = mia.get("schedules/")

    results = [shown(other), shown(fresh(company))]
    assert (heard.status, heard.body) == (200, {"next": None, "previous": None, "results": results})


def test_one_schedule_is_shown_with_its_tag(company, mia):
    heard = mia.get("schedules/payments-primary/")

    assert (heard.status, heard.body) == (200, shown(fresh(company)))
    again = mia._hear("get", "schedules/payments-primary/", headers={"If-None-Match": heard.headers["ETag"]})
    assert (again.status, again.body) == (304, "")


def test_time_that_passes_makes_nobody_stale(company, mia):
    read = mia.get("schedules/payments-primary/")
    settle_due_schedules(now=NIGHT - timedelta(days=5))
    settle_due_schedules(now=NIGHT)

    heard = mia.patch("schedules/payments-primary/", {"name": "Payments"}, **{"If-Match": read.headers["ETag"]})

    assert (heard.status, heard.body["name"]) == (200, "Payments")


def test_a_schedule_is_added_with_what_is_usual(company, mia):
    heard = mia.post("schedules/", BODY)

    row = Schedule.objects.get(slug="payments-secondary")
    assert (heard.status, heard.body) == (201, shown(row, revision=1, changed_at="2026-11-20T03:00:00Z"))
    assert heard.headers["Location"] == "/api/v1/schedules/payments-secondary/"


def test_what_is_shown_can_be_sent_back(company, mia):
    before = mia.get("schedules/payments-primary/")

    heard = mia.patch("schedules/payments-primary/", {**before.body, "revision": 999})

    assert (heard.status, heard.body) == (200, before.body)


def test_some_fields_are_changed(company, mia):
    changes = {"zone": "Europe/Berlin", "absence_policy": "next", "least_rest_hours": 10.5}

    heard = mia.patch("schedules/payments-primary/", changes)

    assert heard.body == shown(fresh(company), **changes)
    assert fresh(company).least_rest == timedelta(hours=10, minutes=30)
    assert (heard.body["revision"], heard.body["changed_at"]) == (3, "2026-11-20T03:00:00Z")


def test_a_change_of_an_older_version_is_refused(company, mia):
    read = mia.get("schedules/payments-primary/").headers["ETag"]
    first = mia.patch("schedules/payments-primary/", {"name": "Payments"}, If_Match=read)

    second = mia.patch("schedules/payments-primary/", {"name": "Money"}, If_Match=read)
    gone = mia.delete("schedules/payments-primary/", If_Match=read)

    assert [problem(second), problem(gone)] == [{"status": 412, "code": "stale_version", "errors": []}] * 2
    assert (fresh(company).name, fresh(company).archived_at) == ("Payments", None)
    assert mia.patch("schedules/payments-primary/", {"name": "Money"}, If_Match=first.headers["ETag"]).status == 200
    assert mia.patch("schedules/payments-primary/", {"name": "Cash"}, If_Match="*").status == 200


def test_a_deleted_schedule_is_archived(company, mia, night):
    heard = mia.delete("schedules/payments-primary/")

    assert (heard.status, heard.body, fresh(company).archived_at) == (204, "", night)
    assert mia.get("schedules/payments-primary/").status == 404
    assert mia.get("schedules/").body["results"] == []


@pytest.mark.parametrize(
    ("change", "code", "errors"),
    [
        ({"zone": "Mars/Olympus"}, "unknown_zone", [("/zone", "unknown_zone")]),
        ({"zone": "../../etc/passwd"}, "unknown_zone", [("/zone", "unknown_zone")]),
        ({"zone": None}, "invalid", [("/zone", "null")]),
        ({"team": "nope"}, "unknown_team", [("/team", "unknown_team")]),
        ({"team": 7}, "unknown_team", [("/team", "unknown_team")]),
        ({"slug": "payments-primary"}, "invalid", [("/slug", "unique")]),
        ({"slug": "no spaces"}, "invalid", [("/slug", "invalid")]),
        ({"name": "x" * 201}, "invalid", [("/name", "max_length")]),
        ({"name": "a\0b"}, "invalid", [("/name", "null_characters_not_allowed")]),
        ({"colour": "red"}, "invalid", [("/colour", "unknown_field")]),
        ({"least_rest_hours": 0}, "invalid", [("/least_rest_hours", "invalid")]),
        ({"least_rest_hours": 168.5}, "invalid", [("/least_rest_hours", "invalid")]),
        ({"least_rest_hours": "11"}, "invalid", [("/least_rest_hours", "invalid")]),
        ({"least_rest_hours": True}, "invalid", [("/least_rest_hours", "invalid")]),
        ({"absence_policy": "shrug"}, "invalid", [("/absence_policy", "invalid_choice")]),
        ({"zone": "Mars/Olympus", "team": "nope"}, "invalid", [("/team", "unknown_team"), ("/zone", "unknown_zone")]),
    ],
)
def test_a_body_that_makes_no_sense_writes_nothing(company, mia, change, code, errors):
    heard = mia.post("schedules/", BODY | change)

    assert problem(heard) == {"status": 400, "code": code, "errors": errors}
    assert Schedule.objects.count() == 1


def test_what_is_missing_is_pointed_at(company, mia):
    heard = mia.post("schedules/", {})

    required = [("/slug", "required"), ("/name", "required"), ("/team", "required")]
    assert problem(heard) == {"status": 400, "code": "invalid", "errors": required}


def test_managers_administrators_and_services_with_the_scope_change_schedules(company):
    added = {
        who: caller.post("schedules/", BODY | {"slug": f"s{number}"}).status
        for number, (who, caller) in enumerate(company.cast().items())
    }
    changed = {
        who: caller.patch("schedules/payments-primary/", {"name": who}).status for who, caller in company.cast().items()
    }
    deleted = {
        who: caller.delete("schedules/payments-primary/").status
        for who, caller in company.cast().items()
        if changed[who] != 200
    }

    refused = {
        "nobody": 401,
        "member": 403,
        "manager of another team": 403,
        "token read": 403,
        "token incidents": 403,
    }
    may = ("manager", "administrator", "token schedules", "token admin")
    assert added == refused | dict.fromkeys(may, 201)
    assert changed == refused | dict.fromkeys(may, 200)
    assert deleted == refused
    assert Schedule.objects.count() == 5


def test_everybody_who_signs_in_sees_schedules(company):
    seen = {who: caller.get("schedules/payments-primary/").status for who, caller in company.cast().items()}

    assert seen == {who: 401 if who == "nobody" else 200 for who in seen}


def test_a_manager_gives_a_schedule_only_to_a_team_they_manage(company, mia):
    heard = mia.patch("schedules/payments-primary/", {"team": "search"})

    assert (problem(heard)["status"], fresh(company).team) == (403, company.payments)


@pytest.mark.parametrize("count", [1, 3])
def test_listing_costs_two_queries(company, count, django_assert_num_queries):
    for number in range(1, count):
        schedule(f"s{number}", of=company.search)
    caller = service_calling("read")
    caller.get("people/")

    with django_assert_num_queries(2):
        heard = caller.get("schedules/")

    assert len(heard.body["results"]) == count
