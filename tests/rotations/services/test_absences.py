"""Absences: clipped to now, ended rather than deleted; what they do to turns is each schedule's policy."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.errors import Conflict, Invalid, NotPermitted, NotThere, Refusal
from rotations.models import Absence, Person, Schedule, ScheduleChange
from rotations.queries import on_call, shifts_of
from rotations.services.absences import add_absence, delete_absence, edit_absence
from rotations.services.people import deactivate_person
from rotations.services.rotations import edit_rotation
from rotations.services.schedules import archive_schedule
from tests.factories.rotations import (
    absence,
    accepted_swap,
    administrator,
    draft,
    override,
    person,
    schedule,
    team,
    weekly_rotation,
)

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
BEGUN, NEXT = datetime(2024, 1, 8, 9, tzinfo=UTC), datetime(2024, 1, 15, 9, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


def taking_turns(**fields: Any) -> tuple[Schedule, Person, Person]:
    """A schedule in which Bo serves now, and Ada before and after."""
    primary, ada, bo = schedule(**fields), person("Ada"), person("Bo")
    weekly_rotation(primary, [ada, bo])
    return primary, ada, bo


def who(of: Schedule, start: datetime, end: datetime) -> list[tuple[str, datetime, datetime]]:
    """Who works when; a gap is nobody."""
    seen = shifts_of(of, window=Interval(start, end))
    spans = [(each.person.name, each.start, each.end) for each in seen.shifts]
    return sorted([*spans, *(("nobody", gap.start, gap.end) for gap in seen.gaps)], key=lambda span: span[1])


def stored() -> tuple[Any, ...]:
    rows = (Absence.objects.order_by("pk").values(), Schedule.objects.order_by("pk").values("pk", "revision"))
    return (*(list(each) for each in rows), ScheduleChange.objects.count())


def refusal(act: Any) -> tuple[type[Refusal], str, str | None]:
    """What an act is refused with, and that nothing was written."""
    before = stored()
    with pytest.raises(Refusal) as refused:
        act()
    assert stored() == before
    return type(refused.value), refused.value.code, refused.value.field


@pytest.mark.parametrize(("policy", "stands_in"), [("flag", "Bo"), ("skip", "nobody"), ("next", "Ada")])
def test_the_policy_of_the_schedule_says_what_an_absence_does(policy: str, stands_in: str):
    primary, _, bo = taking_turns(absence_policy=policy)

    absence(bo, NOW + HOUR, DAY, now=NOW)

    away = (stands_in, NOW + HOUR, NOW + HOUR + DAY)
    expected = [("Bo", NOW, away[1]), away, ("Bo", away[2], NEXT)] if policy != "flag" else [("Bo", NOW, NEXT)]
    assert who(primary, NOW, NEXT) == expected
    kinds = [entry.source.kind for entry in on_call([primary], at=NOW + 2 * HOUR)[0].people]
    assert kinds == {"flag": ["rotation"], "skip": [], "next": ["absence_cover"]}[policy]


def test_an_absence_that_has_begun_before_now_begins_now():
    primary, _, bo = taking_turns(absence_policy="skip")

    added = add_absence(bo, start=NOW - DAY, end=NOW + DAY, reason=" flu ", by=SYSTEM, now=NOW)

    assert (added.start, added.end, added.created_at, added.reason) == (NOW, NOW + DAY, NOW, "flu")
    assert who(primary, BEGUN, NEXT) == [
        ("Bo", BEGUN, NOW),
        ("nobody", NOW, NOW + DAY),
        ("Bo", NOW + DAY, NEXT),
    ]


def test_every_schedule_that_the_person_appears_in_has_a_new_revision():
    ada, bo = person("Ada"), person("Bo")
    of = team()
    names = ("as member", "as substitute", "by a swap", "not at all", "archived")
    schedules = {name: schedule(name.replace(" ", "-"), of=of) for name in names}
    rotations = {name: weekly_rotation(each, [bo]) for name, each in schedules.items() if name != "not at all"}
    edit_rotation(rotations["as member"], draft=draft([bo, ada]), by=SYSTEM, now=NOW)
    override(schedules["as substitute"], NEXT, DAY, person=ada, replaces=bo, now=NOW)
    accepted_swap(rotations["by a swap"], 2, bo, ada, now=NOW)
    edit_rotation(rotations["archived"], draft=draft([bo, ada]), by=SYSTEM, now=NOW)
    archive_schedule(schedules["archived"], by=SYSTEM, now=NOW)
    before = dict(Schedule.objects.values_list("name", "revision"))

    absence(ada, NEXT, WEEK, now=NOW)

    after = dict(Schedule.objects.values_list("name", "revision"))
    assert {name for name in after if after[name] > before[name]} == {"As member", "As substitute", "By a swap"}


def test_deleting_a_running_absence_ends_it_and_a_coming_one_is_removed():
    primary, _, bo = taking_turns(absence_policy="skip")
    running, coming = absence(bo, NOW - DAY, NOW + DAY, now=NOW - DAY), absence(bo, NEXT, DAY, now=NOW)

    ended = delete_absence(running, by=SYSTEM, now=NOW)
    delete_absence(coming, by=SYSTEM, now=NOW)

    assert [(each.pk, each.start, each.end) for each in Absence.objects.all()] == [(ended.pk, NOW - DAY, NOW)]
    assert who(primary, BEGUN, NEXT) == [("Bo", BEGUN, NOW - DAY), ("nobody", NOW - DAY, NOW), ("Bo", NOW, NEXT)]


def test_an_absence_deleted_in_the_instant_it_begins_is_removed():
    _, _, bo = taking_turns()
    begins = absence(bo, NOW, DAY, now=NOW)

    delete_absence(begins, by=SYSTEM, now=NOW)

    assert not Absence.objects.exists()


def test_editing_changes_what_is_still_to_come():
    primary, ada, bo = taking_turns(absence_policy="skip")
    running, coming = absence(bo, NOW - DAY, NOW + DAY, now=NOW - DAY), absence(ada, NEXT + DAY, DAY, now=NOW)

    edit_absence(running, start=NOW - DAY, end=NOW + HOUR, reason="better", by=SYSTEM, now=NOW)
    edit_absence(coming, start=NOW - WEEK, by=SYSTEM, now=NOW)

    assert [(each.start, each.end, each.reason) for each in Absence.objects.order_by("pk")] == [
        (NOW - DAY, NOW + HOUR, "better"),
        (NOW, NEXT + 2 * DAY, ""),
    ]
    assert who(primary, BEGUN, NEXT) == [
        ("Bo", BEGUN, NOW - DAY),
        ("nobody", NOW - DAY, NOW + HOUR),
        ("Bo", NOW + HOUR, NEXT),
    ]


def test_an_edit_that_changes_nothing_leaves_no_trace():
    _, _, bo = taking_turns()
    coming = absence(bo, NEXT, DAY, now=NOW)
    before = stored()

    edit_absence(coming, start=NEXT, end=NEXT + DAY, reason=" ", by=SYSTEM, now=NOW)

    assert stored() == before


def test_what_is_over_stays():
    _, _, bo = taking_turns()
    past, running = absence(bo, NOW - DAY, HOUR, now=NOW - DAY), absence(bo, NOW - DAY, NOW + DAY, now=NOW - DAY)

    refused = [
        refusal(lambda: absence(bo, NOW - DAY, NOW, now=NOW)),
        refusal(lambda: delete_absence(past, by=SYSTEM, now=NOW)),
        refusal(lambda: edit_absence(past, end=NEXT, by=SYSTEM, now=NOW)),
        refusal(lambda: edit_absence(running, end=NOW, by=SYSTEM, now=NOW)),
        refusal(lambda: edit_absence(running, start=NOW - HOUR, by=SYSTEM, now=NOW)),
    ]

    assert refused == [(Conflict, "in_the_past", field) for field in ("end", None, None, "end", "start")]


@pytest.mark.parametrize("length", [timedelta(0), -HOUR])
def test_an_absence_ends_after_it_starts(length: timedelta):
    _, _, bo = taking_turns()
    coming = absence(bo, NEXT, DAY, now=NOW)
    running = absence(bo, NOW - DAY, NOW + DAY, now=NOW - DAY)
    before = stored()

    for act in (
        lambda: absence(bo, NOW + HOUR, length, now=NOW),
        lambda: absence(bo, NOW - DAY, length, now=NOW),
        lambda: edit_absence(coming, end=NEXT + length, by=SYSTEM, now=NOW),
        lambda: edit_absence(running, start=NOW + DAY - length, by=SYSTEM, now=NOW),
    ):
        with pytest.raises(ValidationError) as invalid:
            act()
        assert [error.code for error in invalid.value.error_dict["__all__"]] == ["end_before_start"]
        assert stored() == before


def test_nobody_who_left_or_never_came_is_away_and_what_was_deleted_is_not_there():
    _, ada, bo = taking_turns()
    deleted = absence(ada, NEXT, DAY, now=NOW)
    delete_absence(Absence.objects.get(), by=SYSTEM, now=NOW)
    deactivate_person(bo, by=SYSTEM, now=NOW)

    refused = [
        refusal(lambda: absence(bo, NEXT, DAY, now=NOW)),
        refusal(lambda: absence(Person(pk=999, name="Nobody"), NEXT, DAY, now=NOW)),
        refusal(lambda: edit_absence(deleted, end=NEXT + HOUR, by=SYSTEM, now=NOW)),
        refusal(lambda: delete_absence(deleted, by=SYSTEM, now=NOW)),
    ]

    assert refused == [
        (Invalid, "person_deactivated", "person"),
        (Invalid, "invalid", "person"),
        (NotThere, "not_found", None),
        (NotThere, "not_found", None),
    ]


def test_each_step_is_a_fact():
    _, _, bo = taking_turns()
    first = ScheduleChange.objects.count()
    coming = absence(bo, NEXT, DAY, now=NOW)
    edit_absence(coming, reason="Lisbon", by=Actor.of_person(bo), now=NOW)
    delete_absence(coming, by=Actor.of_person(bo), now=NOW)

    facts = list(ScheduleChange.objects.order_by("id").values_list("what", "summary", "actor_name"))[first:]

    span = "Bo away, 2024-01-15 09:00Z to 2024-01-16 09:00Z"
    assert facts == [
        ("absence_added", span, "Oncall"),
        ("absence_edited", span, "Bo"),
        ("absence_removed", f"Removed: {span}", "Bo"),
    ]


def test_who_may_say_that_somebody_is_away():
    bo, colleague, mia, otto = person("Bo"), person("Ada"), person("Mia"), person("Otto")
    team("payments", managers=[mia], members=[bo, colleague])
    team("search", managers=[otto])
    team("platform", members=[bo])
    people = {"bo": bo, "colleague": colleague, "manager": mia, "manager elsewhere": otto, "root": administrator()}

    def allowed(act: Any) -> set[str]:
        names = set()
        for name, somebody in people.items():
            coming = absence(bo, NEXT, DAY, now=NOW)
            try:
                act(coming, Actor.of_person(somebody))
            except NotPermitted:
                continue
            names.add(name)
        return names

    expected = {"bo", "manager", "root"}
    assert allowed(lambda _, by: add_absence(bo, start=NEXT, end=NEXT + DAY, by=by, now=NOW)) == expected
    assert allowed(lambda coming, by: edit_absence(coming, end=NEXT + HOUR, by=by, now=NOW)) == expected
    assert allowed(lambda coming, by: delete_absence(coming, by=by, now=NOW)) == expected


def test_a_swap_whose_turn_an_absence_took_away_is_flagged_and_fits_again_after_it():
    primary, ada, _ = taking_turns(absence_policy="next")
    [rotation] = primary.rotations.all()
    swap = accepted_swap(rotation, 2, ada, person("Cy"), now=NOW)

    away = absence(ada, NEXT, WEEK, now=NOW)
    swap.refresh_from_db()
    assert swap.flag == "not_theirs"

    delete_absence(away, by=SYSTEM, now=NOW)
    swap.refresh_from_db()
    assert swap.flag == ""
