"""The answer, read in a shell."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from rotations.actors import Actor
from rotations.services.schedules import archive_schedule
from tests.factories.rotations import EARLY, hours, override, person, schedule, shadow, weekly_rotation

pytestmark = pytest.mark.django_db


def told(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    call_command("whoisoncall", *arguments)
    return capsys.readouterr().out


def test_it_tells_who_is_on_call_until_when_and_who_is_next(capsys: pytest.CaptureFixture[str]):
    ada, bo = person("Ada Okafor"), person("Bo Lind")
    weekly_rotation(schedule(zone="Europe/Berlin"), [[ada, shadow(bo)], bo])

    assert told("payments-primary", "--at", "2024-01-03T03:14:00Z", capsys=capsys) == (
        "Payments primary (payments-primary)\n"
        "  Ada Okafor <ada@example.test> until Mon 2024-01-08 10:00 CET\n"
        "  shadows: Bo Lind\n"
        "  next: Bo Lind from Mon 2024-01-08 10:00 CET\n"
    )


def test_without_a_name_it_tells_of_every_schedule_that_is_not_archived(capsys: pytest.CaptureFixture[str]):
    office, silent, gone = schedule("office"), schedule("silent"), schedule("gone")
    ada, bo = person("Ada"), person("Bo")
    weekly_rotation(office, [ada], windows=[hours("09:00", "17:00")])
    weekly_rotation(silent, [ada])
    override(silent, datetime(2024, 1, 3, 2, tzinfo=UTC), timedelta(hours=2), kind="silence")
    override(office, datetime(2024, 1, 3, 4, tzinfo=UTC), timedelta(hours=1), kind="add", person=bo)
    archive_schedule(gone, by=Actor.system(), now=EARLY)

    assert told("--at", "2024-01-03T03:14", capsys=capsys) == (
        "Office (office)\n"
        "  nobody\n"
        "  next: Bo from Wed 2024-01-03 04:00 UTC\n"
        "Silent (silent)\n"
        "  nobody, as planned\n"
        "  next: Ada from Wed 2024-01-03 04:00 UTC\n"
    )
    assert "Bo <bo@example.test> until Wed 2024-01-03 05:00 UTC, by override" in told(
        "office", "--at", "2024-01-03T04:14", capsys=capsys
    )


def test_where_there_is_no_schedule_it_says_so_beside_the_output(capsys: pytest.CaptureFixture[str]):
    call_command("whoisoncall")

    assert capsys.readouterr() == ("", "There are no schedules yet.\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "There is no schedule 'nowhere'."),
        (["--at", "tomorrow"], "'tomorrow' is no time; write one such as 2026-11-20T03:14:00Z."),
        (["--at", "9999-12-31T23:00:00Z"], "Answers reach from 1970 to 2099."),
        (["--at", "0001-01-01T00:00:00+14:00"], "'0001-01-01T00:00:00+14:00' is no time"),
    ],
)
def test_what_it_cannot_answer_it_says_in_one_line(arguments: list[str], message: str):
    with pytest.raises(CommandError) as refused:
        call_command("whoisoncall", *arguments)

    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)
    assert refused.value.returncode == 1
