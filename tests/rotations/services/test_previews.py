"""What would a change do? Exactly what saving it does, and asking leaves no trace."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rotations.actors import Actor
from rotations.engine.coverage import changes, conflicts
from rotations.engine.intervals import Interval
from rotations.engine.terms import Shift, Step
from rotations.errors import Refusal
from rotations.models import Person, Rotation, Schedule
from rotations.queries import plan_of
from rotations.services.absences import add_absence
from rotations.services.drafts import RotationDraft, WindowDraft
from rotations.services.duty import settle_due_schedules
from rotations.services.overrides import add_override
from rotations.services.people import deactivate_person
from rotations.services.previews import (
    NEW,
    Preview,
    PreviewedConflict,
    PreviewedShift,
    preview_edit,
    preview_end,
    preview_override,
    preview_rotation,
)
from rotations.services.rotations import add_rotation, draft_of, edit_rotation, end_rotation
from rotations.services.schedules import archive_schedule
from tests.admin_forms import stored
from tests.factories.rotations import draft, override, person, reading, schedule, slots_of, weekly_rotation

pytestmark = [pytest.mark.django_db, pytest.mark.long]

SYSTEM = Actor.system()
# A Wednesday, twelve days before clocks change in Europe.
NOW = datetime(2026, 10, 14, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def told(shifts: tuple[PreviewedShift, ...]) -> list[str]:
    """Return shifts as ``Ada 10-19 09:00 to 10-26 09:00``."""
    return [f"{each.person} {each.start:%m-%d %H:%M} to {each.end:%m-%d %H:%M}" for each in shifts]


def spans(intervals: tuple[Interval, ...]) -> list[str]:
    return [f"{each.start:%m-%d %H:%M} to {each.end:%m-%d %H:%M}" for each in intervals]


@pytest.fixture
def crew() -> list[Person]:
    return [person(name) for name in ("Ada", "Bo", "Cy")]


@pytest.fixture
def primary() -> Schedule:
    return schedule()


def test_a_rotation_closes_the_gap_from_the_moment_on_in_which_it_begins(primary, crew):
    seen = preview_rotation(primary, draft=draft([crew[1], crew[0]]), until=NOW + 14 * DAY, now=NOW)

    assert told(seen.gained) == [
        "Ada 10-14 12:00 to 10-19 09:00",
        "Bo 10-19 09:00 to 10-26 09:00",
        "Ada 10-26 09:00 to 10-28 12:00",
    ]
    assert (told(seen.lost), spans(seen.new_gaps), spans(seen.closed_gaps), seen.conflicts) == (
        [],
        [],
        ["10-14 12:00 to 10-28 12:00"],
        (),
    )


def test_an_edit_lists_each_shift_gained_and_lost_the_gaps_and_the_conflicts(primary, crew):
    ada, bo, cy = crew
    rotation = weekly_rotation(primary, [bo, ada])
    away = add_absence(cy, start=NOW + 6 * DAY, end=NOW + 7 * DAY, by=SYSTEM, now=NOW)

    seen = preview_edit(rotation, draft=draft([ada, cy, None]), until=NOW + 21 * DAY, now=NOW)

    assert told(seen.gained) == ["Cy 10-19 09:00 to 10-26 09:00", "Ada 11-02 09:00 to 11-04 12:00"]
    assert told(seen.lost) == [
        "Bo 10-19 09:00 to 10-26 09:00",
        "Ada 10-26 09:00 to 11-02 09:00",
        "Bo 11-02 09:00 to 11-04 12:00",
    ]
    assert spans(seen.new_gaps) == ["10-26 09:00 to 11-02 09:00"]
    assert [(each.person, each.absence, each.start, each.end) for each in seen.conflicts] == [
        (cy, away.pk, NOW + 6 * DAY, NOW + 7 * DAY)
    ]


def test_the_look_is_sixty_days_and_an_override_is_seen_where_it_has_an_effect(primary, crew):
    ada, bo, _ = crew
    weekly_rotation(primary, [bo, ada])
    fields = {"kind": "replace", "replaces": ada, "person": bo, "start": NOW, "end": NOW + 6 * DAY}

    seen = preview_override(primary, **fields, now=NOW)

    assert seen.window == Interval(NOW, NOW + 60 * DAY)
    assert (told(seen.gained), told(seen.lost)) == (
        ["Bo 10-14 12:00 to 10-19 09:00"],
        ["Ada 10-14 12:00 to 10-19 09:00"],
    )


def test_what_does_nothing_is_empty(primary, crew):
    ada, bo, cy = crew
    rotation = weekly_rotation(primary, [ada, bo])
    (version,) = rotation.versions.all()
    removal = {"kind": "remove", "replaces": cy, "start": NOW, "end": NOW + DAY}

    assert preview_edit(rotation, draft=draft_of(version), now=NOW).is_empty
    assert preview_override(primary, **removal, now=NOW).is_empty
    assert not preview_end(rotation, now=NOW).is_empty


def outcome(call: Callable[[], object]) -> object:
    """Return what ``call`` returns, or how it was refused."""
    try:
        return call()
    except Refusal as refused:
        return refused.code, refused.field, str(refused)
    except ValidationError as refused:
        return refused


class World:
    """A schedule with people, rotations, overrides and absences, and a change to it; all by one seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.people = [person(f"P{number}") for number in range(6)]
        policy = self.random.choice(["flag", "skip", "next"])
        self.schedule = schedule(zone=self.zone(), absence_policy=policy)
        self.rotations = [self.rotation() for _ in range(self.random.randint(1, 2))]
        for rotation in self.random.sample(self.rotations, self.random.choice([0, 0, 1])):
            self.edit(rotation)
        for _ in range(self.random.randint(0, 3)):
            self.override()
        for _ in range(self.random.randint(0, 3)):
            start, end = self.span()
            add_absence(self.random.choice(self.people), start=start, end=end, by=SYSTEM, now=NOW - 9 * DAY)
        if self.random.random() < 0.5:
            settle_due_schedules(now=NOW - DAY)

    def zone(self) -> str:
        return self.random.choice(["UTC", "Europe/Berlin", "America/Chicago", "Australia/Lord_Howe"])

    def span(self, since: datetime = NOW - 5 * DAY) -> tuple[datetime, datetime]:
        hours = sorted(self.random.sample(range(60 * 24), 2))
        return since + timedelta(hours=hours[0]), since + timedelta(hours=hours[1])

    def draft(self) -> RotationDraft:
        random = self.random
        slots = [random.sample(self.people, random.choice([0, 1, 1, 1, 2])) for _ in range(random.randint(1, 4))]
        windows = [
            WindowDraft(
                ("mon", "tue", "wed", "sat"), reading("2026-01-01T08:00").time(), reading("2026-01-01T20:00").time()
            )
        ]
        return RotationDraft(
            name="Primary",
            zone=self.zone(),
            slots=slots_of([*slots, random.choice(self.people)]),
            layer=random.randint(1, 2),
            unit=random.choice(["day", "week", "hour"]),
            every=random.choice([1, 2, 12]),
            advance=random.choice(["turn", "covered"]),
            windows=random.choice([[], windows]),
            anchor=random.choice([None, reading("2026-10-01T09:30")]),
            ends_at=random.choice([None, None, NOW + 30 * DAY]),
        )

    def rotation(self) -> Rotation:
        begun = NOW - self.random.randint(1, 40) * DAY
        return add_rotation(self.schedule, draft=self.draft(), effective_at=begun, by=SYSTEM, now=NOW - 9 * DAY)

    def edit(self, rotation: Rotation) -> None:
        pending = NOW + self.random.randint(1, 20) * DAY
        edit_rotation(rotation, draft=self.draft(), effective_at=pending, by=SYSTEM, now=NOW - 8 * DAY)

    def override_fields(self) -> dict[str, Any]:
        kind = self.random.choice(["replace", "replace", "add", "remove", "silence"])
        one, other = self.random.sample(self.people, 2)
        start, end = self.span()
        fields: dict[str, Any] = {"kind": kind, "start": start, "end": end}
        if kind in ("replace", "add"):
            fields["person"] = one
        if kind == "remove" or (kind == "replace" and self.random.random() < 0.6):
            fields["replaces"] = other
        if kind != "silence":
            fields["rotation"] = self.random.choice([None, *self.rotations])
        return fields

    def override(self) -> None:
        add_override(self.schedule, **self.override_fields(), by=SYSTEM, now=NOW - 7 * DAY)

    def change(self) -> tuple[Callable[[], Preview], Callable[[], object]]:
        """Return how a change is previewed, and how it is made."""
        rotation = self.random.choice(self.rotations)
        effective_at = self.random.choice([None, NOW + self.random.randint(0, 30) * DAY])
        wanted: dict[str, Any] = {"draft": self.draft(), "effective_at": effective_at}
        fields = self.override_fields() | {"end": NOW + 40 * DAY}
        match self.random.choice(["add", "edit", "edit", "end", "override", "override"]):
            case "add":
                return (
                    lambda: preview_rotation(self.schedule, **wanted, now=NOW),
                    lambda: add_rotation(self.schedule, **wanted, by=SYSTEM, now=NOW),
                )
            case "edit":
                return (
                    lambda: preview_edit(rotation, **wanted, now=NOW),
                    lambda: edit_rotation(rotation, **wanted, by=SYSTEM, now=NOW),
                )
            case "end":
                return lambda: preview_end(rotation, now=NOW), lambda: end_rotation(rotation, by=SYSTEM, now=NOW)
            case _:
                return (
                    lambda: preview_override(self.schedule, **fields, now=NOW),
                    lambda: add_override(self.schedule, **fields, by=SYSTEM, now=NOW),
                )


