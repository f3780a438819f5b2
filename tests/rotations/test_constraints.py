"""What the database itself refuses, whoever writes: one refusal for each constraint."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from rotations.models import (
    Absence,
    AbsenceFeed,
    CalendarLink,
    Membership,
    Override,
    Person,
    Rotation,
    RotationVersion,
    Schedule,
    Slot,
    SlotMember,
    Swap,
    Team,
)
from tests.factories.rotations import EARLY, absence_feed, person, schedule, team, weekly_rotation
from tests.write_guard import arranging

pytestmark = pytest.mark.django_db

NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Rows:
    ada: Person
    bo: Person
    payments: Team
    primary: Schedule
    rotation: Rotation
    version: RotationVersion
    slot: Slot


@pytest.fixture
def rows() -> Rows:
    ada, bo = person("Ada"), person("Bo")
    payments = team(members=[ada])
    primary = schedule(of=payments)
    rotation = weekly_rotation(primary, [ada, bo])
    version = rotation.versions.get()
    return Rows(ada, bo, payments, primary, rotation, version, version.slots.get(position=0))


def add_override(rows: Rows, **fields: object) -> Override:
    values = {"kind": "replace", "person": rows.bo, "start": NOW, "end": NOW + HOUR, "created_at": NOW} | fields
    return Override.objects.create(schedule=rows.primary, **values)


def add_absence(rows: Rows, **fields: object) -> Absence:
    return Absence.objects.create(person=rows.ada, start=NOW, created_at=NOW, **fields)


def read_absence(rows: Rows) -> Absence:
    feed = AbsenceFeed.objects.first() or absence_feed(rows.ada)
    return add_absence(rows, end=NOW + HOUR, feed=feed, uid="1@x", recurrence="20240110")


def add_swap(rows: Rows, **fields: object) -> Swap:
    turn = {"rotation": rows.rotation, "ordinal": 2, "turn_start": NOW, "turn_end": NOW + HOUR, "asked_at": NOW}
    return Swap.objects.create(**turn | {"replaces": rows.ada, "person": rows.bo} | fields)


def add_version(rows: Rows, **fields: object) -> RotationVersion:
    values = {"effective_at": NOW, "anchor": "2024-01-01T09:00:00", "zone": "UTC", "created_at": NOW} | fields
    return RotationVersion.objects.create(rotation=rows.rotation, **values)


def add_two_carried(rows: Rows) -> None:
    for _ in range(2):
        Slot.objects.create(version=rows.version, position=None)


def add_link(rows: Rows, **about: object) -> CalendarLink:
    return CalendarLink.objects.create(token_digest="0" * 64, name="x", owner=rows.ada, created_at=NOW, **about)


def change(row: Person | Rotation | RotationVersion, **values: object) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(**values)


@pytest.mark.parametrize(
    ("constraint", "write"),
    [
        ("person_email_is_lower_case", lambda rows: change(rows.ada, email="Ada@example.test")),
        (
            "person_is_either_active_or_deactivated_at_a_moment",
            lambda rows: change(rows.ada, is_active=False),
        ),
        ("person_is_either_active_or_deactivated_at_a_moment", lambda rows: change(rows.ada, deactivated_at=NOW)),
        (
            "a_person_is_once_in_a_team",
            lambda rows: Membership.objects.create(team=rows.payments, person=rows.ada),
        ),
        ("a_layer_is_at_least_one", lambda rows: change(rows.rotation, layer=0)),
        ("a_rotation_has_one_version_from_an_instant", lambda rows: add_version(rows, effective_at=EARLY)),
        ("a_turn_lasts_at_least_one_unit", lambda rows: add_version(rows, every=0)),
        ("a_turn_lasts_at_least_one_unit", lambda rows: add_version(rows, every=1001)),
        ("a_position_holds_one_slot", lambda rows: Slot.objects.create(version=rows.version, position=1)),
        ("a_version_carries_one_turn_over", add_two_carried),
        (
            "a_person_is_once_in_a_slot",
            lambda rows: SlotMember.objects.create(slot=rows.slot, person=rows.ada, position=1),
        ),
        ("an_override_ends_after_it_starts", lambda rows: add_override(rows, end=NOW)),
        ("an_override_ends_after_it_starts", lambda rows: add_override(rows, end=NOW - HOUR, ended_early_at=NOW)),
        ("an_override_names_the_people_its_kind_needs", lambda rows: add_override(rows, person=None)),
        ("an_override_names_the_people_its_kind_needs", lambda rows: add_override(rows, kind="silence")),
        ("nobody_replaces_themselves", lambda rows: add_override(rows, replaces=rows.bo)),
        ("an_absence_ends_after_it_starts", lambda rows: add_absence(rows, end=NOW)),
        ("an_absence_ends_after_it_starts", lambda rows: add_absence(rows, end=NOW - HOUR)),
        ("an_event_of_a_feed_is_one_absence", lambda rows: [read_absence(rows), read_absence(rows)]),
        ("nobody_swaps_with_themselves", lambda rows: add_swap(rows, person=rows.ada)),
        ("a_part_of_a_turn_ends_after_it_starts", lambda rows: add_swap(rows, start=NOW, end=NOW)),
        ("a_part_of_a_turn_ends_after_it_starts", lambda rows: add_swap(rows, start=NOW)),
        ("a_part_of_a_turn_ends_after_it_starts", lambda rows: add_swap(rows, end=NOW)),
        (
            "an_accepted_swap_says_who_takes_over_and_since_when",
            lambda rows: add_swap(rows, state="accepted"),
        ),
        (
            "an_accepted_swap_says_who_takes_over_and_since_when",
            lambda rows: add_swap(rows, state="accepted", person=None, accepted_at=NOW),
        ),
        ("a_calendar_link_shows_one_schedule_team_or_person", add_link),
        (
            "a_calendar_link_shows_one_schedule_team_or_person",
            lambda rows: add_link(rows, schedule=rows.primary, person=rows.ada),
        ),
        ("a_calendar_reaches_from_1_to_400_days", lambda rows: add_link(rows, person=rows.ada, future_days=0)),
        ("a_calendar_reaches_from_1_to_400_days", lambda rows: add_link(rows, person=rows.ada, past_days=221)),
        ("the_calendar_of_a_person_shows_no_gaps", lambda rows: add_link(rows, person=rows.ada, gaps=True)),
    ],
)
def test_the_database_refuses(rows: Rows, constraint: str, write: Callable[[Rows], object]):
    with arranging(), pytest.raises(IntegrityError) as refused, transaction.atomic():
        write(rows)

    # Of a unique constraint SQLite names the columns only.
    if connection.vendor == "postgresql" or "CHECK" in str(refused.value):
        assert constraint in str(refused.value)
