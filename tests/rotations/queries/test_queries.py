"""Answers from rows: who, since when, what is next, in a number of queries that does not grow."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.engine.terms import Source, Step
from rotations.errors import Invalid
from rotations.models import Schedule
from rotations.queries import gaps, on_call, shifts_of, shifts_of_person
from rotations.services.people import deactivate_person
from tests.factories.rotations import hours, override, person, schedule, shadow, team, weekly_rotation

pytestmark = pytest.mark.django_db

# A Wednesday in the second week of 2024, and the handoffs around it.
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
BEFORE, NEXT = datetime(2024, 1, 8, 9, tzinfo=UTC), datetime(2024, 1, 15, 9, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
COLD_QUERIES = 13


def queries_of(act: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_an_answer_says_who_since_when_why_and_who_is_next():
    primary, ada, bo, cy = schedule(), person("Ada"), person("Bo"), person("Cy")
    rotation = weekly_rotation(primary, [ada, [bo, shadow(cy)], cy])

    [answer] = on_call([primary], at=NOW)

    [entry] = answer.people
    assert (entry.person, entry.since, entry.until) == (bo, BEFORE, NEXT)
    assert (entry.source, entry.also) == (Source(rotation.pk, 1, 1), ())
    assert (answer.schedule, answer.shadows, answer.silence) == (primary, (cy,), False)
    assert answer.next is not None
    assert (answer.next.at, answer.next.people) == (NEXT, (cy,))


def test_a_second_reason_is_listed_under_also():
    primary, ada = schedule(), person("Ada")
    first, second = weekly_rotation(primary, [ada]), weekly_rotation(primary, [ada], name="Too")

    [entry] = on_call([primary], at=NOW)[0].people

    assert (entry.source.rotation, [source.rotation for source in entry.also]) == (first.pk, [second.pk])


def test_after_a_gap_whoever_ends_it_is_next_though_it_be_the_same_person():
    primary, ada = schedule(), person("Ada")
    weekly_rotation(primary, [ada], windows=[hours("09:00", "17:00")])

    by_day, by_night = (on_call([primary], at=at)[0] for at in (NOW, NOW + 8 * HOUR))

    tomorrow = datetime(2024, 1, 11, 9, tzinfo=UTC)
    assert [(answer.next.at, answer.next.people) for answer in (by_day, by_night) if answer.next] == [
        (tomorrow, (ada,)),
        (tomorrow, (ada,)),
    ]
    assert by_night.people == ()


def test_nobody_is_next_where_nobody_else_ever_comes():
    primary, lonely = schedule(), schedule("lonely")
    weekly_rotation(lonely, [person("Ada")])

    assert [answer.next for answer in on_call([primary, lonely], at=NOW)] == [None, None]


def test_answers_come_in_the_order_asked_for():
    schedules = [schedule(f"s{number}") for number in range(3)]

    assert [answer.schedule for answer in on_call(reversed(schedules), at=NOW)] == schedules[::-1]


def fill(primary: Schedule, rotations: int = 1) -> None:
    crew = [person(f"{name}{primary.slug}") for name in ("Ada", "Bo", "Cy")]
    for number in range(rotations):
        weekly_rotation(primary, crew, layer=number + 1, windows=[hours("00:00", "00:00", "mon", "wed")])
    override(primary, NOW, HOUR, kind="add", person=crew[0], now=NOW)


@pytest.mark.parametrize("count", [1, 3])
def test_who_is_on_call_takes_the_same_queries_for_any_number_of_schedules(count: int):
    of = team()
    schedules = [schedule(f"s{number}", of=of) for number in range(count)]
    for each in schedules:
        fill(each)

    assert queries_of(lambda: on_call(schedules, at=NOW)) == COLD_QUERIES


@pytest.mark.parametrize("count", [1, 3])
def test_shifts_take_the_same_queries_for_any_number_of_rotations(count: int):
    primary = schedule()
    fill(primary, rotations=count)

    assert queries_of(lambda: shifts_of(primary, window=Interval(NOW, NOW + WEEK))) == COLD_QUERIES


@pytest.mark.parametrize("count", [1, 3])
def test_shifts_of_a_person_take_the_same_queries_for_any_number_of_schedules(count: int):
    of, ada = team(), person("Ada")
    for number in range(count):
        each = schedule(f"s{number}", of=of)
        weekly_rotation(each, [ada], windows=[hours("09:00", "17:00")])
        override(each, NOW, HOUR, kind="add", person=ada, now=NOW)

    assert queries_of(lambda: shifts_of_person(ada, window=Interval(NOW, NOW + WEEK))) == COLD_QUERIES


def test_shifts_gaps_and_silence_fill_the_window():
    primary, ada, bo = schedule(), person("Ada"), person("Bo")
    rotation = weekly_rotation(primary, [ada], windows=[hours("09:00", "17:00", "wed", "thu")])
    cover = override(primary, NOW + HOUR, HOUR, person=bo, replaces=ada, now=NOW)
    quiet = override(primary, NOW + 2 * DAY, HOUR, kind="silence", now=NOW)
    window = Interval(NOW, NOW + 3 * DAY)

    listed = shifts_of(primary, window=window)

    five, nine = NOW + 5 * HOUR, NOW + 21 * HOUR
    assert [(row.person.name, row.start, row.end, row.source.kind, row.rotation_name) for row in listed.shifts] == [
        ("Ada", NOW, NOW + HOUR, "rotation", "Primary"),
        ("Bo", NOW + HOUR, NOW + 2 * HOUR, "override", "Primary"),
        ("Ada", NOW + 2 * HOUR, five, "rotation", "Primary"),
        ("Ada", nine, nine + 8 * HOUR, "rotation", "Primary"),
    ]
    assert listed.shifts[1].source.chain == (Step("override", cover.pk),)
    assert {row.source.rotation for row in listed.shifts} == {rotation.pk}
    assert [(each.start, each.end, each.override) for each in listed.silence] == [
        (NOW + 2 * DAY, NOW + 2 * DAY + HOUR, quiet.pk)
    ]
    assert listed.gaps == (
        Interval(five, nine),
        Interval(nine + 8 * HOUR, NOW + 2 * DAY),
        Interval(NOW + 2 * DAY + HOUR, NOW + 3 * DAY),
    )
    assert gaps(primary, window=window) == listed.gaps
    assert (listed.window, listed.recorded_until, {row.recorded for row in listed.shifts}) == (window, None, {False})


def test_shifts_are_cut_to_the_window_unless_they_are_wanted_whole():
    """Case 43."""
    primary = schedule()
    weekly_rotation(primary, [person("Ada"), person("Bo")])
    window = Interval(NOW, NOW + HOUR)

    cut, whole = (shifts_of(primary, window=window, clip=clip).shifts for clip in (True, False))

    assert [(row.start, row.end) for row in cut] == [(NOW, NOW + HOUR)]
    assert [(row.start, row.end) for row in whole] == [(BEFORE, NEXT)]
    assert [row.uid for row in cut] == [row.uid for row in whole]


def test_adjacent_shifts_of_one_person_are_joined_when_asked_for():
    primary, ada, bo = schedule(), person("Ada"), person("Bo")
    weekly_rotation(primary, [ada, ada, bo])
    window = Interval(NOW - 10 * DAY, NOW + 11 * DAY)

    apart, joined = (shifts_of(primary, window=window, merge=merge).shifts for merge in (False, True))

    assert [row.person.name for row in apart] == ["Bo", "Ada", "Ada", "Bo"]
    assert [(row.person.name, row.start, row.end) for row in joined] == [
        ("Bo", apart[0].start, apart[0].end),
        ("Ada", apart[1].start, apart[2].end),
        ("Bo", apart[3].start, apart[3].end),
    ]
    assert joined[1].uid == apart[1].uid


def test_one_persons_shifts_leave_the_gaps_as_they_are():
    primary, ada, bo = schedule(), person("Ada"), person("Bo")
    weekly_rotation(primary, [ada, bo])

    listed = shifts_of(primary, window=Interval(NOW, NOW + 2 * WEEK), person=ada)

    assert ([row.person for row in listed.shifts], listed.gaps) == ([ada], ())


def test_a_person_has_shifts_in_every_schedule_they_appear_in():
    ada, bo = person("Ada"), person("Bo")
    member, added, neither = schedule("member"), schedule("added"), schedule("neither")
    weekly_rotation(member, [bo, ada])
    weekly_rotation(neither, [bo])
    override(added, NOW, HOUR, kind="add", person=ada, now=NOW)

    found = shifts_of_person(ada, window=Interval(NOW - HOUR, NOW + DAY))

    assert [(each.schedule.slug, each.shift.person, each.shift.start, each.shift.end) for each in found] == [
        ("member", ada, NOW - HOUR, NOW + DAY),
        ("added", ada, NOW, NOW + HOUR),
    ]


def test_the_turns_of_somebody_deactivated_are_gaps():
    """Case 29."""
    primary, ada, bo = schedule(), person("Ada"), person("Bo")
    weekly_rotation(primary, [ada, bo])

    deactivate_person(bo, by=Actor.system(), now=NOW)

    listed = shifts_of(primary, window=Interval(BEFORE, NEXT + WEEK))
    assert [(row.person.name, row.start, row.end) for row in listed.shifts] == [
        ("Bo", BEFORE, NOW),
        ("Ada", NEXT, NEXT + WEEK),
    ]
    assert listed.gaps == (Interval(NOW, NEXT),)


@pytest.mark.parametrize(
    ("start", "end", "code", "field"),
    [
        (NOW, NOW + timedelta(days=400, seconds=1), "window_too_long", "until"),
        (datetime(1969, 12, 31, tzinfo=UTC), datetime(1970, 1, 2, tzinfo=UTC), "invalid", "from"),
        (datetime(2099, 12, 31, tzinfo=UTC), datetime(2100, 1, 2, tzinfo=UTC), "invalid", "until"),
    ],
)
def test_a_window_out_of_reach_is_refused(start: datetime, end: datetime, code: str, field: str):
    primary, ada = schedule(), person("Ada")
    window = Interval(start, end)

    for act in (
        lambda: shifts_of(primary, window=window),
        lambda: gaps(primary, window=window),
        lambda: shifts_of_person(ada, window=window),
    ):
        with pytest.raises(Invalid) as refused:
            act()
        assert (refused.value.code, refused.value.field) == (code, field)


def test_four_hundred_days_are_answered_up_to_the_last_year():
    primary = schedule()
    last = datetime(2100, 1, 1, tzinfo=UTC)

    assert gaps(primary, window=Interval(last - timedelta(days=400), last)) == (
        Interval(last - timedelta(days=400), last),
    )
    assert on_call([primary], at=last - timedelta(microseconds=1))[0].people == ()
    with pytest.raises(Invalid):
        on_call([primary], at=last)
