"""Does the demo bring what it prints, in any week, and keep away from everybody else's data?"""

import json
import re
import stat
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.utils import timezone

from oncall.access.models import ApiToken
from oncall.demo.company import FICTION
from oncall.demo.keys import saved_keys
from oncall.demo.services.founding import found
from oncall.incidents.models import Incident, Integration, RoleRule, Vacancy
from oncall.incidents.queries import incident_view
from oncall.notices.services.announcing import announce
from rotations.engine.intervals import Interval
from rotations.models import CalendarLink, Person, Schedule, Team
from rotations.queries import on_call, shifts_of
from rotations.secrets import digest_of
from tests.factories.rotations import person

pytestmark = [pytest.mark.django_db, pytest.mark.long]

FRIDAY_NIGHT = datetime(2026, 11, 20, 3, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _passwords_are_hashed_in_no_time():
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True)
def data_dir():
    """The data directory of this run, without a demo before and after."""
    folder: Path = settings.ENVIRONMENT.data_dir
    yield folder
    (folder / "demo.json").unlink(missing_ok=True)


def told(*options: str) -> str:
    out = StringIO()
    call_command("demo", *options, stdout=out)
    return out.getvalue()


def test_the_demo_fills_an_empty_database():
    told()

    assert [team.name for team in Team.objects.all()] == [
        "Network, Singapore",
        "Payments, Berlin",
        "Platform, New York",
    ]
    assert sorted({str(person.zone) for person in Person.objects.all()}) == [
        "America/New_York",
        "Asia/Singapore",
        "Europe/Berlin",
    ]
    assert sorted(Schedule.objects.values_list("slug", flat=True)) == [
        "build-farm",
        "edge",
        "network-primary",
        "payments-primary",
        "payments-secondary",
        "platform-primary",
    ]
    assert list(Integration.objects.values_list("kind", flat=True)) == ["alertmanager"]
    assert [incident.status for incident in Incident.objects.order_by("number")] == ["resolved", "acknowledged"]


@pytest.mark.parametrize(
    "now",
    [FRIDAY_NIGHT + timedelta(hours=29 * step) for step in range(6)]
    # Both clock changes of Berlin and New York, and the hours around a Monday's handoff.
    + [datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]
    + [datetime(2026, 11, 23, 7, 59, tzinfo=UTC), datetime(2026, 11, 23, 8, 0, tzinfo=UTC)],
    ids=lambda now: f"{now:%a-%d-%b-%H:%M}",
)
def test_in_any_week_the_running_incident_has_a_lead_an_open_offer_and_a_vacancy(now: datetime, data_dir: Path):
    found(data_dir=data_dir, now=now)

    running = Incident.objects.get(resolved_at=None)
    view = incident_view(running.number)
    assert [(seat.role_slug, seat.state) for seat in view.roles] == [
        ("lead", "accepted"),
        ("communications", "offered"),
    ]
    assert [(vacancy.role_slug, vacancy.because) for vacancy in view.vacancies] == [
        ("scribe", "waiting_for_first_to_join")
    ]
    taking_part = {one.person.name: one for one in view.participants}
    watching, asked = taking_part["Frances Moore"], taking_part["Kavya Rao"]
    assert (watching.kind, watching.status, asked.joined_at) == ("observer", "on_break", None)
    assert asked.asked_because.startswith("on call in network-primary, asked by Hana Whitfield: Packets get lost")
    answers = {answer.schedule.slug: answer for answer in on_call(Schedule.objects.all(), at=now)}
    first = {slug: [one.person.name for one in answer.people] for slug, answer in answers.items()}
    assert first["payments-primary"] == ["Ada Okafor"]
    assert first["payments-secondary"] == ["Bo Lind"]
    assert len(first["edge"]) == 1


def test_a_lead_is_handed_over_at_the_shift_change_and_looked_for_in_the_team_at_last(data_dir: Path):
    found(data_dir=data_dir, now=FRIDAY_NIGHT)

    leads = RoleRule.objects.filter(role__slug="lead", plan__is_default=False)
    shown = [(rule.on_shift_change, [source.kind for source in rule.sources.all()]) for rule in leads]
    assert shown == 3 * [("offer", ["on_call", "on_call", "first_to_join", "team"])]


