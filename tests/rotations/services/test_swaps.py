"""Swaps: asked for, answered, taken back; they follow their turn, and change nothing that happened."""

import pytest

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.errors import NotPermitted
from rotations.models import ScheduleChange, Swap, SwapState
from rotations.queries import on_call, plan_of
from rotations.services.people import deactivate_person, reactivate_person
from rotations.services.swaps import TurnNumber, accept_swap, cancel_swap, decline_swap, take_shift
from tests.factories.rotations import (
    accepted_swap,
    asked_swap,
    person,
    schedule,
)
from tests.rotations.services.swapping import DAY, HOUR, NOW, SYSTEM, TURN, WEEK, Crew, at, hourly, refusal, who

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew() -> Crew:
    return Crew()


def test_a_swap_gives_a_turn_away_and_a_part_of_it_only_that_part():
    """Case 37."""
    primary, u0, u1 = schedule(), person("U0"), person("U1")
    rotation = hourly(primary, u0, u0)
    part = Interval(at(13), at(18))

    asked = asked_swap(rotation, 0, u0, u1, span=part, now=at(9))
    assert who(primary, at(12), at(15)) == [("U0", at(12), at(15))]
    accept_swap(asked, person=u1, by=SYSTEM, now=at(10))

    assert who(primary, at(12), at(15)) == [("U0", at(12), at(13)), ("U1", at(13), at(15))]
    assert (Swap.objects.get().start, Swap.objects.get().end) == (at(13), at(15))
    cancel_swap(asked, by=SYSTEM, now=at(10))
    accepted_swap(rotation, 0, u0, u1, now=at(11))
    assert who(primary, at(12), at(15)) == [("U1", at(12), at(15))]


def test_in_a_slot_of_two_only_the_requester_is_replaced():
    """Case 37."""
    primary, u0, u1, u2 = schedule(), person("U0"), person("U1"), person("U2")
    rotation = hourly(primary, [u0, u1])

    accepted_swap(rotation, 0, u0, u2, now=at(11))

    assert sorted(who(primary, at(12), at(15))) == [("U1", at(12), at(15)), ("U2", at(12), at(15))]


def test_an_unanswered_swap_changes_nothing(crew: Crew):
    """Case 37."""
    until = TURN + WEEK
    before = who(crew.schedule, NOW, until)

    asked_swap(crew.rotation, 2, crew.cy, crew.ada, now=NOW)
    asked_swap(crew.rotation, 2, crew.cy, None, now=NOW)

    assert before == [("Bo", NOW, TURN), ("Cy", TURN, until)]
    assert who(crew.schedule, NOW, until) == before
    assert plan_of(crew.schedule).swaps == ()


def test_an_accepted_swap_is_the_reason_and_says_since_when(crew: Crew):
    swap = accepted_swap(crew.rotation, 2, crew.cy, crew.ada, reason=" wedding ", now=NOW)

    [entry] = on_call([crew.schedule], at=TURN)[0].people
    assert (entry.person, entry.since, entry.until) == (crew.ada, TURN, TURN + WEEK)
    assert (entry.source.kind, entry.source.swap, entry.source.ordinal) == ("swap", swap.pk, 2)
    assert (swap.state, swap.accepted_at, swap.answered_at, swap.reason) == ("accepted", NOW, NOW, "wedding")
    assert (swap.turn_start, swap.turn_end, swap.start, swap.end) == (TURN, TURN + WEEK, None, None)


def test_a_swap_of_a_swap_chains(crew: Crew):
    accepted_swap(crew.rotation, 2, crew.cy, crew.ada, now=NOW)
    accepted_swap(crew.rotation, 2, crew.ada, crew.bo, now=NOW)

    assert who(crew.schedule, TURN, TURN + WEEK) == [("Bo", TURN, TURN + WEEK)]


def test_what_has_passed_of_a_turn_stays_with_whom_it_was(crew: Crew):
    asked = asked_swap(crew.rotation, 1, crew.bo, crew.cy, now=NOW - DAY)

    accept_swap(asked, person=crew.cy, by=SYSTEM, now=NOW)

    assert who(crew.schedule, NOW - DAY, NOW + DAY) == [("Bo", NOW - DAY, NOW), ("Cy", NOW, NOW + DAY)]


def test_taking_a_shift_asks_and_accepts_in_one(crew: Crew):
    swap = take_shift(
        crew.rotation, ordinal=1, replaces=crew.bo, person=crew.ada, by=Actor.of_person(crew.ada), now=NOW
    )

    assert (swap.state, swap.asked_by, swap.accepted_at) == (SwapState.ACCEPTED, crew.ada, NOW)
    assert who(crew.schedule, NOW - DAY, TURN) == [("Bo", NOW - DAY, NOW), ("Ada", NOW, TURN)]


def test_an_exchange_is_two_covers_accepted_together(crew: Crew):
    asked = asked_swap(crew.rotation, 2, crew.cy, crew.ada, exchange=TurnNumber(crew.rotation, 3), now=NOW)
    back = Swap.objects.exclude(pk=asked.pk).get()
    assert (asked.exchange, back.exchange, back.replaces, back.person) == (back, asked, crew.ada, crew.cy)

    accept_swap(asked, person=crew.ada, by=Actor.of_person(crew.ada), now=NOW)

    assert who(crew.schedule, TURN, TURN + 2 * WEEK) == [
        ("Ada", TURN, TURN + WEEK),
        ("Cy", TURN + WEEK, TURN + 2 * WEEK),
    ]
    assert {swap.state for swap in Swap.objects.all()} == {SwapState.ACCEPTED}
    revisions = list(ScheduleChange.objects.order_by("id").values_list("revision", flat=True))
    assert revisions == list(range(1, len(revisions) + 1))


