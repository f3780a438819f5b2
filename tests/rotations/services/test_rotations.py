"""Rotations as they are added, edited and ended: an edit makes a version, and nobody loses their turn."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.errors import Invalid
from rotations.models import Rotation, RotationVersion, Schedule, ScheduleChange, SlotMember
from rotations.queries import on_call, shifts_of
from rotations.services.people import deactivate_person
from rotations.services.rotations import add_rotation, draft_of, edit_rotation, end_rotation
from tests.factories.rotations import (
    EARLY,
    administrator,
    draft,
    hours,
    person,
    reading,
    schedule,
    shadow,
    weekly_rotation,
)

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
# A Wednesday, in the second week: the second of a weekly rotation is on call.
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
MONDAY = datetime(2024, 1, 15, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def names_on_call(of: Schedule, at: datetime) -> list[str]:
    return [entry.person.name for entry in on_call([of], at=at)[0].people]


def weeks(of: Schedule, start: datetime, end: datetime) -> list[str]:
    """The shifts as ``Bo 08 Mon 09:00-15 Mon 09:00``, in order."""
    shifts = shifts_of(of, window=Interval(start, end), clip=False).shifts
    return [f"{each.person.name} {each.start:%d %a %H:%M}-{each.end:%d %a %H:%M}" for each in shifts]


def latest_draft(rotation: Rotation):
    return draft_of(RotationVersion.objects.filter(rotation=rotation).latest("effective_at"))


def test_with_an_anchor_the_first_slot_takes_turn_zero():
    primary = schedule()
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")

    rotation = add_rotation(primary, draft=draft([ada, bo, cy], anchor=reading("2023-12-18T09:00")), by=SYSTEM, now=NOW)

    version = rotation.versions.get()
    assert (version.effective_at, version.first_ordinal, version.first_slot) == (NOW, 3, 0)
    assert weeks(primary, NOW, NOW + 2 * WEEK) == [
        "Ada 10 Wed 12:00-15 Mon 09:00",
        "Bo 15 Mon 09:00-22 Mon 09:00",
        "Cy 22 Mon 09:00-29 Mon 09:00",
    ]


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (datetime(2024, 1, 10, 12, tzinfo=UTC), "Ada 10 Wed 12:00-17 Wed 08:00"),
        # At 07:00 UTC it is not nine in Berlin yet: whoever is first is on call all the same.
        (datetime(2024, 1, 10, 7, tzinfo=UTC), "Ada 10 Wed 07:00-10 Wed 08:00"),
    ],
)
def test_without_an_anchor_the_first_slot_is_on_now_and_hands_over_at_nine(now: datetime, until: str):
    primary = schedule()
    crew = [person("Ada"), person("Bo")]

    rotation = add_rotation(primary, draft=draft(crew, zone="Europe/Berlin", anchor=None), by=SYSTEM, now=now)

    assert rotation.versions.get().anchor == "2024-01-10T09:00:00"
    assert weeks(primary, now, now + WEEK)[0] == until


def test_a_rotation_advanced_by_covered_turns_starts_its_order_at_the_anchor():
    primary = schedule()
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    fridays = draft(
        [ada, bo, cy],
        unit="day",
        advance="covered",
        windows=[hours("00:00", "00:00", "fri")],
        anchor=reading("2024-01-04T00:00"),
    )

    add_rotation(primary, draft=fridays, by=SYSTEM, now=NOW)

    assert weeks(primary, NOW, NOW + 3 * WEEK) == [
        "Bo 12 Fri 00:00-13 Sat 00:00",
        "Cy 19 Fri 00:00-20 Sat 00:00",
        "Ada 26 Fri 00:00-27 Sat 00:00",
    ]


def test_somebody_put_in_front_does_not_move_the_turn_in_force():
    """Case 24."""
    primary = schedule()
    ada, bo, cy, zoe = person("Ada"), person("Bo"), person("Cy"), person("Zoe")
    rotation = weekly_rotation(primary, [ada, bo, cy])

    edit_rotation(rotation, draft=draft([zoe, ada, bo, cy]), by=SYSTEM, now=NOW)

    assert weeks(primary, NOW - WEEK, NOW + 4 * WEEK) == [
        "Ada 01 Mon 09:00-08 Mon 09:00",
        "Bo 08 Mon 09:00-15 Mon 09:00",
        "Cy 15 Mon 09:00-22 Mon 09:00",
        "Zoe 22 Mon 09:00-29 Mon 09:00",
        "Ada 29 Mon 09:00-05 Mon 09:00",
        "Bo 05 Mon 09:00-12 Mon 09:00",
    ]


def test_whoever_is_on_call_and_removed_gives_way_at_once_to_the_next_in_order():
    """Case 25."""
    primary = schedule()
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    rotation = weekly_rotation(primary, [ada, bo, cy])

    edit_rotation(rotation, draft=draft([ada, cy]), by=SYSTEM, now=NOW)

    assert weeks(primary, NOW - timedelta(days=1), NOW + 2 * WEEK) == [
        "Bo 08 Mon 09:00-10 Wed 12:00",
        "Cy 10 Wed 12:00-15 Mon 09:00",
        "Ada 15 Mon 09:00-22 Mon 09:00",
        "Cy 22 Mon 09:00-29 Mon 09:00",
    ]


def test_another_zone_moves_the_handoffs_to_come_and_not_those_that_were():
    """Case 27."""
    primary = schedule()
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    rotation = weekly_rotation(primary, [ada, bo, cy])

    edit_rotation(rotation, draft=draft([ada, bo, cy], zone="America/New_York"), by=SYSTEM, now=NOW)

    assert [str(version.zone) for version in rotation.versions.order_by("effective_at")] == ["UTC", "America/New_York"]
    assert weeks(primary, NOW - WEEK, NOW + 2 * WEEK) == [
        "Ada 01 Mon 09:00-08 Mon 09:00",
        "Bo 08 Mon 09:00-15 Mon 14:00",
        "Cy 15 Mon 14:00-22 Mon 14:00",
        "Ada 22 Mon 14:00-29 Mon 14:00",
    ]


def test_people_carried_over_by_an_edit_are_stored_without_a_place_in_the_order():
    primary = schedule()
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    rotation = weekly_rotation(primary, [ada, [bo, cy]])

    edit_rotation(rotation, draft=draft([ada, bo, cy]), by=SYSTEM, now=NOW)

    version = rotation.versions.get(effective_at=NOW)
    stored = [
        (member.slot.position, member.person.name)
        for member in SlotMember.objects.filter(slot__version=version).order_by("slot__position", "id")
    ]
    assert sorted(stored, key=str) == [(0, "Ada"), (1, "Bo"), (2, "Cy"), (None, "Bo"), (None, "Cy")]
    assert latest_draft(rotation).slots == draft([ada, bo, cy]).slots
    assert names_on_call(primary, NOW) == ["Bo", "Cy"]


def test_an_edit_keeps_the_ordinals_of_turns():
    primary = schedule()
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    rotation = weekly_rotation(primary, [ada, bo, cy])
    later = Interval(MONDAY, MONDAY + 2 * WEEK)
    before = [shift.source.ordinal for shift in shifts_of(primary, window=later).shifts]

    edit_rotation(rotation, draft=draft([cy, ada]), by=SYSTEM, now=NOW)

    assert [shift.source.ordinal for shift in shifts_of(primary, window=later).shifts] == before == [2, 3]


def test_an_edit_from_monday_on_changes_nothing_until_then():
    primary = schedule()
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    rotation = weekly_rotation(primary, [ada, bo])

    edit_rotation(rotation, draft=draft([cy, ada, bo]), effective_at=MONDAY, by=SYSTEM, now=NOW)

    assert weeks(primary, NOW, MONDAY) == ["Bo 08 Mon 09:00-15 Mon 09:00"]
    assert [version.effective_at for version in rotation.versions.order_by("effective_at")] == [EARLY, MONDAY]


def test_an_edit_at_the_instant_of_a_version_replaces_it():
    primary = schedule()
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    rotation = weekly_rotation(primary, [ada, bo])
    edit_rotation(rotation, draft=draft([cy, bo]), effective_at=MONDAY, by=SYSTEM, now=NOW)

    edit_rotation(rotation, draft=draft([ada, bo, cy]), effective_at=MONDAY, by=SYSTEM, now=NOW)

    assert rotation.versions.count() == 2
    assert latest_draft(rotation).slots == draft([ada, bo, cy]).slots


def test_an_edit_before_a_pending_version_moves_where_that_one_starts():
    primary = schedule()
    ada, bo, cy, dee = person("Ada"), person("Bo"), person("Cy"), person("Dee")
    rotation = weekly_rotation(primary, [ada, bo, cy])
    pending = MONDAY + WEEK
    edit_rotation(rotation, draft=draft([ada, bo, cy, dee]), effective_at=pending, by=SYSTEM, now=NOW)

    edit_rotation(rotation, draft=draft([cy, bo, ada]), by=SYSTEM, now=NOW)

    # Bo, then Ada by the new order; the pending version goes on after Cy, whose turn it then is.
    assert weeks(primary, NOW, pending + 2 * WEEK) == [
        "Bo 08 Mon 09:00-15 Mon 09:00",
        "Ada 15 Mon 09:00-22 Mon 09:00",
        "Cy 22 Mon 09:00-29 Mon 09:00",
        "Dee 29 Mon 09:00-05 Mon 09:00",
    ]


def test_an_edit_of_a_rotation_still_to_begin_does_not_begin_it_and_keeps_its_count():
    primary = schedule()
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    rotation = add_rotation(
        primary, draft=draft([ada, bo], anchor=None), effective_at=MONDAY - timedelta(hours=3), by=SYSTEM, now=NOW
    )

    edit_rotation(rotation, draft=replace(latest_draft(rotation), slots=draft([cy, bo]).slots), by=SYSTEM, now=NOW)

    assert rotation.versions.count() == 1
    assert weeks(primary, NOW, MONDAY + timedelta(hours=1)) == [
        "Cy 15 Mon 06:00-15 Mon 09:00",
        "Bo 15 Mon 09:00-22 Mon 09:00",
    ]


def test_an_edit_that_changes_nothing_leaves_no_trace():
    primary = schedule()
    rotation = weekly_rotation(primary, [person("Ada"), person("Bo")])
    primary.refresh_from_db()

    edit_rotation(rotation, draft=latest_draft(rotation), by=SYSTEM, now=NOW)

    assert rotation.versions.count() == 1
    assert Schedule.objects.get().revision == primary.revision


def test_name_layer_and_end_change_at_once_and_make_no_version():
    primary = schedule()
    rotation = weekly_rotation(primary, [person("Ada")])
    revision = Schedule.objects.get().revision

    edit_rotation(
        rotation,
        draft=replace(latest_draft(rotation), name=" Backup ", layer=3, ends_at=MONDAY),
        by=SYSTEM,
        now=NOW,
    )

    rotation.refresh_from_db()
    assert (rotation.name, rotation.layer, rotation.ends_at, rotation.versions.count()) == ("Backup", 3, MONDAY, 1)
    assert Schedule.objects.get().revision == revision + 1


def test_without_an_anchor_an_edit_leaves_the_handoffs_where_they_are():
    rotation = weekly_rotation(schedule(), [person("Ada"), person("Bo")])

    edit_rotation(rotation, draft=draft([person("Cy")], anchor=None), by=SYSTEM, now=NOW)

    assert {version.anchor for version in rotation.versions.all()} == {"2024-01-01T09:00:00"}


def test_every_edit_is_kept_as_a_fact_with_what_was_and_what_is():
    primary = schedule()
    ada, bo, root = person("Ada"), person("Bo"), administrator()
    rotation = weekly_rotation(primary, [ada])

    edit_rotation(
        rotation,
        draft=draft([[ada, shadow(bo)]]),
        by=Actor.of_person(root),
        now=NOW,
    )

    fact = ScheduleChange.objects.first()
    assert fact is not None
    assert (fact.what, fact.at, fact.actor_id, fact.actor_name, fact.announced_at) == (
        "rotation_edited",
        NOW,
        root.pk,
        "Root",
        None,
    )
    assert fact.before
    assert fact.after
    assert fact.before["slots"] == [[{"person": ada.pk}]]
    assert fact.after["slots"] == [[{"person": ada.pk}, {"person": bo.pk, "shadow": True}]]
    assert fact.revision == Schedule.objects.get().revision


def test_an_ended_rotation_has_nobody_on_call_from_that_instant_on():
    primary = schedule()
    rotation = weekly_rotation(primary, [person("Ada")])

    end_rotation(rotation, by=SYSTEM, now=NOW)

    assert names_on_call(primary, NOW - timedelta(microseconds=1)) == ["Ada"]
    assert names_on_call(primary, NOW) == []


def test_a_deactivated_member_may_stay_through_an_edit_but_not_be_put_in():
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    rotation = weekly_rotation(schedule(), [ada, bo])
    for gone in (bo, cy):
        deactivate_person(gone, by=SYSTEM, now=NOW)

    edit_rotation(rotation, draft=draft([bo, ada]), by=SYSTEM, now=NOW)

    with pytest.raises(Invalid) as refused:
        edit_rotation(rotation, draft=draft([ada, cy]), by=SYSTEM, now=NOW)
    assert (refused.value.code, refused.value.field) == ("person_deactivated", "slots")


@pytest.mark.parametrize("people", [4, 40])
def test_a_rotation_is_stored_in_as_many_statements_however_many_take_turns(people, django_assert_num_queries):
    primary = schedule()
    crew = [person(f"P{number}") for number in range(people)]

    with django_assert_num_queries(22):
        rotation = add_rotation(primary, draft=draft(crew), by=SYSTEM, now=NOW)

    assert rotation.versions.get().slots.count() == people