def test_the_sun_never_sets_on_the_edge(data_dir: Path):
    found(data_dir=data_dir, now=FRIDAY_NIGHT)

    year = shifts_of(
        Schedule.objects.get(slug="edge"), window=Interval(FRIDAY_NIGHT, FRIDAY_NIGHT + timedelta(days=366))
    )

    assert (year.gaps, {shift.person.name for shift in year.shifts}) == (
        (),
        {"Mei Santoso", "Liam Tan", "Dmitri Vale", "Elif Aydin", "Gus Herrera", "Frances Moore"},
    )


def test_both_who_are_printed_can_sign_in_and_are_told_that_it_is_fiction():
    printed = told()

    for email, password in re.findall(r"(\S+@example\.test)  (\S+)", printed):
        client = Client()
        assert client.login(username=email, password=password)
        assert FICTION in client.get("/").content.decode()
    assert len(re.findall(r"@example\.test", printed)) == 2


def test_the_administrator_is_one_and_the_member_is_none():
    told()

    assert list(Person.objects.filter(is_superuser=True).values_list("name", flat=True)) == ["Ada Okafor"]
    bo = Person.objects.get(email="bo@example.test")
    assert (bo.is_staff, bo.is_superuser) == (False, False)
    assert [one.name for one in Person.objects.all() if one.has_usable_password()] == ["Ada Okafor", "Bo Lind"]


def test_the_printed_line_declares_an_incident_whose_lead_is_the_printed_administrator(client: Client):
    [line] = [line for line in told().splitlines() if line.startswith("curl ")]
    [(url, token, body)] = re.findall(r"curl -s (\S+) .*Bearer (\S+?)\".* -d '(.*)'", line)

    response = client.post(
        url.removeprefix(settings.PUBLIC_URL),
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )

    assert response.status_code == 201
    lead = response.json()["roles"][0]
    assert (lead["role"], lead["state"], lead["holder"]["email"]) == ("lead", "offered", "ada@example.test")


def test_the_printed_addresses_carry_the_secrets_whose_digests_are_kept():
    printed = told()

    [hook] = re.findall(r"/hooks/(\S+)/", printed)
    [feed] = re.findall(r"/feeds/(\S+)/payments-primary\.ics", printed)
    assert Integration.objects.get().token_digest == digest_of(hook)
    assert CalendarLink.objects.get().token_digest == digest_of(feed)


def test_what_was_printed_is_printed_again_and_kept_for_its_owner_alone(data_dir: Path):
    printed = told()

    assert told("--show") == told("--if-empty") == printed
    assert stat.S_IMODE((data_dir / "demo.json").stat().st_mode) == 0o600
    assert list(data_dir.glob(".demo.json*")) == []


def test_there_is_nothing_to_show_before_the_demo_is_made():
    with pytest.raises(CommandError, match="There is no demo here"):
        told("--show")


def test_the_demo_refuses_a_database_that_has_people():
    person("Real Person")

    with pytest.raises(CommandError, match="There are people in this database"):
        told()

    assert (Person.objects.count(), Schedule.objects.count()) == (1, 0)


def test_if_empty_leaves_people_alone_and_does_not_fail():
    person("Real Person")

    assert told("--if-empty") == ""
    assert Person.objects.count() == 1


def test_reset_starts_over_with_new_keys():
    before = told()
    assert announce(now=timezone.now()) > 0

    after = told("--reset")

    assert after != before
    assert told("--show") == after
    assert (Person.objects.count(), Incident.objects.count(), ApiToken.objects.count()) == (13, 2, 1)
    assert Vacancy.objects.filter(ended_at=None).count() == 1


def test_reset_refuses_when_anybody_else_is_there_and_deletes_nothing(data_dir: Path):
    told()
    keys = saved_keys(data_dir)
    person("Real Person", email="real@example.com")

    with pytest.raises(CommandError, match="1 of the people here are not of the demo"):
        told("--reset")

    assert (Person.objects.count(), saved_keys(data_dir)) == (14, keys)


def test_keys_that_cannot_be_kept_leave_nothing_behind(data_dir: Path):
    (data_dir / "demo.json").mkdir()

    try:
        with pytest.raises(CommandError, match="The keys of the demo cannot be kept"):
            told()
    finally:
        (data_dir / "demo.json").rmdir()
        for draft in data_dir.glob(".demo.json*"):
            draft.unlink()

    assert not Person.objects.exists()


def test_the_file_holds_no_more_than_what_is_printed(data_dir: Path):
    printed = told()

    kept = json.loads((data_dir / "demo.json").read_text())

    assert [name for name, value in kept.items() if value not in printed] == []
