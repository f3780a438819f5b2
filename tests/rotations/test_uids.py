"""A shift keeps its name through every change, and no two share one."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from rotations.engine.cadence import Cadence
from rotations.engine.edits import edited
from rotations.engine.intervals import Interval
from rotations.engine.sweep import shifts
from rotations.engine.terms import Absence, Member, Override, OverrideKind, Plan, Rotation, Shift, Swap, Version
from rotations.engine.windows import Window
from rotations.uids import uid_of

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
HANDOFF = MONDAY + timedelta(hours=9)
NEXT = HANDOFF + WEEK
ADA, BO, CY, DEE = range(1, 5)
ALL_DAYS = frozenset(range(7))
WORKDAYS = frozenset(range(5))


def slots(*people: int) -> tuple[tuple[Member, ...], ...]:
    return tuple((Member(person),) for person in people)


def version(*people: int, unit="week", zone="UTC", windows=(), effective_at=None, hour=9) -> Version:
    cadence = Cadence(datetime.fromisoformat(f"2024-01-01T{hour:02}:00"), ZoneInfo(zone), unit)
    return Version(effective_at or HANDOFF, cadence, slots(*people), windows=windows)


def weekly(*people: int, layer=1, number=1, **fields) -> Rotation:
    return Rotation(number, layer, (version(*people, **fields),))


def plan(*rotations: Rotation, **fields) -> Plan:
    return Plan(rotations=rotations or (weekly(ADA, BO),), **fields)


def override(number: int, start: datetime, end: datetime, **fields) -> Override:
    return Override(number, fields.pop("kind", "replace"), start, end, **{"person": CY, "replaces": None} | fields)


def named(of: Plan, start: datetime = MONDAY, end: datetime = MONDAY + 3 * WEEK) -> dict[str, tuple[int, datetime]]:
    """Who works under which name, and from when."""
    return {uid_of(of, each): (each.person, each.start) for each in whole(of, start, end)}


def whole(of: Plan, start: datetime, end: datetime) -> tuple[Shift, ...]:
    return shifts(of, Interval(start, end), clip=False)


def name_at(of: Plan, moment: datetime) -> str:
    [shift] = whole(of, moment, moment + timedelta(seconds=1))
    return uid_of(of, shift)


def test_an_override_of_a_whole_turn_keeps_its_name():
    taken_over = plan(overrides=(override(5, HANDOFF, NEXT, replaces=ADA),))

    assert named(taken_over).keys() == named(plan()).keys()
    assert named(taken_over)[name_at(plan(), HANDOFF)] == (CY, HANDOFF)


def test_a_swap_of_a_whole_turn_keeps_its_name():
    swapped = plan(swaps=(Swap(3, rotation=1, ordinal=0, replaces=ADA, person=BO, accepted_at=MONDAY),))

    assert named(swapped).keys() == named(plan()).keys()
    assert named(swapped)[name_at(plan(), HANDOFF)] == (BO, HANDOFF)


def test_an_override_in_the_middle_of_a_turn_adds_two_names_and_keeps_the_first():
    start, end = HANDOFF + 2 * DAY, HANDOFF + 3 * DAY
    split = plan(overrides=(override(5, start, end, replaces=ADA),))

    first, cover, rest = (name_at(split, moment) for moment in (HANDOFF, start, end))
    assert first == name_at(plan(), HANDOFF)
    assert named(split).keys() - named(plan()).keys() == {cover, rest}


def test_an_override_that_ends_early_keeps_all_names():
    start, end = HANDOFF + 2 * DAY, HANDOFF + 4 * DAY
    planned = plan(overrides=(override(5, start, end, replaces=ADA),))
    ended = plan(overrides=(override(5, start, end - DAY, replaces=ADA),))

    assert named(planned).keys() == named(ended).keys()


def test_somebody_added_is_named_by_the_override_that_added_them():
    start, end = HANDOFF + 2 * DAY, HANDOFF + 4 * DAY
    added = plan(overrides=(override(5, start, end, kind="add"),))
    instead = plan(overrides=(override(5, start, end),))

    # One more event beside Ada's; or, instead of everyone, the same event and Ada's second piece.
    assert len(named(added).keys() - named(plan()).keys()) == 1
    assert named(added).keys() < named(instead).keys()


def test_an_edit_keeps_the_names_of_turns():
    before = weekly(ADA, BO, CY)
    after = edited(before, version(DEE, ADA, BO, effective_at=HANDOFF + 2 * DAY))

    assert named(plan(before)).keys() == named(plan(after)).keys()


def test_a_higher_layer_that_cuts_a_turn_gives_each_piece_a_name_of_its_own():
    office = weekly(DEE, number=2, layer=2, windows=(Window(WORKDAYS, time(9), time(17)),))
    both = plan(weekly(ADA, BO), office)
    pieces = [shift for shift in whole(both, HANDOFF, NEXT) if shift.rotation == 1]

    # Four nights, and the weekend.
    assert len(pieces) == len({uid_of(both, shift) for shift in pieces}) == 5
    # The first piece of Ada's week starts an hour too late to be the whole turn's: hers begins when the office closes.
    assert name_at(plan(), HANDOFF) not in named(both)


def test_windows_split_a_turn_into_days_named_by_their_date():
    days = (Window(WORKDAYS, time(9), time(17)),)
    office = plan(weekly(ADA, BO, windows=days))

    assert len(named(office, HANDOFF, NEXT)) == 5
    another_hour = (Window(WORKDAYS, time(10), time(16)),)
    moved = plan(weekly(ADA, BO, windows=another_hour))
    assert named(office, NEXT, NEXT + WEEK).keys() == named(moved, NEXT, NEXT + WEEK).keys()


def test_a_day_split_by_an_edit_of_its_hours_has_two_names():
    noon = HANDOFF + 2 * DAY + timedelta(hours=3)
    before = weekly(ADA, BO, windows=(Window(WORKDAYS, time(9), time(14)),))
    after = edited(before, version(ADA, BO, windows=(Window(WORKDAYS, time(13), time(18)),), effective_at=noon))

    names = [name_at(plan(after), noon + timedelta(hours=hours)) for hours in (-1, 2)]

    assert len(set(names)) == 2
    assert names[0] == name_at(plan(before), noon)


def test_two_seats_of_a_turn_have_two_names_that_stay_with_the_seats():
    def pair(*people: int) -> Plan:
        one = version(ADA)
        return plan(Rotation(1, 1, (replace(one, slots=(tuple(Member(person) for person in people),)),)))

    assert len(named(pair(ADA, BO), HANDOFF, HANDOFF + DAY)) == 2
    assert named(pair(ADA, BO)).keys() == named(pair(CY, BO)).keys()


@st.composite
def spans(draw: st.DrawFn) -> tuple[datetime, datetime]:
    start = MONDAY + timedelta(hours=draw(st.integers(-100, 700)))
    return start, start + timedelta(hours=draw(st.integers(1, 300)))


@st.composite
def overrides(draw: st.DrawFn) -> tuple[Override, ...]:
    found = []
    for number in range(draw(st.integers(0, 6))):
        start, end = draw(spans())
        kind: OverrideKind = draw(st.sampled_from(get_args(OverrideKind)))
        rotation = draw(st.sampled_from([None, 1, 2])) if kind != "silence" else None
        person, replaced = draw(st.permutations([ADA, BO, CY, DEE]))[:2]
        found.append(
            Override(
                number + 1,
                kind,
                start,
                end,
                person=person if kind in {"replace", "add"} else None,
                replaces=replaced
                if kind == "remove"
                else draw(st.sampled_from([None, replaced]))
                if kind == "replace"
                else None,
                rotation=rotation,
                created_at=MONDAY + timedelta(minutes=number),
            )
        )
    return tuple(found)


@st.composite
def versions(draw: st.DrawFn, effective_at: datetime) -> Version:
    windows = draw(
        st.lists(
            st.builds(
                Window,
                st.sets(st.integers(0, 6), min_size=1).map(frozenset),
                st.integers(0, 23).map(time),
                st.integers(0, 23).map(time),
            ),
            max_size=2,
        )
    )
    people = draw(st.lists(st.sampled_from([ADA, BO, CY, DEE]), min_size=1, max_size=4))
    return version(
        *people,
        unit=draw(st.sampled_from(["day", "week"])),
        zone=draw(st.sampled_from(["UTC", "America/New_York", "Pacific/Auckland"])),
        windows=tuple(windows),
        effective_at=effective_at,
        hour=draw(st.integers(0, 23)),
    )


@st.composite
def rotations(draw: st.DrawFn, number: int) -> Rotation:
    rotation = Rotation(number, draw(st.integers(1, 2)), (draw(versions(MONDAY - 5 * DAY)),))
    for _ in range(draw(st.integers(0, 3))):
        rotation = edited(rotation, draw(versions(MONDAY + timedelta(hours=draw(st.integers(-50, 300))))))
    return rotation


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    absences = [
        Absence(number, draw(st.sampled_from([ADA, BO, CY, DEE])), *draw(spans()))
        for number in range(draw(st.integers(0, 2)))
    ]
    return Plan(
        rotations=(draw(rotations(1)), draw(rotations(2))),
        overrides=draw(overrides()),
        absences=tuple(absences),
        absence_policy=draw(st.sampled_from(["flag", "skip", "next"])),
        deactivated={DEE: MONDAY + 9 * DAY} if draw(st.booleans()) else {},
    )


@settings(max_examples=200, deadline=None)
@given(plans(), st.integers(-48, 400), st.integers(1, 200))
def test_names_are_unique_and_do_not_depend_on_the_window(of: Plan, first_hour: int, hours: int):
    everything = whole(of, MONDAY - 2 * WEEK, MONDAY + 6 * WEEK)
    names = [uid_of(of, shift) for shift in everything]
    assert len(set(names)) == len(names)

    start = MONDAY + timedelta(hours=first_hour)
    seen = {(shift.person, shift.start): name for shift, name in zip(everything, names, strict=True)}
    for shift in whole(of, start, start + timedelta(hours=hours)):
        assert seen[shift.person, shift.start] == uid_of(of, shift)