def test_of_an_exchange_only_whom_it_was_asked_of_accepts(crew: Crew):
    asked = asked_swap(crew.rotation, 2, crew.cy, crew.ada, exchange=TurnNumber(crew.rotation, 3), now=NOW)
    assert asked.exchange is not None

    refused = refusal(lambda: accept_swap(asked.exchange, person=crew.cy, by=Actor.of_person(crew.cy), now=NOW))

    assert refused == (NotPermitted, "not_permitted", "person")


def test_declining_and_cancelling_an_exchange_ends_both(crew: Crew):
    for ends in (
        lambda swap: decline_swap(swap, person=crew.ada, by=SYSTEM, now=NOW),
        lambda swap: cancel_swap(swap, by=SYSTEM, now=NOW),
    ):
        asked = asked_swap(crew.rotation, 2, crew.cy, crew.ada, exchange=TurnNumber(crew.rotation, 3), now=NOW)
        ends(asked)

    assert [swap.state for swap in Swap.objects.order_by("pk")] == ["declined", "declined", "cancelled", "cancelled"]


def test_an_accepted_exchange_binds_both_and_only_managers_take_it_back(crew: Crew):
    swap = accepted_swap(crew.rotation, 2, crew.cy, crew.ada, exchange=TurnNumber(crew.rotation, 3), now=NOW)

    refused = refusal(lambda: cancel_swap(swap, by=Actor.of_person(crew.cy), now=NOW))

    assert refused == (NotPermitted, "not_permitted", None)
    cancel_swap(swap, by=SYSTEM, now=TURN + WEEK + DAY)
    served, running = Swap.objects.order_by("pk")
    assert (served.state, running.state) == (SwapState.ACCEPTED, SwapState.CANCELLED)
    assert who(crew.schedule, TURN, TURN + 2 * WEEK) == [
        ("Ada", TURN, TURN + WEEK),
        ("Cy", TURN + WEEK, TURN + WEEK + DAY),
        ("Ada", TURN + WEEK + DAY, TURN + 2 * WEEK),
    ]


def test_cancelling_a_running_swap_keeps_what_has_passed(crew: Crew):
    swap = accepted_swap(crew.rotation, 2, crew.cy, crew.ada, now=NOW)

    cancelled = cancel_swap(swap, by=Actor.of_person(crew.cy), now=TURN + DAY)

    assert (cancelled.state, cancelled.start, cancelled.end) == (SwapState.CANCELLED, TURN, TURN + DAY)
    assert who(crew.schedule, TURN, TURN + WEEK) == [("Ada", TURN, TURN + DAY), ("Cy", TURN + DAY, TURN + WEEK)]


def test_cancelling_a_coming_swap_gives_the_turn_back(crew: Crew):
    swap = accepted_swap(crew.rotation, 2, crew.cy, crew.ada, now=NOW)

    cancelled = cancel_swap(swap, by=Actor.of_person(crew.cy), now=NOW + HOUR)

    assert (cancelled.state, cancelled.accepted_at, cancelled.start) == (SwapState.CANCELLED, None, None)
    assert who(crew.schedule, TURN, TURN + WEEK) == [("Cy", TURN, TURN + WEEK)]


def test_a_substitute_who_leaves_stops_taking_over_and_the_swap_says_so(crew: Crew):
    """Case 29."""
    swap = accepted_swap(crew.rotation, 2, crew.cy, crew.ada, now=NOW)

    deactivate_person(crew.ada, by=SYSTEM, now=NOW + HOUR)

    swap.refresh_from_db()
    assert (swap.state, swap.flag, swap.flagged_at) == (SwapState.ACCEPTED, "left", NOW + HOUR)
    assert who(crew.schedule, TURN, TURN + WEEK) == [("Cy", TURN, TURN + WEEK)]
    reactivate_person(crew.ada, by=SYSTEM, now=NOW + 2 * HOUR)
    swap.refresh_from_db()
    assert (swap.flag, swap.flagged_at) == ("", None)
    assert who(crew.schedule, TURN, TURN + WEEK) == [("Ada", TURN, TURN + WEEK)]


def test_each_step_is_a_fact(crew: Crew):
    first = ScheduleChange.objects.count()
    asked = asked_swap(crew.rotation, 2, crew.cy, None, now=NOW)
    accept_swap(asked, person=crew.ada, by=Actor.of_person(crew.ada), now=NOW)
    cancel_swap(asked, by=Actor.of_person(crew.cy), now=NOW)

    facts = list(ScheduleChange.objects.order_by("id").values_list("what", "summary", "actor_name"))[first:]

    span = "instead of Cy in Primary, 2024-01-15 09:00Z to 2024-01-22 09:00Z"
    assert facts == [
        ("swap_asked", f"Asked: somebody of the team {span}", "Oncall"),
        ("swap_accepted", f"Accepted: Ada {span}", "Ada"),
        ("swap_cancelled", f"Cancelled: Ada {span}", "Cy"),
    ]
