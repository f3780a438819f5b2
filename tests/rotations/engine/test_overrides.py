"""Layers, overrides, swaps and absences: what each does to the turns."""

from datetime import datetime

import pytest

from rotations.engine.intervals import Interval
from rotations.engine.plan import (
    Absence,
    Cover,
    Override,
    Plan,
    Rotation,
    Shift,
    Silence,
    Source,
    Step,
    Swap,
    answer_at,
)
from rotations.engine.sweep import outlook, shifts
from tests.rotations.engine.pictures import (
    DAY,
    HOUR,
    at,
    cadence,
    drawn,
    listed,
    on,
    override,
    person,
    picture,
    plan_of,
    rotation,
    span,
    version,
)

MONDAY = "2026-03-02"
DAY_ONE = span("2026-03-02", "2026-03-03")


def hours(begin: str, end: str) -> Interval:
    return span(f"{MONDAY} {begin}", f"{MONDAY} {end}")


def today(kind: str, begin: str, end: str, **how) -> Override:
    return override(kind, f"{MONDAY} {begin}", f"{MONDAY} {end}", **how)


def drawn_plan(*layers: str, overrides=(), **more) -> Plan:
    """A plan of one day: rotation and layer 1, 2... as drawn, one letter an hour."""
    return Plan(
        tuple(drawn(text, MONDAY, number=n, layer=n) for n, text in enumerate(layers, 1)), tuple(overrides), **more
    )


def test_two_layers_with_people_at_once_and_overrides_make_one_answer():
    below = drawn("..........AAAAA.AAA..ABB", MONDAY)
    beside = drawn("...........BB...........", MONDAY, number=2)
    above = drawn("............CCD..D..DDD.", MONDAY, number=3, layer=2)
    plan = Plan(
        (below, beside, above),
        (
            today("replace", "22:00", "23:00", by="E", number=1),
            today("replace", "22:00", "22:30", by="A", number=2),
        ),
    )
    hour_by_hour = {
        "layers": picture(Plan((below, beside, above)), DAY_ONE),
        "answer": picture(plan, DAY_ONE),
        "22:30": on(plan, f"{MONDAY} 22:30"),
        "11:00": on(plan, f"{MONDAY} 11:00"),
    }

    assert hour_by_hour == {
        "layers": "..........A+CCD.ADA.DDDB",
        "answer": "..........A+CCD.ADA.DDAB",
        "22:30": "E",
        "11:00": "AB",
    }
    assert outlook(plan, DAY_ONE).gaps == (hours("00:00", "10:00"), hours("15:00", "16:00"), hours("19:00", "20:00"))


def test_the_latest_of_two_overrides_of_everyone_has_the_last_word():
    plan = drawn_plan(
        "X" * 24,
        overrides=[
            today("replace", "10:00", "14:00", by="A", number=1),
            today("replace", "12:00", "16:00", by="B", number=2),
        ],
    )

    assert picture(plan, DAY_ONE) == "X" * 10 + "AABBBB" + "X" * 8
    assert on(plan, f"{MONDAY} 13:00") == "B"


def test_replacing_someone_touches_only_the_time_they_are_on():
    week = override("replace", "2026-03-02", "2026-03-09", by="Y", of="X")
    plan = plan_of(".X.....", cadence("2026-03-02T00:00"), overrides=[week])

    assert picture(plan, span("2026-03-02", "2026-03-09"), step=DAY) == ".Y....."


def test_a_replacement_can_be_replaced():
    plan = drawn_plan(
        "A",
        overrides=[
            today("replace", "00:00", "01:00", by="B", of="A", number=1),
            today("replace", "00:00", "01:00", by="C", of="B", number=2),
        ],
    )
    source = Source(1, 1, 0, chain=(Step("override", 1), Step("override", 2)))

    assert answer_at(plan, at(MONDAY)).people == (Cover(person("C"), source),)
    assert (source.kind, source.override, source.swap) == ("override", 2, None)


def test_overrides_apply_in_the_order_they_were_made_and_not_of_their_ids():
    first = Override(9, "replace", *_bounds(DAY_ONE), person("B"), person("A"), created_at=at("2026-01-01"))
    second = Override(3, "replace", *_bounds(DAY_ONE), person("C"), person("B"), created_at=at("2026-01-02"))

    assert on(drawn_plan("A", overrides=[second, first]), MONDAY) == "C"


def test_removing_someone_who_is_not_on_call_has_no_effect():
    plan = drawn_plan("AB", overrides=[today("remove", "00:00", "02:00", of="B")])

    assert picture(plan, hours("00:00", "02:00")) == "A."
    assert shifts(plan, hours("00:00", "01:00")) == shifts(drawn_plan("AB"), hours("00:00", "01:00"))


