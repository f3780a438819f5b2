"""How is the work of a schedule shared?"""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from rotations.actors import Actor
from rotations.queries import forget
from rotations.services.people import edit_person
from rotations.services.schedules import edit_schedule
from tests.api.callers import problem, service_calling
from tests.factories.rotations import hours, override, person, schedule, weekly_rotation

PATH = "schedules/payments-primary/load/"
WINDOW = {"from": "2026-11-20T00:00:00Z", "until": "2026-12-01T00:00:00Z"}
SYSTEM = Actor.system()


@pytest.fixture
def relay(company):
    return service_calling("read")


def shown(row):
    return {"id": row.pk, "name": row.name, "email": row.email}


def test_the_load_of_each_person_with_gaps_and_silence(company, relay, night):
    edit_person(company.ada, zone="Europe/Berlin", country="DE", by=SYSTEM, now=night)
    silent = datetime(2026, 11, 24, tzinfo=UTC)
    override(company.primary, silent, timedelta(hours=2), kind="silence", now=night)
    gone = override(
        company.primary,
        silent + timedelta(days=1),
        timedelta(seconds=30),
        kind="remove",
        replaces=company.bo,
        now=night,
    )

    heard = relay.get(PATH, **WINDOW)

    assert (heard.status, gone.kind) == (200, "remove")
    assert heard.body == {
        "schedule": "payments-primary",
        **WINDOW,
        "recorded_until": None,
        "night": {"start": "22:00", "end": "06:00"},
        "people": [
            {
                # From Friday 01:00 to Monday 10:00 in Berlin, and on Monday the 30th from 10:00 to 01:00.
                "person": shown(company.ada),
                "zone": "Europe/Berlin",
                "country": "DE",
                "holidays_known": True,
                "shifts": 2,
                "hours": 96,
                "night_hours": 29 + 3,
                "weekend_hours": 48,
                "holiday_hours": 0,
            },
            {
                "person": shown(company.bo),
                "zone": "UTC",
                "country": "",
                "holidays_known": False,
                "shifts": 3,
                "hours": (166 * 3600 - 30) / 3600,
                "night_hours": 7 * 8 - 2 - 30 / 3600,
                "weekend_hours": 48,
                "holiday_hours": 0,
            },
        ],
        "gaps": [{"start": "2026-11-25T00:00:00Z", "end": "2026-11-25T00:00:30Z"}],
        "silence": [
            {
                "start": "2026-11-24T00:00:00Z",
                "end": "2026-11-24T02:00:00Z",
                "override": gone.pk - 1,
            }
        ],
        "double_bookings": [],
        "least_rest_hours": None,
        "short_rests": [],
    }


def test_public_holidays_are_those_of_the_person_s_country_and_the_clock_change_counts_what_it_is(
    company, relay, night
):
    edit_person(company.ada, zone="Europe/Berlin", country="DE", by=SYSTEM, now=night)
    berlin = schedule("berlin", of=company.payments)
    weekly_rotation(berlin, [company.ada])

    def figures(start: str, end: str) -> list[float]:
        (one,) = relay.get("schedules/berlin/load/", **{"from": start, "until": end}).body["people"]
        return [one[f"{name}hours"] for name in ("", "night_", "weekend_", "holiday_")]

    assert figures("2026-12-24T23:00:00Z", "2026-12-26T23:00:00Z") == [48, 16, 24, 48]
    assert figures("2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z") == [23, 7, 23, 0]  # Easter Sunday is none in law
    assert figures("2027-10-30T22:00:00Z", "2027-10-31T23:00:00Z") == [25, 9, 25, 0]
    edit_person(company.ada, country="XX", by=SYSTEM, now=night)
    assert figures("2026-12-24T23:00:00Z", "2026-12-26T23:00:00Z") == [48, 16, 24, 0]


def test_somebody_on_call_in_another_schedule_too_is_double_booked(company, relay):
    other = schedule("search-primary", of=company.search)
    weekly_rotation(other, [company.bo, person("Cy Roe")])

    heard = relay.get(PATH, **WINDOW | {"until": "2026-12-10T00:00:00Z"})

    # Ada has even weeks here, Bo has them there: at no time both. Cy is nobody's double.
    assert heard.body["double_bookings"] == []
    weekly_rotation(schedule("third", of=company.search), [company.bo], windows=[hours("09:00", "17:00", "tue")])
    heard = relay.get(PATH, **WINDOW)
    assert heard.body["double_bookings"] == [
        {
            "person": shown(company.bo),
            "schedule": "third",
            "start": "2026-11-24T09:00:00Z",
            "end": "2026-11-24T17:00:00Z",
        }
    ]


