"""Who works when, and when nobody?"""

from datetime import UTC, datetime, timedelta

import pytest

from rotations.models import Rotation
from tests.api.callers import problem, service_calling
from tests.factories.rotations import absence, asked_swap, override, schedule, weekly_rotation

WINDOW = {"from": "2026-11-20T00:00:00Z", "until": "2026-12-01T00:00:00Z"}
PATH = "schedules/payments-primary/"


@pytest.fixture
def relay(company):
    caller = service_calling("read")
    caller.get("people/")
    return caller


def shown(row):
    return {"id": row.pk, "name": row.name, "email": row.email}


def shift(company, person, start, end, ordinal):
    return {
        "person": shown(person),
        "start": start,
        "end": end,
        "source": {"kind": "rotation", "rotation": company.rotation, "ordinal": ordinal, "layer": 1},
        "recorded": False,
    }


def without_uids(body):
    uids = [one.pop("uid") for one in body["shifts"]]
    assert len(set(uids)) == len(uids)
    return body


def test_shifts_are_cut_to_the_window(company, relay):
    heard = relay.get(PATH + "shifts/", **WINDOW)

    assert heard.status == 200
    assert without_uids(heard.body) == {
        "schedule": "payments-primary",
        **WINDOW,
        "recorded_until": None,
        "shifts": [
            shift(company, company.ada, WINDOW["from"], "2026-11-23T09:00:00Z", 150),
            shift(company, company.bo, "2026-11-23T09:00:00Z", "2026-11-30T09:00:00Z", 151),
            shift(company, company.ada, "2026-11-30T09:00:00Z", WINDOW["until"], 152),
        ],
        "gaps": [],
        "silence": [],
    }


def test_shifts_are_whole_when_they_are_not_cut(company, relay):
    cut = relay.get(PATH + "shifts/", **WINDOW).body["shifts"]
    whole = relay.get(PATH + "shifts/", **WINDOW, clip="false").body["shifts"]

    assert (whole[0]["start"], whole[-1]["end"]) == ("2026-11-16T09:00:00Z", "2026-12-07T09:00:00Z")
    assert [one["uid"] for one in whole] == [one["uid"] for one in cut]


def test_one_persons_shifts_are_chosen_and_adjacent_ones_joined(company, relay, night):
    override(company.primary, night.replace(day=23, hour=9), timedelta(days=7), replaces=company.bo, person=company.ada)

    each = relay.get(PATH + "shifts/", **WINDOW, person=company.ada.pk).body["shifts"]
    joined = relay.get("/api/v1/schedules/payments-primary/shifts/?merge&from=2026-11-20T00Z&until=2026-12-01T00Z").body

    assert [(one["start"], one["source"]["kind"]) for one in each] == [
        ("2026-11-20T00:00:00Z", "rotation"),
        ("2026-11-23T09:00:00Z", "override"),
        ("2026-11-30T09:00:00Z", "rotation"),
    ]
    assert [(one["person"], one["start"], one["end"]) for one in joined["shifts"]] == [
        (shown(company.ada), WINDOW["from"], WINDOW["until"])
    ]
    assert relay.get(PATH + "shifts/", **WINDOW, person="bo@example.test").body["shifts"] == []


def test_gaps_and_silence_fill_what_shifts_leave(company, relay, night):
    quiet = schedule("quiet", of=company.search)
    override(quiet, night, timedelta(hours=2), kind="add", person=company.otto)
    planned = override(quiet, night + timedelta(hours=2), timedelta(hours=1), kind="silence")
    window = {"from": "2026-11-20T02:00:00Z", "until": "2026-11-20T06:30:00Z"}

    shifts = relay.get("schedules/quiet/shifts/", **window).body
    gaps = relay.get("schedules/quiet/gaps/", **window).body

    expected = [
        {"start": "2026-11-20T02:00:00Z", "end": "2026-11-20T03:00:00Z"},
        {"start": "2026-11-20T06:00:00Z", "end": "2026-11-20T06:30:00Z"},
    ]
    assert shifts["gaps"] == expected
    assert shifts["silence"] == [
        {"start": "2026-11-20T05:00:00Z", "end": "2026-11-20T06:00:00Z", "override": planned.pk}
    ]
    assert gaps == {"schedule": "quiet", **window, "gaps": expected}


