"""Who is on call?"""

from datetime import timedelta

import pytest

from rotations.actors import Actor
from rotations.services.schedules import archive_schedule
from tests.api.callers import problem, service_calling
from tests.factories.rotations import override, person, schedule, shadow, weekly_rotation

ADA = {"name": "Ada Okafor", "email": "ada@example.test"}
BO = {"name": "Bo Lind", "email": "bo@example.test"}


@pytest.fixture
def relay(company):
    caller = service_calling("read")
    caller.get("people/")  # notes that the token is in use, once a minute
    return caller


def entry(company, **changed):
    return {
        "schedule": "payments-primary",
        "name": "Payments primary",
        "people": [
            {
                "person": {"id": company.ada.pk, **ADA},
                "since": "2026-11-16T09:00:00Z",
                "until": "2026-11-23T09:00:00Z",
                "source": {"kind": "rotation", "rotation": company.rotation, "ordinal": 150, "layer": 1},
                "also": [],
            }
        ],
        "shadows": [],
        "silence": False,
        "next": {"at": "2026-11-23T09:00:00Z", "people": [{"id": company.bo.pk, **BO}]},
    } | changed


def test_the_person_on_call_comes_with_the_shift_the_reason_and_who_is_next(company, relay):
    heard = relay.get("on-call/", at="2026-11-20T04:14:00+01:00")

    assert (heard.status, heard.body) == (200, {"at": "2026-11-20T03:14:00Z", "results": [entry(company)]})


def test_without_a_moment_it_is_now(company, relay):
    assert relay.get("on-call/").body == {"at": "2026-11-20T03:00:00Z", "results": [entry(company)]}


def test_one_schedule_answers_for_itself(company, relay):
    heard = relay.get("schedules/payments-primary/on-call/")

    assert heard.body == {"at": "2026-11-20T03:00:00Z", **entry(company)}


def test_text_is_a_line_of_slug_and_email_for_each_person(company, relay):
    weekly_rotation(schedule("search-primary", of=company.search), [[company.bo, company.otto]])
    schedule("empty", of=company.search)

    heard = relay.get("on-call/", format="text")

    assert heard.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert heard.body == (
        "payments-primary\tada@example.test\nsearch-primary\tbo@example.test\nsearch-primary\totto@example.test\n"
    )


def test_text_of_nobody_is_text_all_the_same(company, relay):
    heard = relay.get("on-call/", format="text", at="1990-01-01T00:00:00Z")

    assert (heard.status, heard.headers["Content-Type"], heard.body) == (200, "text/plain; charset=utf-8", "")


def test_a_gap_has_no_people_and_an_override_is_named(company, relay, night):
    empty = schedule("empty", of=company.search)
    cover = override(empty, night, timedelta(hours=2), kind="add", person=company.otto)

    before = relay.get("schedules/empty/on-call/", at="2026-11-20T02:59:59Z").body
    during = relay.get("schedules/empty/on-call/").body

    otto = {"id": company.otto.pk, "name": "Otto Wu", "email": "otto@example.test"}
    assert before == {
        "at": "2026-11-20T02:59:59Z",
        "schedule": "empty",
        "name": "Empty",
        "people": [],
        "shadows": [],
        "silence": False,
        "next": {"at": "2026-11-20T03:00:00Z", "people": [otto]},
    }
    assert during["people"] == [
        {
            "person": otto,
            "since": "2026-11-20T03:00:00Z",
            "until": "2026-11-20T05:00:00Z",
            "source": {"kind": "override", "rotation": None, "ordinal": None, "layer": None, "override": cover.pk},
            "also": [],
        }
    ]
    assert during["next"] is None


def test_planned_silence_and_shadows_are_told_apart(company, relay, night):
    trainee = person("Cy Young")
    quiet = schedule("quiet", of=company.search)
    weekly_rotation(quiet, [[company.otto, shadow(trainee)]])
    shown = relay.get("schedules/quiet/on-call/").body
    override(quiet, night, timedelta(hours=1), kind="silence")

    silent = relay.get("schedules/quiet/on-call/").body

    assert shown["shadows"] == [{"id": trainee.pk, "name": "Cy Young", "email": "cy@example.test"}]
    assert (silent["people"], silent["silence"], silent["next"]["at"]) == ([], True, "2026-11-20T04:00:00Z")


