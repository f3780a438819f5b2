"""Why is she on call at 03:00?"""

from datetime import UTC, datetime, timedelta

import pytest

from rotations.actors import Actor
from rotations.services.duty import settle_due_schedules
from rotations.services.schedules import archive_schedule
from tests.factories.rotations import override, person, schedule, team, weekly_rotation
from tests.oncall.pages.conftest import NOW, SignIn
from tests.oncall.pages.reading import lines_of

pytestmark = pytest.mark.django_db

PAGE = "/schedules/payments-primary/explain/"


@pytest.fixture
def ada():
    return person("Ada Okafor", zone="Asia/Tokyo")


@pytest.fixture
def primary(ada):
    primary = schedule("payments-primary", of=team("payments", name="Payments"))
    weekly_rotation(primary, [ada, person("Bo Lind")])
    return primary


def asked(client, **parameters):
    """Return the heading, the answer with its reasons, and what stands in the field."""
    response = client.get(PAGE, parameters)
    found = response.context["form"]["at"].value()
    return response.status_code, lines_of(response, "explanation"), found


def test_the_page_says_why_in_the_zone_of_the_viewer(signed_in: SignIn, ada, primary):
    assert asked(signed_in(ada)) == (
        200,
        [
            "Friday 20 November 2026, 12:14:00 JST",
            "On call: Ada Okafor.",
            "Rotation",
            "Primary, layer 1: in force.",
            "Version",
            "Version of Mon 1 Jan 2024 09:00: in force.",
            "Turn",
            "Turn 150, Mon 16 Nov 18:00 to Mon 18:00: Ada Okafor.",
            "Layer",
            "Layer 1: Ada Okafor; the highest with anybody, it answers.",
        ],
        datetime(2026, 11, 20, 12, 14),  # noqa: DTZ001 - a clock on a wall has no zone
    )


def test_a_moment_is_read_on_the_clock_of_the_viewer_or_with_its_offset(signed_in: SignIn, ada, primary):
    client = signed_in(ada)
    by_reading, by_instant = asked(client, at="2026-11-23T18:00"), asked(client, at="2026-11-23T09:00:00Z")

    assert by_reading == by_instant
    assert by_reading[1][:2] == ["Monday 23 November 2026, 18:00:00 JST", "On call: Bo Lind."]
    assert asked(client, at="2026-11-23T17:59")[1][1] == "On call: Ada Okafor."


@pytest.mark.parametrize(
    ("at", "what"),
    [
        ("yesterday", "Write a date and a time, such as 2026-11-30T09:00."),
        ("1969-12-31T23:59", "Choose a year from 1970 to 2099."),
        ("2100-01-01T00:00Z", "Choose a year from 1970 to 2099."),
        ("1970-01-01T00:00", "Answers reach from 1970 to 2099."),
        ("9999-12-31T23:59-05:00", "Write a date and a time, such as 2026-11-30T09:00."),
        ("0001-01-01T00:00+05:00", "Write a date and a time, such as 2026-11-30T09:00."),
    ],
)
def test_what_is_no_moment_is_said_beside_the_field(signed_in: SignIn, ada, primary, at, what):
    response = signed_in(ada).get(PAGE, {"at": at})

    assert (response.status_code, response.context["form"].errors) == (400, {"at": [what]})
    assert what in lines_of(response)


def test_the_past_is_told_as_it_was_recorded(signed_in: SignIn, ada, primary):
    override(
        primary,
        NOW - timedelta(hours=3),
        timedelta(hours=1),
        person=ada,
        reason="dentist",
        now=NOW - timedelta(hours=4),
    )
    settle_due_schedules(now=NOW)

    at = (NOW - timedelta(hours=2, minutes=30)).astimezone(UTC).isoformat()
    lines = asked(signed_in(ada), at=at)[1]

    assert [line.rpartition("override ")[0] or line for line in lines] == [
        "Friday 20 November 2026, 09:44:00 JST",
        "On call: Ada Okafor.",
        "Recorded",
        "As recorded: this is how it happened, whatever was changed since.",
        "Recorded",
        "Ada Okafor: ",
    ]


def test_the_board_and_the_admin_lead_to_it(signed_in: SignIn, primary):
    root = person("Root", is_superuser=True)

    for page in ("/", f"/admin/rotations/schedule/{primary.pk}/change/"):
        assert f'href="{PAGE}"' in signed_in(root).get(page).content.decode()


def test_an_archived_or_unknown_schedule_has_no_page_and_nobody_reads_it_who_has_not_signed_in(
    client, signed_in: SignIn, ada, primary
):
    assert client.get(PAGE).headers["Location"] == f"/accounts/login/?next={PAGE}"
    assert signed_in(ada).get("/schedules/nowhere/explain/").status_code == 404
    archive_schedule(primary, by=Actor.system(), now=NOW)
    assert signed_in(ada).get(PAGE).status_code == 404