def in_preview(shift: Shift, *, rotation: int | None, override: int | None) -> Shift:
    """Return a shift with the ids that a preview gives to what was added after it."""
    chain = tuple(step._replace(id=NEW) if step == Step("override", override or 0) else step for step in shift.chain)
    return shift._replace(rotation=NEW if rotation and shift.rotation == rotation else shift.rotation, chain=chain)


@pytest.mark.parametrize("seed", range(24))
def test_a_preview_says_what_saving_does(seed):
    world = World(seed)
    preview, save = world.change()
    before = plan_of(world.schedule)
    seen, saved = outcome(preview), outcome(save)
    if not isinstance(seen, Preview):
        assert seen == saved
        return

    after = plan_of(world.schedule)
    did = changes(before, after, Interval(NOW, NOW + 60 * DAY))
    added = {
        "rotation": next(iter({each.id for each in after.rotations} - {each.id for each in before.rotations}), None),
        "override": next(iter({each.id for each in after.overrides} - {each.id for each in before.overrides}), None),
    }

    def named(shifts):
        return tuple(
            PreviewedShift(Person.objects.get(pk=each.person), each.start, each.end, in_preview(each, **added).source)
            for each in shifts
        )

    assert seen == replace(
        seen,
        gained=named(did.gained),
        lost=named(did.lost),
        new_gaps=did.new_gaps,
        closed_gaps=did.closed_gaps,
        conflicts=tuple(
            PreviewedConflict(Person.objects.get(pk=each.person), each.absence, each.span.start, each.span.end)
            for each in conflicts(did.gained, after.absences)
        ),
    )


