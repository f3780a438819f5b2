"""What does an answer cost? Counted in calls, which are the same on every machine: the past costs nothing."""

import sys
from collections import Counter
from collections.abc import Callable

import pytest

from rotations.engine.plan import Plan, answer_at
from rotations.engine.sweep import shifts
from tests.rotations.engine.pictures import at, cadence, override, plan_of, span

WEEKLY = cadence("2026-03-02T09:00", "Europe/Berlin", "week")
TWO = plan_of("AB", WEEKLY)
MOMENT = at("2026-03-03 12:00")
MONTH = span("2026-03-03", "2026-04-03")


def with_past_overrides(count: int) -> Plan:
    past = [override("replace", "2026-01-01", "2026-01-02", by="C", number=number) for number in range(1, count + 1)]
    return plan_of("AB", WEEKLY, overrides=past)


def calls_of(ask: Callable[[], object]) -> int:
    """Return how many functions are called, built-in ones too, when it is asked for the second time."""
    ask()
    events: Counter[str] = Counter()
    sys.setprofile(lambda _frame, event, _argument: events.update((event,)))
    try:
        ask()
    finally:
        sys.setprofile(None)
    return events["call"] + events["c_call"]


@pytest.mark.parametrize(
    ("grown", "small"),
    [
        pytest.param(with_past_overrides(300), with_past_overrides(1), id="300 past overrides"),
        pytest.param(plan_of("AB", WEEKLY, since="2006-03-02"), TWO, id="20 years old"),
        pytest.param(plan_of("AB" * 50, WEEKLY), TWO, id="100 slots"),
    ],
)
def test_the_answer_for_now_costs_the_same_with_a_long_past_or_a_large_team(grown, small):
    assert calls_of(lambda: answer_at(grown, MOMENT)) == calls_of(lambda: answer_at(small, MOMENT))


def test_the_shifts_of_a_month_cost_the_same_with_a_long_past():
    grown, small = with_past_overrides(300), with_past_overrides(1)

    assert calls_of(lambda: shifts(grown, MONTH)) == calls_of(lambda: shifts(small, MONTH))
