"""Who is away, and who may say so?"""

from datetime import UTC, datetime, timedelta

import pytest

from rotations.actors import Actor
from rotations.incoming import Occurrence
from rotations.models import Absence, ScheduleChange
from rotations.services.read_absences import replace_absences
from tests.api.callers import person_calling, problem, service_calling
from tests.factories.rotations import EARLY, absence, absence_feed

SPAN = {"start": "2026-12-21T08:00:00Z", "end": "2026-12-28T08:00:00Z"}


@pytest.fixture
def ada(company):
    return person_calling(company.ada)


def shown(person):
    return {"id": person.pk, "name": person.name, "email": person.email}


def test_somebody_says_that_they_are_away(company, ada):
    heard = ada.post("absences/", SPAN | {"reason": "Lisbon"})

    row = Absence.objects.get()
    expected = {"id": row.pk, "person": shown(company.ada), **SPAN, "reason": "Lisbon", "feed": None}
    assert (heard.status, heard.body) == (201, expected)
    assert heard.headers["Location"] == f"/api/v1/absences/{row.pk}/"
    assert ada.get(f"absences/{row.pk}/").body == expected
    assert ada.get("absences/").body == {"next": None, "previous": None, "results": [expected]}
    assert ScheduleChange.objects.latest("pk").actor_name == "Ada Okafor"


def test_an_absence_is_edited_and_deleted(company, ada):
    made = ada.post("absences/", SPAN).body

    edited = ada.patch(f"absences/{made['id']}/", {"end": "2026-12-27T08:00:00Z", "reason": "Porto"})

    assert (edited.status, edited.body) == (200, made | {"end": "2026-12-27T08:00:00Z", "reason": "Porto"})
    assert ada.delete(f"absences/{made['id']}/").status == 204
    assert ada.get(f"absences/{made['id']}/").status == 404


def test_an_absence_read_before_somebody_changed_it_is_stale(company, ada):
    made = ada.post("absences/", SPAN)
    path = f"absences/{made.body['id']}/"

    refused = [
        problem(ada.patch(path, {"reason": "x"}, If_Match='"older"')),
        problem(ada.delete(path, If_Match='"older"')),
    ]

    assert refused == [{"status": 412, "code": "stale_version", "errors": []}] * 2
    assert Absence.objects.get().reason == ""
    edited = ada.patch(path, {"reason": "x"}, If_Match=made.headers["ETag"])
    assert ada.delete(path, If_Match=edited.headers["ETag"]).status == 204


def test_what_an_answer_shows_may_be_sent_back(company, ada):
    made = ada.post("absences/", SPAN).body

    assert ada.patch(f"absences/{made['id']}/", made).body == made


@pytest.mark.parametrize(
    ("change", "code", "errors"),
    [
        ({"end": "2026-12-20T08:00:00Z"}, "invalid", [("/end", "end_before_start")]),
        ({"end": SPAN["start"]}, "invalid", [("/end", "end_before_start")]),
        ({"start": "2026-12-21T08:00:00"}, "invalid", [("/start", "invalid")]),
        ({"start": None}, "invalid", [("/start", "null")]),
        ({"person": 99999}, "unknown_person", [("/person", "unknown_person")]),
        ({"reason": "x" * 201}, "invalid", [("/reason", "max_length")]),
        ({"why": "x"}, "invalid", [("/why", "unknown_field")]),
    ],
)
def test_a_body_that_makes_no_sense_writes_nothing(company, ada, change, code, errors):
    heard = ada.post("absences/", SPAN | change)

    assert problem(heard) == {"status": 400, "code": code, "errors": errors}
    assert not Absence.objects.exists()


def test_what_is_over_stays(company, ada, night):
    past = absence(company.ada, night.replace(day=1), night.replace(day=2), now=night.replace(day=1))
    over = {"start": "2026-11-19T00:00:00Z", "end": "2026-11-19T01:00:00Z"}

    refused = [
        problem(ada.post("absences/", over)),
        problem(ada.patch(f"absences/{past.pk}/", {"end": SPAN["end"]})),
        problem(ada.delete(f"absences/{past.pk}/")),
    ]

    assert refused == [
        {"status": 409, "code": "in_the_past", "errors": [("/end", "in_the_past")]},
        {"status": 409, "code": "in_the_past", "errors": []},
        {"status": 409, "code": "in_the_past", "errors": []},
    ]
    assert Absence.objects.get().end == past.end


def test_people_say_it_of_themselves_managers_of_their_team_and_service_tokens_of_whom_they_name(company):
    of_bo = {who: caller.post("absences/", SPAN | {"person": company.bo.pk}) for who, caller in company.cast().items()}

    assert {who: heard.status for who, heard in of_bo.items()} == {
        "nobody": 401,
        "member": 403,
        "manager": 201,
        "manager of another team": 403,
        "administrator": 201,
        "token read": 403,
        "token incidents": 403,
        "token schedules": 201,
        "token admin": 201,
    }
    assert problem(service_calling("schedules").post("absences/", SPAN)) == {
        "status": 400,
        "code": "person_required",
        "errors": [("/person", "person_required")],
    }


def test_nobody_changes_the_absence_of_a_colleague(company):
    row = absence(company.bo, datetime(2027, 1, 1, tzinfo=UTC), timedelta(days=7))
    cast = company.cast()

    edits = {who: caller.patch(f"absences/{row.pk}/", {"reason": "x"}).status for who, caller in cast.items()}

    refused = {"nobody": 401} | dict.fromkeys(
        ("member", "manager of another team", "token read", "token incidents"), 403
    )
    assert edits == refused | dict.fromkeys(("manager", "administrator", "token schedules", "token admin"), 200)
    assert cast["member"].delete(f"absences/{row.pk}/").status == 403
    assert cast["token schedules"].delete(f"absences/{row.pk}/").status == 204


def test_a_policy_puts_a_stand_in_on_call_and_says_so(company, ada):
    mia = person_calling(company.mia)
    mia.patch("schedules/payments-primary/", {"absence_policy": "next"})

    ada.post("absences/", {"start": "2026-11-20T04:00:00Z", "end": "2026-11-20T05:00:00Z"})

    [entry] = ada.get("schedules/payments-primary/on-call/", at="2026-11-20T04:00:00Z").body["people"]
    assert (entry["person"], entry["source"]["kind"]) == (shown(company.bo), "absence_cover")


@pytest.mark.parametrize("count", [1, 3])
def test_listing_costs_three_queries(company, count, django_assert_num_queries):
    for month in range(count):
        absence(company.ada, datetime(2027, 1 + month, 1, tzinfo=UTC), timedelta(days=7))
    caller = service_calling("read")
    caller.get("people/")

    with django_assert_num_queries(3):
        heard = caller.get("absences/", person=company.ada.pk)

    assert len(heard.body["results"]) == count


def test_an_absence_read_from_a_feed_says_so_and_is_changed_there(company, ada):
    feed = absence_feed(company.ada)
    start = datetime(2027, 1, 1, tzinfo=UTC)
    replace_absences(feed, [Occurrence("1", "", start, start + timedelta(days=1))], by=Actor.system(), now=EARLY)
    [shown_one] = ada.get("absences/").body["results"]

    refused = [
        problem(ada.patch(f"absences/{shown_one['id']}/", {"reason": "x"})),
        problem(ada.delete(f"absences/{shown_one['id']}/")),
    ]

    assert shown_one["feed"] == {"id": feed.pk, "name": "Leave"}
    assert refused == [{"status": 409, "code": "from_feed", "errors": []}] * 2
    assert Absence.objects.get().reason == "Leave"