def test_previews_write_lock_and_count_nothing(primary, crew):
    ada, bo, cy = crew
    rotation = weekly_rotation(primary, [ada, bo])
    override(primary, NOW, DAY, person=cy)
    settle_due_schedules(now=NOW - DAY)
    rows = stored()

    with CaptureQueriesContext(connection) as said:
        preview_rotation(primary, draft=draft([cy]), now=NOW)
        preview_edit(rotation, draft=draft([cy]), now=NOW)
        preview_end(rotation, now=NOW)
        preview_override(primary, kind="add", person=cy, start=NOW, end=NOW + DAY, now=NOW)

    # To check a constraint, Django asks the database within a savepoint.
    asked = [query["sql"] for query in said.captured_queries if "SAVEPOINT" not in query["sql"]]
    assert {sql.split()[0] for sql in asked} == {"SELECT"}
    assert not [sql for sql in asked if "FOR UPDATE" in sql or "FOR NO KEY" in sql]
    assert stored() == rows


def refusals(primary, crew) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """Return how each thing that cannot be saved is previewed, and how it is saved."""
    ada, bo, cy = crew
    rotation = weekly_rotation(primary, [ada, bo])
    elsewhere = weekly_rotation(schedule("other"), [ada])
    deactivate_person(cy, by=SYSTEM, now=NOW - DAY)
    settle_due_schedules(now=NOW)
    day = {"start": NOW, "end": NOW + DAY}

    def edit(**wanted):
        fields = {"draft": draft([ada])} | wanted
        return lambda: preview_edit(rotation, **fields, now=NOW), lambda: edit_rotation(
            rotation, **fields, by=SYSTEM, now=NOW
        )

    def add(**wanted):
        fields = {"draft": draft([ada])} | wanted
        return lambda: preview_rotation(primary, **fields, now=NOW), lambda: add_rotation(
            primary, **fields, by=SYSTEM, now=NOW
        )

    def change(**fields):
        return lambda: preview_override(primary, **fields, now=NOW), lambda: add_override(
            primary, **fields, by=SYSTEM, now=NOW
        )

    return {
        "no members": edit(draft=draft([None])),
        "no such zone": edit(draft=draft([ada], zone="Mars/Olympus")),
        "deactivated": add(draft=draft([cy])),
        "twice in a slot": add(draft=draft([[ada, ada]])),
        "twice after an edit": edit(draft=draft([[ada, ada]])),
        "a window of no day": add(draft=draft([ada], windows=[WindowDraft((), NOW.time(), NOW.time())])),
        "every 0 weeks": edit(draft=draft([ada], every=0)),
        "layer 0": edit(draft=draft([ada], layer=0)),
        "ends before it begins": add(draft=draft([ada], ends_at=NOW - DAY)),
        "an edit in the past": edit(effective_at=NOW - DAY),
        "a start that is recorded": add(effective_at=NOW - DAY),
        "an override of the past": change(kind="add", person=ada, start=NOW - DAY, end=NOW),
        "an override that ends before": change(kind="add", person=ada, start=NOW + DAY, end=NOW),
        "an override without a person": change(kind="add", **day),
        "a deactivated substitute": change(kind="add", person=cy, **day),
        "oneself": change(kind="replace", person=ada, replaces=ada, **day),
        "another schedule's rotation": change(kind="add", person=ada, rotation=elsewhere, **day),
    }


