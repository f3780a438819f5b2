"""Two at once, on a real PostgreSQL with real threads: one swap has one answer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.errors import Refusal
from rotations.models import Absence, Person, Schedule, ScheduleChange, Swap
from rotations.queries import shifts_of
from rotations.services.absences import delete_absence, edit_absence
from rotations.services.people import deactivate_person
from rotations.services.swaps import TurnNumber, accept_swap, cancel_swap, take_shift
from tests.crowd import AtOnce
from tests.factories.rotations import absence, asked_swap, person, schedule, team, weekly_rotation

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

SYSTEM = Actor.system()
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
TURN = datetime(2024, 1, 15, 9, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


def refusals(answers: list[Any]) -> list[str]:
    """Return the code of each refusal, "" where there is none."""
    return [answer.code if isinstance(answer, Refusal) else "" for answer in answers]


def crew(size: int) -> tuple[Any, list[Person]]:
    """A rotation of which the first takes turn 2 when there are two, and everybody in its team."""
    people = [person(f"Person{number}") for number in range(size)]
    primary = schedule(of=team(members=people))
    return weekly_rotation(primary, people[:2]), people


def accepting(swap: Swap, somebody: Person) -> Callable[[], Any]:
    return partial(accept_swap, swap, person=somebody, by=Actor.of_person(somebody), now=NOW)


def working() -> list[tuple[str, datetime, datetime]]:
    seen = shifts_of(Schedule.objects.get(), window=Interval(TURN, TURN + WEEK))
    return [(each.person.name, each.start, each.end) for each in seen.shifts]


def test_of_a_team_that_is_asked_the_first_to_accept_takes_over_and_the_others_are_told(at_once: AtOnce):
    rotation, people = crew(6)
    swap = asked_swap(rotation, 2, people[0], None, now=NOW)

    answers = refusals(at_once([accepting(swap, somebody) for somebody in people[1:]]))

    assert sorted(answers) == ["", *["already_answered"] * 4]
    winner = people[1:][answers.index("")]
    swap.refresh_from_db()
    assert (swap.person, swap.state) == (winner, "accepted")
    assert working() == [(winner.name, TURN, TURN + WEEK)]
    assert ScheduleChange.objects.filter(what="swap_accepted").count() == 1


def test_two_requests_for_one_turn_are_not_both_accepted(at_once: AtOnce):
    rotation, people = crew(4)
    swaps = [asked_swap(rotation, 2, people[0], somebody, now=NOW) for somebody in people[2:]]

    answers = refusals(at_once([accepting(swap, swap.person) for swap in swaps if swap.person]))

    assert sorted(answers) == ["", "not_their_turn"]
    assert Swap.objects.filter(state="accepted").count() == 1


def test_accepting_and_cancelling_at_once_leaves_no_half_answer(at_once: AtOnce):
    rotation, people = crew(3)
    swap = asked_swap(rotation, 2, people[0], people[2], now=NOW)

    answers = refusals(
        at_once([accepting(swap, people[2]), partial(cancel_swap, swap, by=Actor.of_person(people[0]), now=NOW)])
    )

    swap.refresh_from_db()
    assert (answers, swap.state) in ((["", ""], "cancelled"), (["already_answered", ""], "cancelled"))
    assert working() == [("Person0", TURN, TURN + WEEK)]


def test_both_accept_an_exchange_that_the_other_asked_for_and_nothing_hangs(at_once: AtOnce):
    rotation, (first, second) = crew(2)
    there = asked_swap(rotation, 2, first, second, exchange=TurnNumber(rotation, 3), now=NOW)
    back = asked_swap(rotation, 3, second, first, exchange=TurnNumber(rotation, 2), now=NOW)

    answers = refusals(at_once([accepting(there, second), accepting(back, first)]))

    assert sorted(answers) == ["", "not_their_turn"]
    assert working() == [("Person1", TURN, TURN + WEEK)]


def test_somebody_who_takes_a_shift_while_they_are_deactivated_is_not_left_in_charge(at_once: AtOnce):
    rotation, people = crew(3)
    taker = people[2]

    answers = refusals(
        at_once(
            [
                partial(take_shift, rotation, ordinal=2, replaces=people[0], person=taker, by=SYSTEM, now=NOW),
                partial(deactivate_person, taker, by=SYSTEM, now=NOW),
            ]
        )
    )

    assert answers in (["", ""], ["person_deactivated", ""])
    assert working() == [("Person0", TURN, TURN + WEEK)]
    assert [swap.flag for swap in Swap.objects.all()] in ([], ["left"])


def test_of_two_who_change_an_absence_both_are_heard_and_one_who_comes_too_late_is_told(at_once: AtOnce):
    _, people = crew(2)
    away = absence(people[0], TURN, WEEK, now=NOW)

    edits = refusals(
        at_once(
            [
                partial(edit_absence, away, reason="Lisbon", by=SYSTEM, now=NOW),
                partial(edit_absence, away, end=TURN + DAY, by=SYSTEM, now=NOW),
            ]
        )
    )

    row = Absence.objects.get()
    assert (edits, row.reason, row.end) == (["", ""], "Lisbon", TURN + DAY)
    deletions = refusals(at_once([partial(delete_absence, away, by=SYSTEM, now=NOW)] * 3))
    assert sorted(deletions) == ["", "not_found", "not_found"]
