"""What an edit does to the turn in force, to the order, and to the past."""

from dataclasses import replace

from rotations.engine.coverage import changes
from rotations.engine.edits import edited, without_version
from rotations.engine.intervals import Interval
from rotations.engine.plan import Member, Plan, Rotation, Swap, Version
from rotations.engine.sweep import shifts
from tests.rotations.engine.pictures import (
    DAY,
    WEEK,
    WEEKDAYS,
    at,
    cadence,
    letter,
    person,
    picture,
    rotation,
    slots,
    span,
    window,
)

FIRST_MONDAY = "2026-01-05T00:00"
WEEKLY = cadence(FIRST_MONDAY, unit="week")
DAILY = cadence(FIRST_MONDAY)
EDITED_ON = "2026-02-18"  # the Wednesday of the seventh week
WEDNESDAYS = span("2026-02-11", "2026-04-01")


def edit(before: Rotation, order: str, when: str = EDITED_ON, handoffs=WEEKLY, **how) -> Rotation:
    return edited(before, Version(at(when), handoffs, slots(order), **how))


def weeks(of: Rotation, within: Interval = WEDNESDAYS) -> str:
    return picture(Plan((of,)), within, step=WEEK)


def test_new_members_take_over_at_once_and_the_old_are_nowhere_after():
    before = rotation("ABC", WEEKLY)
    after = edit(before, "DE")

    assert weeks(before) == "CABCABC"
    assert weeks(after) == "CDEDEDE"
    assert changes(Plan((before,)), Plan((after,)), span("2026-01-05", EDITED_ON)).lost == ()


def test_the_person_on_call_stays_until_the_turn_ends_and_the_order_goes_on():
    before = rotation("BCA", WEEKLY)
    assert weeks(before)[1] == "B"

    after = edit(before, "ZABC")

    assert weeks(after) == "ABCZABC"
    assert [shift.ordinal for shift in shifts(Plan((after,)), WEDNESDAYS)] == list(range(5, 13))
    assert len(shifts(Plan((after,)), span("2026-02-16", "2026-02-23"))) == 1


def test_when_the_person_on_call_is_removed_the_next_in_order_takes_over():
    after = edit(rotation("BCA", WEEKLY), "AC")
    week = shifts(Plan((after,)), span("2026-02-16", "2026-02-23"))

    assert [(letter(shift.person), f"{shift.start:%a}", shift.ordinal) for shift in week] == [
        ("B", "Mon", 6),
        ("C", "Wed", 6),
    ]
    assert weeks(after) == "ACACACA"


def test_who_follows_must_still_be_there():
    assert weeks(edit(rotation("ABCD", cadence("2026-02-02T00:00", unit="week")), "DA")) == "BDADADA"


def test_members_of_a_shared_slot_who_stay_finish_their_turn():
    after = edit(rotation("(AB)C", cadence("2026-02-16T00:00", unit="week")), "B(CD)")

    assert after.versions[1].carried is None
    assert weeks(after, span("2026-02-18", "2026-03-11")) == "B+B"


def test_someone_who_joins_a_slot_waits_for_its_next_turn():
    after = edit(rotation("AB", cadence("2026-02-16T00:00", unit="week")), "(AC)B")

    assert after.versions[1].carried == (Member(person("A")),)
    assert weeks(after, span("2026-02-18", "2026-03-11")) == "AB+"


def test_of_equal_slots_the_second_continues_in_the_second():
    before = rotation("ABAC", cadence("2026-02-02T00:00", unit="week"))

    assert weeks(edit(before, "ABACD"), span("2026-02-18", "2026-03-18")) == "ACDA"


def test_a_hole_stays_a_hole_until_the_turn_ends():
    before = rotation("A.B", cadence("2026-02-09T00:00", unit="week"))

    assert weeks(edit(before, "CAB"), span("2026-02-18", "2026-03-18")) == ".BCA"
    assert weeks(edit(before, "CA.B"), span("2026-02-18", "2026-03-18")) == ".BCA"