def test_replacing_everyone_by_nobody_is_planned_silence_and_not_a_gap():
    plan = drawn_plan("AAAA", overrides=[today("silence", "02:00", "03:00", number=7)])
    silent = hours("02:00", "03:00")

    assert picture(plan, hours("00:00", "05:00")) == "AA-A."
    assert outlook(plan, hours("00:00", "05:00")).silence == (Silence(silent.start, silent.end, 7),)
    assert outlook(plan, hours("00:00", "05:00")).gaps == (hours("04:00", "05:00"),)


def test_someone_added_in_a_silence_ends_it():
    plan = drawn_plan(
        "AAAA",
        overrides=[today("silence", "00:00", "03:00", number=1), today("add", "01:00", "02:00", by="B", number=2)],
    )

    assert picture(plan, hours("00:00", "04:00")) == "-B-A"


def test_someone_added_stands_beside_whoever_is_on():
    plan = drawn_plan("XXXX", overrides=[today("add", "01:00", "02:00", by="Y", number=4)])

    assert [on(plan, f"{MONDAY} 0{hour}:00") for hour in range(4)] == ["X", "XY", "X", "X"]
    assert shifts(plan, hours("01:00", "02:00"))[1].source == Source(None, None, None, chain=(Step("override", 4),))


def test_adding_someone_who_is_on_call_leaves_their_shift_whole():
    plan = plan_of("A", cadence("2026-03-02T00:00"), overrides=[today("add", "01:00", "02:00", by="A", number=4)])
    added = Source(None, None, None, chain=(Step("override", 4),))

    assert answer_at(plan, at(f"{MONDAY} 01:00")).people == (Cover(person("A"), Source(1, 1, 0), (added,)),)
    assert listed(plan, DAY_ONE) == ["A 00:00-00:00"]


def test_an_override_of_one_rotation_leaves_the_others_alone():
    one, other = drawn("AAA", MONDAY), drawn("BBB", MONDAY, number=2)
    change = today("replace", "01:00", "02:00", by="C", rotation=1)

    plan = Plan((one, other), (change,))

    assert [on(plan, f"{MONDAY} 0{hour}:00") for hour in range(3)] == ["AB", "CB", "AB"]


def test_an_override_that_empties_its_rotation_shows_the_layer_below():
    plan = drawn_plan("BBB", "AAA", overrides=[today("remove", "01:00", "02:00", of="A", rotation=2)])

    assert picture(plan, hours("00:00", "03:00")) == "ABA"


def test_an_override_that_empties_the_schedule_is_a_gap():
    plan = drawn_plan("BBB", "AAA", overrides=[today("remove", "01:00", "02:00", of="A")])

    assert picture(plan, hours("00:00", "03:00")) == "A.A"
    assert outlook(plan, hours("00:00", "03:00")).gaps == (hours("01:00", "02:00"),)


def test_an_override_of_a_rotation_stops_with_it():
    plan = drawn_plan("AA", overrides=[today("add", "01:00", "05:00", by="B", rotation=1)])

    assert picture(plan, hours("00:00", "05:00")) == "A+..."


def test_an_override_stops_when_its_substitute_is_deactivated():
    plan = drawn_plan(
        "AAAA",
        overrides=[today("replace", "00:00", "04:00", by="B", of="A")],
        deactivated={person("B"): at(f"{MONDAY} 02:00")},
    )

    assert picture(plan, hours("00:00", "04:00")) == "BBAA"


def test_one_person_in_two_rotations_has_one_entry_with_the_other_reason_beside_it():
    plan = Plan((drawn("A", MONDAY, number=2), drawn("A", MONDAY, number=1)))

    assert answer_at(plan, at(MONDAY)).people == (Cover(person("A"), Source(1, 1, 0), (Source(2, 1, 0),)),)


def swap(ordinal: int, *, by: str, of: str, number: int = 1, rotation: int = 1, part: Interval | None = None) -> Swap:
    return Swap(number, rotation, ordinal, person(of), person(by), at("2026-01-01") + number * HOUR, part)


def test_a_swap_takes_one_turn_and_a_part_swap_a_part_of_it():
    turns = Rotation(1, 1, (version("AB", cadence(f"{MONDAY}T12:00", unit="hour", every=3)),))
    whole = swap(0, by="B", of="A", number=1)
    part = swap(0, by="A", of="B", number=2, part=hours("13:00", "18:00"))

    assert listed(Plan((turns,), swaps=(whole,)), hours("12:00", "18:00")) == ["B 12:00-15:00", "B 15:00-18:00"]
    assert listed(Plan((turns,), swaps=(part, whole)), hours("12:00", "15:00")) == ["B 12:00-13:00", "A 13:00-15:00"]


