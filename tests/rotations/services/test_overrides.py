"""Overrides: clipped to now, ended rather than deleted, and refused where they would say nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from rotations.actors import Actor
from rotations.errors import Conflict, Invalid, NotPermitted, Refusal
from rotations.models import Override, Person, Schedule, ScheduleChange
from rotations.queries import on_call
from rotations.services.overrides import add_override, end_override
from rotations.services.people import deactivate_person
from rotations.services.schedules import archive_schedule
from tests.factories.rotations import override, person, schedule, team, weekly_rotation

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def names_on_call(of: Schedule, at: datetime) -> list[str]:
    return [entry.person.name for entry in on_call([of], at=at)[0].people]


def covered() -> tuple[Schedule, Person, Person]:
    """A schedule with Ada always on call, and Bo who may stand in."""
    primary, ada, bo = schedule(), person("Ada"), person("Bo")
    weekly_rotation(primary, [ada])
    return primary, ada, bo


def test_an_override_that_has_begun_before_now_begins_now():
    primary, ada, bo = covered()

    added = override(primary, NOW - HOUR, NOW + HOUR, person=bo, replaces=ada, reason=" dentist ", now=NOW)

    assert (added.start, added.end, added.created_at, added.reason) == (NOW, NOW + HOUR, NOW, "dentist")
    assert names_on_call(primary, NOW - timedelta(microseconds=1)) == ["Ada"]
    assert names_on_call(primary, NOW) == ["Bo"]
    assert names_on_call(primary, NOW + HOUR) == ["Ada"]


@pytest.mark.parametrize(
    ("kind", "fields", "names"),
    [
        ("replace", {"replaces": "Ada", "person": "Bo"}, ["Bo"]),
        ("replace", {"person": "Bo"}, ["Bo"]),
        ("replace", {"replaces": "Cy", "person": "Bo"}, ["Ada"]),
        ("add", {"person": "Bo"}, ["Ada", "Bo"]),
        ("remove", {"replaces": "Ada"}, []),
        ("silence", {}, []),
    ],
)
def test_every_kind_does_what_it_says(kind: str, fields: dict[str, str], names: list[str]):
    primary, ada, bo = covered()
    people = {"Ada": ada, "Bo": bo, "Cy": person("Cy")}

    override(primary, NOW, HOUR, kind=kind, **{field: people[name] for field, name in fields.items()}, now=NOW)

    assert sorted(names_on_call(primary, NOW)) == names
    assert on_call([primary], at=NOW)[0].silence is (kind == "silence")


def test_ending_a_running_override_ends_it_now():
    """Case 39."""
    primary, ada, bo = covered()
    running = override(primary, NOW - HOUR, NOW + HOUR, person=bo, replaces=ada, now=NOW - HOUR)

    ended = end_override(running, by=SYSTEM, now=NOW)

    assert (ended.start, ended.end, ended.ended_early_at) == (NOW - HOUR, NOW, NOW)
    assert names_on_call(primary, NOW - timedelta(microseconds=1)) == ["Bo"]
    assert names_on_call(primary, NOW) == ["Ada"]


def test_ending_an_override_in_the_instant_it_began_leaves_it_empty():
    primary, ada, bo = covered()
    running = override(primary, NOW, HOUR, person=bo, replaces=ada, now=NOW)

    ended = end_override(running, by=SYSTEM, now=NOW)

    assert (ended.start, ended.end) == (NOW, NOW)
    assert names_on_call(primary, NOW) == ["Ada"]


def test_ending_a_future_override_removes_it():
    """Case 39."""
    primary, ada, bo = covered()
    future = override(primary, NOW + HOUR, HOUR, person=bo, replaces=ada)

    end_override(future, by=SYSTEM, now=NOW)

    assert Override.objects.count() == 0
    assert names_on_call(primary, NOW + HOUR) == ["Ada"]


def test_a_past_override_stays():
    """Case 39."""
    primary, ada, bo = covered()
    past = override(primary, NOW - HOUR, NOW, person=bo, replaces=ada, now=NOW - HOUR)

    assert refusal(lambda: end_override(past, by=SYSTEM, now=NOW)) == (Conflict, "in_the_past", None)
    assert names_on_call(primary, NOW - HOUR) == ["Bo"]


def test_each_step_is_a_fact():
    primary, ada, bo = covered()
    first = ScheduleChange.objects.count()
    added = override(primary, NOW + HOUR, HOUR, person=bo, replaces=ada, now=NOW)
    end_override(added, by=SYSTEM, now=NOW)

    facts = list(ScheduleChange.objects.order_by("id").values_list("what", "summary", "revision"))[first:]

    span = "2024-01-10 13:00Z to 2024-01-10 14:00Z"
    assert facts == [
        ("override_added", f"Bo instead of Ada, {span}", 3),
        ("override_removed", f"Removed: Bo instead of Ada, {span}", 4),
    ]
    assert Schedule.objects.get().revision == 4


def refusal(act) -> tuple[type[Refusal], str, str | None]:
    """What an act is refused with, and that nothing was written."""
    before = (list(Override.objects.values()), ScheduleChange.objects.count(), list(Schedule.objects.values()))
    with pytest.raises(Refusal) as refused:
        act()
    assert (list(Override.objects.values()), ScheduleChange.objects.count(), list(Schedule.objects.values())) == before
    return type(refused.value), refused.value.code, refused.value.field


def test_an_override_that_is_over_by_now_is_refused():
    primary, ada, bo = covered()

    assert refusal(lambda: override(primary, NOW - HOUR, NOW, person=bo, replaces=ada, now=NOW)) == (
        Conflict,
        "in_the_past",
        "end",
    )


def test_nobody_who_left_or_never_came_is_put_on_call():
    primary, ada, bo = covered()
    nobody = Person(pk=999, name="Nobody")
    deactivate_person(bo, by=SYSTEM, now=NOW)

    assert refusal(lambda: override(primary, NOW, HOUR, person=bo, now=NOW)) == (
        Invalid,
        "person_deactivated",
        "person",
    )
    assert refusal(lambda: override(primary, NOW, HOUR, kind="remove", replaces=bo, now=NOW)) == (
        Invalid,
        "person_deactivated",
        "replaces",
    )
    assert refusal(lambda: override(primary, NOW, HOUR, person=nobody, replaces=ada, now=NOW)) == (
        Invalid,
        "invalid",
        "person",
    )


def test_a_rotation_of_another_schedule_is_refused():
    primary, ada, bo = covered()
    other = weekly_rotation(schedule("other"), [ada])

    assert refusal(lambda: override(primary, NOW, HOUR, person=bo, rotation=other, now=NOW)) == (
        Invalid,
        "invalid",
        "rotation",
    )


def test_an_archived_schedule_takes_no_override():
    primary, ada, bo = covered()
    running = override(primary, NOW, HOUR, person=bo, replaces=ada, now=NOW)
    archive_schedule(primary, by=SYSTEM, now=NOW)

    assert refusal(lambda: override(primary, NOW, HOUR, person=bo, now=NOW)) == (Conflict, "archived", None)
    assert refusal(lambda: end_override(running, by=SYSTEM, now=NOW)) == (Conflict, "archived", None)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"start": NOW + HOUR, "end": NOW + HOUR}, "end_before_start"),
        ({"start": NOW + HOUR, "end": NOW}, "end_before_start"),
        ({"start": NOW - HOUR, "end": NOW - 2 * HOUR}, "end_before_start"),
        ({"person": None}, "people_do_not_fit_kind"),
        ({"kind": "add", "replaces": "Ada"}, "people_do_not_fit_kind"),
        ({"kind": "remove"}, "people_do_not_fit_kind"),
        ({"kind": "silence"}, "people_do_not_fit_kind"),
        ({"replaces": "Bo"}, "replaces_themselves"),
        ({"kind": "shout"}, "invalid_choice"),
    ],
)
def test_what_cannot_be_is_refused_by_a_constraint(fields: dict[str, object], code: str):
    primary, ada, bo = covered()
    people = {"Ada": ada, "Bo": bo}
    values: dict[str, object] = {"kind": "replace", "start": NOW, "end": NOW + HOUR, "person": bo} | fields
    if "replaces" in fields:
        values["replaces"] = people[str(fields["replaces"])]

    with pytest.raises(ValidationError) as refused:
        add_override(primary, **values, by=SYSTEM, now=NOW)  # type: ignore[arg-type]

    codes = {error.code for errors in refused.value.error_dict.values() for error in errors}
    assert code in codes
    assert Override.objects.count() == 0


def test_a_silence_is_of_the_whole_schedule():
    primary, _, _ = covered()
    rotation = primary.rotations.get()

    with pytest.raises(ValidationError) as refused:
        override(primary, NOW, HOUR, kind="silence", rotation=rotation, now=NOW)

    assert [error.code for error in refused.value.error_dict["__all__"]] == ["people_do_not_fit_kind"]


def test_who_may_override_what():
    manager, ada, bo, stranger = person("Mia"), person("Ada"), person("Bo"), person("Sam")
    primary = schedule(of=team(managers=[manager], members=[ada, bo]))
    weekly_rotation(primary, [ada])
    token = Actor(kind=SYSTEM.kind, id=1, name="A relay", manages_every_team=True)

    def may(by: Person | Actor, **fields: Any) -> bool:
        actor = Actor.of_person(by) if isinstance(by, Person) else by
        try:
            override_of(primary, by=actor, **fields)
        except NotPermitted:
            return False
        return True

    def override_of(of: Schedule, *, by: Actor, kind: str = "replace", **fields: Any) -> None:
        add_override(of, kind=kind, start=NOW, end=NOW + HOUR, by=by, now=NOW, **fields)

    assert may(manager, person=bo, replaces=ada)
    assert may(token, person=bo, replaces=ada)
    assert may(bo, person=bo, replaces=ada), "members take over"
    assert may(bo, kind="add", person=bo), "members join in"
    assert may(ada, person=bo, replaces=ada), "everybody gives their place away"
    assert not may(ada, kind="remove", replaces=ada), "but does not just leave"
    assert not may(bo, person=manager, replaces=ada)
    assert not may(bo, kind="silence")
    assert not may(stranger, person=stranger, replaces=ada)


def test_who_may_end_an_override():
    manager, ada, bo, cy = person("Mia"), person("Ada"), person("Bo"), person("Cy")
    primary = schedule(of=team(managers=[manager], members=[ada, bo, cy]))
    weekly_rotation(primary, [ada])

    for somebody in (manager, ada, bo):
        end_override(
            override(primary, NOW, HOUR, person=bo, replaces=ada, now=NOW), by=Actor.of_person(somebody), now=NOW
        )
    added = override(primary, NOW, HOUR, person=bo, replaces=ada, now=NOW)

    assert refusal(lambda: end_override(added, by=Actor.of_person(cy), now=NOW))[0] is NotPermitted