@pytest.mark.parametrize(
    ("parameters", "slugs"),
    [
        ({}, ["a-search", "b-search", "payments-primary"]),
        ({"schedule": ["b-search", "payments-primary"]}, ["b-search", "payments-primary"]),
        ({"team": "search"}, ["a-search", "b-search"]),
        ({"team": "search", "schedule": "payments-primary"}, []),
        ({"person": "ada@example.test"}, ["a-search", "payments-primary"]),
    ],
)
def test_schedules_are_chosen_by_slug_team_and_person(company, relay, parameters, slugs):
    weekly_rotation(schedule("a-search", of=company.search), [[company.ada, company.bo]])
    weekly_rotation(schedule("b-search", of=company.search), [company.otto])

    heard = relay.get("on-call/", **parameters)

    assert [each["schedule"] for each in heard.body["results"]] == slugs


@pytest.mark.parametrize(
    ("parameters", "code", "error"),
    [
        ({"at": "2026-11-20T03:14:00"}, "invalid", ("/at", "invalid")),
        ({"at": "yesterday"}, "invalid", ("/at", "invalid")),
        ({"at": "0001-01-01T00:00:00+14:00"}, "invalid", ("/at", "invalid")),
        ({"at": "2100-01-01T00:00:00Z"}, "invalid", ("/at", "invalid")),
        ({"schedule": "nope"}, "unknown_schedule", ("/schedule", "unknown_schedule")),
        ({"schedule": ["payments-primary", "nope"]}, "unknown_schedule", ("/schedule", "unknown_schedule")),
        ({"team": "nope"}, "unknown_team", ("/team", "unknown_team")),
        ({"team": "\0"}, "invalid", ("/team", "null_characters_not_allowed")),
        ({"person": "nobody@example.test"}, "unknown_person", ("/person", "unknown_person")),
        ({"person": "99999999999999999999"}, "unknown_person", ("/person", "unknown_person")),
        ({"format": "xml"}, "invalid", ("/format", "invalid")),
        ({"schedul": "payments-primary"}, "invalid", ("/schedul", "unknown_parameter")),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(company, relay, parameters, code, error):
    heard = relay.get("on-call/", **parameters)

    assert problem(heard) == {"status": 400, "code": code, "errors": [error]}


def test_an_offset_whose_plus_was_not_escaped_is_understood(company, relay):
    heard = relay.get("/api/v1/on-call/?at=2026-11-20T04:14:00+01:00")

    assert heard.body["at"] == "2026-11-20T03:14:00Z"


def test_a_parameter_that_does_not_exist_is_refused(company, relay):
    heard = relay.get("schedules/payments-primary/on-call/", why="true")

    assert problem(heard) == {"status": 400, "code": "invalid", "errors": [("/why", "unknown_parameter")]}


def test_an_archived_schedule_does_not_answer(company, relay):
    archive_schedule(company.primary, by=Actor.system(), now=company.primary.changed_at)

    assert relay.get("on-call/").body["results"] == []
    assert relay.get("schedules/payments-primary/on-call/").status == 404


@pytest.mark.parametrize("count", [1, 3, 50])
def test_any_number_of_schedules_costs_four_queries(
    company, relay, count, django_assert_num_queries, django_capture_on_commit_callbacks
):
    for number in range(1, count):
        weekly_rotation(schedule(f"s{number}", of=company.search), [company.bo, company.ada])
    with django_capture_on_commit_callbacks(execute=True):
        relay.get("on-call/")  # every plan is read once and remembered

    with django_assert_num_queries(4):  # the token, the schedules, their revisions, the people
        heard = relay.get("on-call/")

    assert len(heard.body["results"]) == count