def test_a_rest_that_is_too_short_is_told_whole_even_at_the_edge_of_the_window(company, relay, night):
    short = schedule("short", of=company.search, least_rest=timedelta(hours=11))
    weekly_rotation(short, [company.ada], windows=[hours("06:00", "12:00"), hours("20:00", "23:00", "wed")])

    heard = relay.get("schedules/short/load/", **{"from": "2026-11-25T18:00:00Z", "until": "2026-11-27T00:00:00Z"})

    rests = [("2026-11-25T12:00:00Z", "2026-11-25T20:00:00Z"), ("2026-11-25T23:00:00Z", "2026-11-26T06:00:00Z")]
    assert heard.body["least_rest_hours"] == 11
    assert heard.body["short_rests"] == [
        {"person": shown(company.ada), "start": start, "end": end} for start, end in rests
    ]
    edit_schedule(short, least_rest=timedelta(hours=7), by=SYSTEM, now=night)
    assert relay.get("schedules/short/load/", **WINDOW).body["short_rests"] == []


def test_as_csv_nothing_is_a_formula(company, relay, night):
    edit_person(company.ada, name='=HYPERLINK("http://x","Ada")', by=SYSTEM, now=night)

    heard = relay.get(PATH, **WINDOW, format="csv")

    assert heard.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert heard.headers["Content-Disposition"] == (
        'attachment; filename="load-payments-primary-2026-11-20-2026-12-01.csv"'
    )
    assert [*csv.reader(io.StringIO(heard.body))] == [
        [
            "person", "email", "zone", "country",
            "shifts", "hours", "night_hours", "weekend_hours", "holiday_hours",
        ],
        ["'=HYPERLINK(\"http://x\",\"Ada\")", "ada@example.test", "UTC", "", "2", "96", "32", "48", "0"],
        ["Bo Lind", "bo@example.test", "UTC", "", "1", "168", "56", "48", "0"],
    ]  # fmt: skip


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r"])
def test_a_name_that_begins_as_a_formula_does_is_neutralised(company, relay, night, begins):
    from api.load import CSVRenderer

    table = CSVRenderer().render([(f"{begins}1+1", 7, "plain")]).decode()

    assert [*csv.reader(io.StringIO(table, newline=""))] == [[f"'{begins}1+1", "7", "plain"]]


def test_a_schedule_without_rotations_is_one_gap_and_nobody_s_load(company, relay):
    schedule("empty", of=company.search)

    body = relay.get("schedules/empty/load/", **WINDOW).body

    assert (body["people"], body["gaps"]) == ([], [{"start": WINDOW["from"], "end": WINDOW["until"]}])


@pytest.mark.parametrize(
    ("change", "code", "error"),
    [
        ({"from": None}, "invalid", ("/from", "required")),
        ({"until": "2026-11-20T00:00:00Z"}, "invalid", ("/until", "end_before_start")),
        ({"until": "2027-12-25T00:00:01Z"}, "window_too_long", ("/until", "window_too_long")),
        ({"from": "2026-11-20T00:00:00"}, "invalid", ("/from", "invalid")),
        ({"person": "7"}, "invalid", ("/person", "unknown_parameter")),
    ],
)
@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_window_that_makes_no_sense_is_refused(relay, form, change, code, error):
    parameters = {name: value for name, value in (WINDOW | change).items() if value is not None}

    heard = relay.get(PATH, **parameters, format=form)

    assert problem(heard) == {"status": 400, "code": code, "errors": [error]}


def test_a_schedule_that_is_not_there_has_no_load(relay):
    assert problem(relay.get("schedules/nothing/load/", **WINDOW))["status"] == 404


@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_people_and_schedules_costs_seven_queries(
    company, relay, count, django_assert_num_queries, django_capture_on_commit_callbacks
):
    crew = [company.bo, *(person(f"Person{n}") for n in range(count))]
    shared = schedule("shared", of=company.search, least_rest=timedelta(hours=11))
    weekly_rotation(shared, crew)
    for n, each in enumerate(crew):
        weekly_rotation(schedule(f"other-{n}", of=company.search), [each])
    path = "schedules/shared/load/"
    with django_capture_on_commit_callbacks(execute=True):
        relay.get(path, **WINDOW)

    # The token, the schedule, its revision twice (rests reach further), the people, the schedules they are in and
    # the revisions of those.
    with django_assert_num_queries(7):
        relay.get(path, **WINDOW)
    forget()