def test_what_cannot_be_saved_cannot_be_previewed_and_for_the_same_reason(primary, crew):
    cases = refusals(primary, crew)

    assert {name: outcome(preview) for name, (preview, _) in cases.items()} == {
        name: outcome(save) for name, (_, save) in cases.items()
    }


def test_what_has_ended_or_is_archived_has_no_preview(primary, crew):
    rotation = weekly_rotation(primary, crew)
    end_rotation(rotation, by=SYSTEM, now=NOW)

    wanted: dict[str, Any] = {"draft": draft(crew), "now": NOW}

    assert outcome(partial(preview_edit, rotation, **wanted)) == outcome(
        partial(edit_rotation, rotation, by=SYSTEM, **wanted)
    )
    assert outcome(partial(preview_end, rotation, now=NOW)) == outcome(
        partial(end_rotation, rotation, by=SYSTEM, now=NOW)
    )
    archive_schedule(primary, by=SYSTEM, now=NOW)
    assert outcome(partial(preview_rotation, primary, **wanted)) == outcome(
        partial(add_rotation, primary, by=SYSTEM, **wanted)
    )


@pytest.mark.parametrize(
    ("until", "code"),
    [
        (NOW, "end_before_start"),
        (NOW + 401 * DAY, "window_too_long"),
        (datetime(2101, 1, 1, tzinfo=UTC), "window_too_long"),
    ],
)
def test_a_look_that_goes_nowhere_or_too_far_is_refused(primary, crew, until, code):
    with pytest.raises(Refusal) as refused:
        preview_rotation(primary, draft=draft(crew), until=until, now=NOW)

    assert (refused.value.code, refused.value.field) == (code, "until")
