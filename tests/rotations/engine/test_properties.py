"""What holds for every plan: the sweep is the definition, its spans tile the window, and edits leave the past alone."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rotations.engine.coverage import changes
from rotations.engine.edits import edited
from rotations.engine.intervals import Interval, merge, micros
from rotations.engine.lookahead import Timeline
from rotations.engine.plan import Absence, Answer, Override, Plan, Silence, answer_at
from rotations.engine.sweep import outlook, shifts, silences
from rotations.engine.terms import Outlook, Shift
from rotations.engine.windows import Tally
from tests.rotations.engine.random_plans import Chance, chances_and_plans, plans_and_windows

SIDES = [timedelta(microseconds=us) for us in (-1_000_000, -1, 0, 1, 1_000_000)]


def looked_at(window: Interval, *edges: datetime) -> list[datetime]:
    """Return every edge, and one microsecond and one second to each side, within the window."""
    return sorted({edge + side for edge in edges for side in SIDES if edge + side in window})


def edges_of(seen: Outlook) -> set[datetime]:
    spans: list[Shift | Interval | Silence] = [*seen.shifts, *seen.shadows, *seen.gaps, *seen.silence]
    return {seen.window.start, seen.window.end} | {edge for span in spans for edge in (span.start, span.end)}


def edges_within(plan: Plan, window: Interval) -> set[datetime]:
    """Return the instants at which the plan itself may change, whatever the sweep has made of them."""
    versions = [version for rotation in plan.rotations for version in rotation.versions]
    parts = [swap.span for swap in plan.swaps if swap.span]
    spans: list[Override | Absence | Interval] = [*plan.overrides, *plan.absences, *parts]
    return {
        *(version.effective_at for version in versions),
        *(rotation.ends_at for rotation in plan.rotations if rotation.ends_at),
        *(edge for span in spans for edge in (span.start, span.end)),
        *plan.deactivated.values(),
        *(handoff for version in versions for handoff in version.cadence.handoffs(window)),
    }


def told_by(seen: Outlook, moment: datetime):
    """Return the answer at a moment as the outlook tells it."""

    def among(shifts: tuple[Shift, ...]):
        return {(s.person, s.rotation, s.ordinal, s.chain) for s in shifts if s.start <= moment < s.end}

    silent = [silence.override for silence in seen.silence if silence.start <= moment < silence.end]
    return among(seen.shifts), among(seen.shadows), silent, any(moment in gap for gap in seen.gaps)


def defined_by(answer: Answer):
    def among(covers):
        return {(c.person, c.source.rotation, c.source.ordinal, c.source.chain) for c in covers}

    silent = [] if answer.silence is None else [answer.silence]
    return among(answer.people), among(answer.shadows), silent, not answer.people and not silent


@given(plans_and_windows())
def test_the_sweep_is_the_definition_at_every_edge_and_beside_it(case):
    plan, window = case
    seen = outlook(plan, window)

    moments = looked_at(window, *edges_of(seen))

    assert [told_by(seen, moment) for moment in moments] == [defined_by(answer_at(plan, moment)) for moment in moments]


@given(plans_and_windows())
def test_the_compiled_timeline_is_the_definition_wherever_the_plan_may_change(case):
    plan, window = case
    timeline = Timeline(plan, window)

    moments = looked_at(window, *sorted(edges_within(plan, window))[::7])

    assert [timeline.at(moment) for moment in moments] == [answer_at(plan, moment) for moment in moments]


@given(plans_and_windows())
def test_a_shift_tells_the_source_of_its_start(case):
    plan, window = case

    for shift in shifts(plan, window):
        assert (shift.person, shift.source) in [cover[:2] for cover in answer_at(plan, shift.start).people]


@given(plans_and_windows())
def test_shifts_are_ordered_and_disjoint_for_each_person_and_rotation(case):
    plan, window = case
    served = shifts(plan, window)

    assert [shift.start for shift in served] == sorted(shift.start for shift in served)
    assert all(window.start <= shift.start < shift.end <= window.end for shift in served)
    by_place: dict[object, list[Shift]] = {}
    for shift in served:
        by_place.setdefault((shift.person, shift.rotation), []).append(shift)
    for of_place in by_place.values():
        assert all(before.end <= after.start for before, after in pairwise(of_place))
        assert not any(before.end == after.start and _same(before, after) for before, after in pairwise(of_place))


def _same(before: Shift, after: Shift) -> bool:
    return (before.ordinal, before.chain) == (after.ordinal, after.chain)


@given(plans_and_windows())
def test_shifts_gaps_and_silence_tile_the_window(case):
    plan, window = case
    seen = outlook(plan, window)
    served = merge(Interval(shift.start, shift.end) for shift in seen.shifts)
    silent = tuple(Interval(silence.start, silence.end) for silence in seen.silence)

    tiles = sorted((*served, *seen.gaps, *silent))

    assert [tile.start for tile in tiles] == [window.start, *(tile.end for tile in tiles[:-1])]
    assert tiles[-1].end == window.end
    assert silences(plan, window) == seen.silence


@given(plans_and_windows())
def test_a_whole_shift_is_the_clipped_one_and_the_same_from_everywhere_in_it(case):
    plan, window = case
    whole = shifts(plan, window, clip=False)
    cut = [shift._replace(start=max(shift.start, window.start), end=min(shift.end, window.end)) for shift in whole]

    assert {shift[:3] for shift in cut} == {shift[:3] for shift in shifts(plan, window)}
    for shift in whole[:3]:
        last = Interval(shift.end - timedelta(microseconds=1), shift.end)
        if shift.end - shift.start < timedelta(days=100):
            assert shift in shifts(plan, last, clip=False)


@st.composite
def plans_and_edits(draw):
    """A plan of one rotation, an edit of it, and when it all happens."""
    chance, plan = draw(chances_and_plans(rotations=1))
    return plan, replace(chance.version(), effective_at=chance.moment()), chance.middle


@given(plans_and_edits())
def test_an_edit_changes_nothing_before_it(case):
    plan, draft, middle = case
    (rotation,) = plan.rotations
    before_it = Interval(min(middle, draft.effective_at) - timedelta(days=9), draft.effective_at)

    after = replace(plan, rotations=(edited(rotation, draft),))

    assert outlook(after, before_it) == outlook(plan, before_it)


@given(plans_and_edits())
def test_the_changes_of_an_edit_are_what_the_definition_tells_apart(case):
    before, draft, middle = case
    after = replace(before, rotations=(edited(before.rotations[0], draft),))
    window = Interval(middle - timedelta(days=3), middle + timedelta(days=4))
    did = changes(before, after, window)
    spans: list[Shift | Interval] = [*did.gained, *did.lost, *did.new_gaps, *did.closed_gaps]
    edges = {window.start, *(edge for span in spans for edge in (span.start, span.end))}

    for moment in looked_at(window, *sorted(edges)[::7]):
        (was, was_gap), (is_now, is_gap) = (_people_and_gap(answer_at(plan, moment)) for plan in (before, after))
        assert {shift.person for shift in did.gained if shift.start <= moment < shift.end} == is_now - was
        assert {shift.person for shift in did.lost if shift.start <= moment < shift.end} == was - is_now
        assert any(moment in gap for gap in did.new_gaps) == (is_gap and not was_gap)
        assert any(moment in gap for gap in did.closed_gaps) == (was_gap and not is_gap)


def _people_and_gap(answer: Answer) -> tuple[set[int], bool]:
    return {cover.person for cover in answer.people}, not answer.people and answer.silence is None


@given(plans_and_edits())
def test_whoever_is_kept_on_by_an_edit_finishes_their_turn_with_its_ordinal(case):
    plan, draft, _ = case
    rotation = replace(plan.rotations[0], ends_at=None)
    earlier = [version for version in rotation.versions if version.effective_at < draft.effective_at]
    if not earlier:
        return
    number = earlier[-1].cadence.number_at(micros(draft.effective_at))
    staying = {member.person for slot in draft.slots for member in slot}
    kept = tuple(member for member in earlier[-1].members(number) if member.person in staying)

    after = edited(rotation, draft).version_at(micros(draft.effective_at))

    assert after is not None
    assert after.ordinal(after.first_number) == earlier[-1].ordinal(number)
    if any(not member.shadow for member in kept):
        assert after.members(after.first_number) == kept


@given(st.integers(0, 2**32).map(Chance), st.integers(-400, 400), st.integers(0, 400))
def test_counting_the_turns_that_are_covered_equals_a_walk(chance, first, count):
    cadence, windows = chance.cadence(), chance.some(chance.window, 3)
    if not cadence.step:
        return

    def meets_a_window(number: int) -> bool:
        start = datetime(1970, 1, 1) + timedelta(microseconds=cadence.origin + number * cadence.step)  # noqa: DTZ001
        end = start + timedelta(microseconds=cadence.step)
        return any(opens < end and closes > start for opens, closes in _openings_around(windows, start, end))

    walked = sum(meets_a_window(number) for number in range(first, first + count))

    tally = Tally(windows, origin=cadence.origin, step=cadence.step)
    assert tally.before(first + count) - tally.before(first) == walked


def _openings_around(windows, start: datetime, end: datetime):
    day = datetime(start.year, start.month, start.day) - timedelta(days=1)  # noqa: DTZ001
    # A week has every opening there is: a longer turn needs no longer look.
    while day < min(end, start + timedelta(days=9)):
        for window in windows:
            if day.weekday() in window.days:
                opens, closes = (datetime.combine(day, moment) for moment in (window.start, window.end))
                yield opens, closes if closes > opens else closes + timedelta(days=1)
        day += timedelta(days=1)
