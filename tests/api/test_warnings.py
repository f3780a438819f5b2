"""What will go wrong in a schedule?"""

import pytest

from rotations.actors import Actor
from rotations.services.people import deactivate_person
from rotations.services.schedules import archive_schedule
from rotations.services.warnings import review_warnings
from tests.api.callers import problem, service_calling
from tests.factories.rotations import hours, schedule, weekly_rotation

PATH = "schedules/payments-primary/warnings/"


@pytest.fixture
def relay(company):
    return service_calling("read")


def test_warnings_name_whose_turns_become_gaps(company, relay, night):
    deactivate_person(company.bo, by=Actor.system(), now=night)
    review_warnings(company.primary, now=night)

    heard = relay.get(PATH)

    bo = {"id": company.bo.pk, "name": "Bo Lind", "email": "bo@example.test"}
    first = {"start": "2026-11-23T09:00:00Z", "end": "2026-11-30T09:00:00Z", "raised_at": "2026-11-20T03:00:00Z"}
    second = first | {"start": "2026-12-07T09:00:00Z", "end": "2026-12-14T09:00:00Z"}
    assert (heard.status, heard.body) == (
        200,
        {
            "next": None,
            "previous": None,
            "results": [
                {"kind": kind, "person": who, "swap": None, "text": text, **span}
                for span in (first, second)
                for kind, who, text in (
                    ("gap", None, "Nobody is on call: Bo Lind left"),
                    ("deactivated", bo, "It is the turn of Bo Lind, who was deactivated"),
                )
            ],
        },
    )


def test_where_nothing_goes_wrong_there_is_no_warning(company, relay, night):
    review_warnings(company.primary, now=night)

    assert relay.get(PATH).body["results"] == []


def test_a_schedule_that_is_not_there_or_archived_has_no_warnings(company, relay, night):
    archive_schedule(company.primary, by=Actor.system(), now=night)

    assert [problem(relay.get(path))["status"] for path in (PATH, "schedules/nothing/warnings/")] == [404, 404]


@pytest.mark.parametrize("days", [["mon"], ["mon", "tue", "wed"]])
def test_any_number_of_warnings_costs_three_queries(company, relay, night, days, django_assert_num_queries):
    office = schedule("office", of=company.search)
    weekly_rotation(office, [company.ada], windows=[hours("09:00", "17:00", *days)])
    review_warnings(office, now=night)
    relay.get(PATH)

    with django_assert_num_queries(3):  # the token, the schedule, the warnings
        heard = relay.get("schedules/office/warnings/")

    assert len(heard.body["results"]) > 4
