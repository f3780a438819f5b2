"""Beside "Save" there is "Preview": it shows what saving would do, and does nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from rotations.actors import Actor
from rotations.models import Override, Rotation, Schedule
from rotations.services.absences import add_absence
from tests.admin_forms import Answer, errors, opened, page_for, page_of, signed_in, stored
from tests.factories.rotations import administrator, override, person, reading, schedule, team, weekly_rotation
from tests.oncall.pages.reading import lines_of

pytestmark = pytest.mark.django_db

# A Friday; in the week before, turn 150, the first of two is on call.
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
UNTIL = "Tue 19 Jan 2027, 04:00"
REACH = f"From now until {UNTIL}, in Europe/Berlin. A shift at an end of that span may be longer."
TITLE = "Preview: nothing is saved yet"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def root() -> Client:
    return signed_in(administrator())


@pytest.fixture
def crew():
    return [person(name) for name in ("Ada", "Bo", "Cy")]


@pytest.fixture
def primary(crew) -> Schedule:
    return schedule(of=team(members=crew), zone="Europe/Berlin")


def previewed(client: Client, address: str, **values: str) -> Answer:
    """Open the form at ``address``, set ``values``, press "Preview"."""
    fields = opened(client, address) | values
    return client.post(
        address, {**{name: value for name, value in fields.items() if value is not None}, "_preview": "Preview"}
    )


def add_rotation_at(primary: Schedule) -> str:
    return f"{page_for(Rotation)}?schedule={primary.pk}"


def add_override_at(primary: Schedule) -> str:
    return f"{page_for(Override)}?schedule={primary.pk}"


def test_an_edit_of_a_rotation_shows_what_each_person_gains_and_loses(root, primary, crew):
    ada, bo, cy = crew
    rotation = weekly_rotation(primary, [ada, bo], zone="Europe/Berlin", ends_at=NOW + timedelta(days=16))
    add_absence(cy, start=NOW + timedelta(days=4), end=NOW + timedelta(days=5), by=Actor.system(), now=NOW)
    rows = stored()

    answer = previewed(root, page_of(rotation), order="ada@example.test\ncy@example.test\n—")

    assert lines_of(answer, "preview") == [
        TITLE,
        "1 new gap: nobody would be on call Mon 30 Nov 2026, 09:00 to Sun 06 Dec 2026, 04:00.",
        "Cy would be on call while away: Tue 24 Nov 2026, 04:00 to Wed 25 Nov 2026, 04:00.",
        "Ada loses 1 shift",
        "loses Mon 30 Nov 2026, 09:00 to Sun 06 Dec 2026, 04:00",
        "Bo loses 1 shift",
        "loses Mon 23 Nov 2026, 09:00 to Mon 30 Nov 2026, 09:00",
        "Cy gains 1 shift",
        "gains Mon 23 Nov 2026, 09:00 to Mon 30 Nov 2026, 09:00",
        REACH,
    ]
    assert stored() == rows
    assert errors(answer) == {}
    assert answer.context["adminform"].form["order"].value() == "ada@example.test\ncy@example.test\n—"


def test_a_new_rotation_shows_the_gap_that_it_closes(root, primary):
    answer = previewed(root, add_rotation_at(primary), order="ada@example.test", ends_at="2026-11-27T09:00")

    assert lines_of(answer, "preview") == [
        TITLE,
        "1 gap closed: Fri 20 Nov 2026, 04:00 to Fri 27 Nov 2026, 09:00.",
        "Ada gains 2 shifts",
        "gains Fri 20 Nov 2026, 04:00 to Fri 20 Nov 2026, 09:00",
        "gains Fri 20 Nov 2026, 09:00 to Fri 27 Nov 2026, 09:00",
        REACH,
    ]
    assert not Rotation.objects.exists()


def test_an_override_is_previewed_and_may_change_nothing(root, primary, crew):
    ada, bo, cy = crew
    weekly_rotation(primary, [ada, bo])
    span = {"start": "2026-11-20T12:00", "end": "2026-11-20T18:00"}
    address = add_override_at(primary)

    effective = previewed(root, address, kind="replace", replaces=str(ada.pk), person=str(cy.pk), **span)
    idle = previewed(root, address, kind="remove", replaces=str(cy.pk), **span)

    assert lines_of(effective, "preview") == [
        TITLE,
        "Ada loses 1 shift",
        "loses Fri 20 Nov 2026, 12:00 to Fri 20 Nov 2026, 18:00",
        "Cy gains 1 shift",
        "gains Fri 20 Nov 2026, 12:00 to Fri 20 Nov 2026, 18:00",
        REACH,
    ]
    assert lines_of(idle, "preview") == [TITLE, f"Nothing changes until {UNTIL}.", REACH]
    assert not Override.objects.exists()


def test_a_form_that_nobody_changed_changes_nothing(root, primary, crew):
    rotation = weekly_rotation(primary, crew)

    assert lines_of(previewed(root, page_of(rotation)), "preview") == [TITLE, f"Nothing changes until {UNTIL}.", REACH]


def test_what_saving_would_refuse_is_said_at_its_field_and_has_no_preview(root, primary, crew):
    rotation = weekly_rotation(primary, crew)
    ada = str(crew[0].pk)
    past = {"start": "2026-11-01T12:00", "end": "2026-11-02T12:00"}
    answers = {
        "in the past": previewed(root, page_of(rotation), effective_at="2026-11-01T09:00", order="bo@example.test"),
        "nobody": previewed(root, add_rotation_at(primary), order="—"),
        "over": previewed(root, add_override_at(primary), kind="add", person=ada, **past),
        "nobody added": previewed(root, add_override_at(primary), kind="add", **past),
    }

    assert {case: errors(answer) for case, answer in answers.items()} == {
        "in the past": {"effective_at": ["What happened stays; a change begins now or later."]},
        "nobody": {"order": ["A rotation needs at least one member."]},
        "over": {"end": ["An override that is over by now would change nothing."]},
        "nobody added": {
            "kind": [
                str(Override._meta.constraints[1].get_violation_error_message()),
            ]
        },
    }
    assert [lines_of(answer, "preview") for answer in answers.values()] == [[], [], [], []]


def test_only_whoever_may_save_is_offered_a_preview(root, primary, crew):
    rotation = weekly_rotation(primary, crew)
    row = override(primary, NOW, timedelta(days=1), person=crew[1])
    onlooker = signed_in(person("Eve", is_staff=True))
    button = 'name="_preview"'

    assert {
        "rotation": button in root.get(page_of(rotation)).content.decode(),
        "override to add": button in root.get(add_override_at(primary)).content.decode(),
        "override to see": button in root.get(page_of(row)).content.decode(),
        "somebody else": button in onlooker.get(page_of(rotation)).content.decode(),
        "a schedule": button in root.get(page_of(primary)).content.decode(),
    } == {
        "rotation": True,
        "override to add": True,
        "override to see": False,
        "somebody else": False,
        "a schedule": False,
    }
    assert onlooker.post(page_of(rotation), {"_preview": "Preview"}).status_code == 403


def test_before_a_rotation_is_ended_it_shows_who_loses_what_and_the_gap(root: Client, primary: Schedule, crew):
    rotation = weekly_rotation(primary, crew[:2], zone="Europe/Berlin", anchor=reading("2024-01-01T09:00"))

    lines = lines_of(root.get(page_of(rotation, "end")), "preview")

    assert lines[:2] == [TITLE, f"1 new gap: nobody would be on call Fri 20 Nov 2026, 04:00 to {UNTIL}."]
    assert [line for line in lines if "shifts" in line] == ["Ada loses 5 shifts", "Bo loses 5 shifts"]
    assert lines[-1] == REACH
    rotation.refresh_from_db()
    assert rotation.ends_at is None