def test_two_edits_of_one_turn_keep_its_people():
    once = edit(rotation("BCA", WEEKLY), "ZABC")

    twice = edit(once, "ZAYBC", when="2026-02-19")

    assert weeks(twice) == "ABCZAYB"


def test_an_edit_at_the_instant_of_a_version_replaces_it():
    first = edit(rotation("BCA", WEEKLY), "XYZ")

    assert edit(first, "ZABC") == edit(rotation("BCA", WEEKLY), "ZABC")


def test_an_edit_of_the_first_version_at_its_instant_stands_as_given():
    draft = Version(at(FIRST_MONDAY), WEEKLY, slots("XY"), first_slot=1)

    assert edited(rotation("AB", WEEKLY), draft).versions == (draft,)


def test_an_edit_before_a_pending_one_moves_the_order_of_the_pending_one():
    pending = edit(rotation("ABC", WEEKLY), "CAB", when="2026-03-04")
    assert pending.versions[1].first_slot == 0

    both = edit(pending, "AC", when="2026-02-25")

    assert [version.first_slot for version in both.versions] == [0, 1, 1]
    assert [version.first_ordinal for version in both.versions] == [0, 7, 8]
    assert weeks(both) == "CACABCA"
    assert without_version(both, both.versions[1]) == pending


def test_a_change_of_zone_keeps_the_wall_clock_and_the_past():
    before = rotation("AB", cadence("2026-01-05T09:00", "Europe/Berlin"))
    after = edit(before, "AB", handoffs=cadence("2026-01-05T09:00", "America/New_York"))

    def handoffs(of, day):
        return [shift.start for shift in shifts(Plan((of,)), span(day, day + " 23:59"))[1:]]

    assert handoffs(after, "2026-02-17") == handoffs(before, "2026-02-17") == [at("2026-02-17 09:00+01:00")]
    assert handoffs(after, "2026-02-20") == [at("2026-02-20 09:00-05:00")]


def test_a_faster_cadence_ends_the_turn_at_its_own_next_handoff():
    after = edit(rotation("ABC", WEEKLY), "ABC", handoffs=DAILY)

    assert picture(Plan((after,)), span("2026-02-16", "2026-02-22"), step=DAY) == "AAABCA"


def test_an_edit_to_weekdays_goes_on_where_the_order_was():
    before = rotation("ABCDE", DAILY)
    after = edit(before, "ABCDE", handoffs=DAILY, advance="covered", windows=(window(WEEKDAYS),))

    assert picture(Plan((before,)), span("2026-02-16", "2026-02-20"), step=DAY) == "CDEA"
    assert picture(Plan((after,)), span("2026-02-16", "2026-02-26"), step=DAY) == "CDEAB..CDE"


def test_an_edit_effective_later_changes_nothing_until_then_and_shows_what_it_will():
    before = rotation("ABC", WEEKLY)
    after = edit(before, "ABCD", when="2026-03-02")
    difference = changes(Plan((before,)), Plan((after,)), span("2026-02-16", "2026-03-16"))

    assert [(letter(shift.person), f"{shift.start:%d %b}") for shift in difference.gained] == [("D", "09 Mar")]
    assert [(letter(shift.person), f"{shift.start:%d %b}") for shift in difference.lost] == [("A", "09 Mar")]
    assert difference.new_gaps == difference.closed_gaps == ()


def test_a_swap_keeps_its_turn_through_an_edit():
    after = edit(rotation("BCA", WEEKLY), "ZABC")
    agreed = Swap(1, 1, 7, person("C"), person("Y"), at("2026-01-10"))

    assert picture(Plan((after,), swaps=(agreed,)), WEDNESDAYS, step=WEEK) == "ABYZABC"


def test_a_shift_that_an_edit_does_not_touch_stays_whole():
    before = rotation("(AB)C", cadence("2026-02-16T00:00", unit="week"))
    after = edit(before, "BC")
    week = span("2026-02-16", "2026-02-23")

    kept = [shift for shift in shifts(Plan((after,)), week) if shift.person == person("B")]

    assert kept == [shift for shift in shifts(Plan((before,)), week) if shift.person == person("B")]
    assert replace(after, versions=after.versions[:1]) == before