def test_a_swap_of_one_of_two_members_leaves_the_other():
    plan = Plan((rotation("(AB)", cadence(f"{MONDAY}T00:00")),), swaps=(swap(0, by="C", of="B"),))

    assert answer_at(plan, at(MONDAY)).people == (
        Cover(person("A"), Source(1, 1, 0)),
        Cover(person("C"), Source(1, 1, 0, seat=1, chain=(Step("swap", 1),))),
    )


def test_a_swap_follows_its_turn_when_the_handoff_moves():
    moved = Rotation(1, 1, (version("AB", cadence(f"{MONDAY}T01:00")),))

    plan = Plan((moved,), swaps=(swap(0, by="C", of="A"),))

    assert listed(plan, span("2026-03-02", "2026-03-03 01:00")) == ["C 01:00-01:00"]


def away(letter: str, begin: str, end: str, *, number: int = 1) -> Absence:
    return Absence(number, person(letter), *_bounds(hours(begin, end)))


@pytest.mark.parametrize(("policy", "drawing"), [("flag", "AAAABBBB"), ("skip", "A..ABBBB"), ("next", "ABBABBBB")])
def test_an_absence_is_flagged_or_skipped_or_covered_by_the_next(policy, drawing):
    turns = Rotation(1, 1, (version("ABC", cadence(f"{MONDAY}T00:00", unit="hour", every=4)),))

    plan = Plan((turns,), absences=(away("A", "01:00", "03:00"),), absence_policy=policy)

    assert picture(plan, hours("00:00", "08:00")) == drawing


def test_the_next_passes_over_absent_deactivated_and_shadowing_people_and_empty_slots():
    turns = Rotation(1, 1, (version("AB.Cd(EF)", cadence(f"{MONDAY}T00:00")),))
    plan = Plan(
        (turns,),
        absences=(
            away("A", "00:00", "12:00", number=5),
            away("B", "00:00", "12:00"),
            away("E", "06:00", "12:00", number=2),
        ),
        absence_policy="next",
        deactivated={person("C"): at("2026-01-01")},
    )

    assert picture(plan, DAY_ONE, step=6 * HOUR) == "EFAA"
    assert answer_at(plan, at(MONDAY)).people[0].source == Source(1, 1, 0, absence=5)


def test_two_absent_members_of_a_slot_are_covered_by_two_people():
    turns = Rotation(1, 1, (version("(AB)(CD)", cadence(f"{MONDAY}T00:00")),))
    both = (away("A", "00:00", "12:00", number=1), away("B", "00:00", "12:00", number=2))

    plan = Plan((turns,), absences=both, absence_policy="next")

    assert [shift.absence for shift in shifts(plan, hours("00:00", "12:00"))] == [1, 2]
    assert on(plan, MONDAY) == "CD"


def test_nobody_left_to_cover_an_absence_is_a_hole():
    plan = drawn_plan("BB", "AA", absences=(away("A", "00:00", "01:00"),), absence_policy="next")

    assert picture(plan, hours("00:00", "02:00")) == "BA"


def test_an_absence_never_touches_whom_an_override_put_on():
    plan = drawn_plan(
        "AA",
        overrides=[today("replace", "00:00", "01:00", by="B", of="A")],
        absences=(away("B", "00:00", "02:00"),),
        absence_policy="skip",
    )

    assert picture(plan, hours("00:00", "02:00")) == "BA"


def test_an_absent_shadow_is_not_replaced():
    turns = Rotation(1, 1, (version("(Ab)C", cadence(f"{MONDAY}T00:00")),))
    plan = Plan((turns,), absences=(away("B", "06:00", "12:00"),), absence_policy="next")

    watching = [hours("00:00", "06:00"), Interval(at(f"{MONDAY} 12:00"), DAY_ONE.end)]

    assert outlook(plan, DAY_ONE).shadows == tuple(
        Shift(person("B"), *_bounds(within), 1, 1, 0, seat=1) for within in watching
    )


def _bounds(within: Interval) -> tuple[datetime, datetime]:
    return within.start, within.end


@pytest.mark.parametrize(
    ("kind", "who", "complaint"),
    [
        ("add", {}, "only replace and add"),
        ("remove", {"by": "A", "of": "B"}, "only replace and add"),
        ("remove", {}, "says who is removed"),
        ("silence", {"rotation": 1}, "of the whole schedule"),
    ],
)
def test_an_override_that_means_nothing_is_refused(kind, who, complaint):
    with pytest.raises(ValueError, match=complaint):
        today(kind, "00:00", "01:00", **who)