def test_gaps_and_silence_are_cut_to_the_window_even_when_shifts_are_not(company, relay, night):
    quiet = schedule("quiet", of=company.search)
    override(quiet, night, timedelta(hours=5), kind="silence")

    body = relay.get(
        "schedules/quiet/shifts/", **{"from": "2026-11-20T04:00:00Z", "until": "2026-11-20T05:00:00Z"}, clip=0
    ).body

    assert [(one["start"], one["end"]) for one in body["silence"]] == [("2026-11-20T04:00:00Z", "2026-11-20T05:00:00Z")]


@pytest.mark.parametrize("path", ["shifts/", "gaps/", "conflicts/"])
@pytest.mark.parametrize(
    ("change", "code", "error"),
    [
        ({"from": None}, "invalid", ("/from", "required")),
        ({"until": None}, "invalid", ("/until", "required")),
        ({"from": "2026-11-20T00:00:00"}, "invalid", ("/from", "invalid")),
        ({"from": "2026-11-20"}, "invalid", ("/from", "invalid")),
        ({"until": "2026-11-20T00:00:00Z"}, "invalid", ("/until", "end_before_start")),
        ({"until": "2026-11-19T00:00:00Z"}, "invalid", ("/until", "end_before_start")),
        ({"until": "2027-12-25T00:00:01Z"}, "window_too_long", ("/until", "window_too_long")),
        ({"page": "2"}, "invalid", ("/page", "unknown_parameter")),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(relay, path, change, code, error):
    parameters = {name: value for name, value in (WINDOW | change).items() if value is not None}

    heard = relay.get(PATH + path, **parameters)

    assert problem(heard) == {"status": 400, "code": code, "errors": [error]}


def test_four_hundred_days_are_not_too_long(company, relay):
    assert relay.get(PATH + "shifts/", **WINDOW | {"until": "2027-12-25T00:00:00Z"}).status == 200


@pytest.mark.parametrize("switch", ["clip", "merge"])
def test_a_switch_is_on_or_off(company, relay, switch):
    heard = relay.get(PATH + "shifts/", **WINDOW, **{switch: "perhaps"})

    assert problem(heard) == {"status": 400, "code": "invalid", "errors": [(f"/{switch}", "invalid")]}


@pytest.mark.parametrize("hours", [24, 24 * 30])
def test_any_number_of_shifts_costs_four_queries(
    company, relay, hours, django_assert_num_queries, django_capture_on_commit_callbacks
):
    hourly = schedule("hourly", of=company.search)
    weekly_rotation(hourly, [company.ada, company.bo], unit="hour")
    window = {"from": "2026-12-01T00:00:00Z", "until": f"2026-12-{1 + hours // 24:02}T00:00:00Z"}
    with django_capture_on_commit_callbacks(execute=True):
        relay.get("schedules/hourly/shifts/", **window)

    with django_assert_num_queries(4):  # the token, the schedule, its revision, the people
        heard = relay.get("schedules/hourly/shifts/", **window)

    assert len(heard.body["shifts"]) == hours


def test_conflicts_say_who_is_on_call_and_away_and_which_turn_to_swap(company, relay, night):
    start, end = datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC)
    absence(company.bo, start, end)
    rotation = Rotation.objects.get(pk=company.rotation)
    swap = asked_swap(rotation, 151, company.bo, company.ada, now=night)

    heard = relay.get(PATH + "conflicts/", **WINDOW)

    assert (heard.status, heard.body) == (
        200,
        {
            "schedule": "payments-primary",
            **WINDOW,
            "conflicts": [
                {
                    "person": shown(company.bo),
                    "start": "2026-11-24T00:00:00Z",
                    "end": "2026-11-26T00:00:00Z",
                    "source": {"kind": "rotation", "rotation": company.rotation, "ordinal": 151, "layer": 1},
                    "swap": swap.pk,
                }
            ],
        },
    )


@pytest.mark.parametrize("count", [1, 3])
def test_conflicts_cost_the_same_however_many(company, relay, count, django_assert_num_queries):
    for day in range(count):
        absence(company.bo, datetime(2026, 11, 24 + day, tzinfo=UTC), timedelta(hours=1))
    relay.get(PATH + "conflicts/", **WINDOW)

    # Most of them read the plan, which is remembered from then on.
    with django_assert_num_queries(17):
        assert len(relay.get(PATH + "conflicts/", **WINDOW).body["conflicts"]) == count
