"""What is refused of swaps: with a code at its field, and nothing is written."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.errors import Conflict, Invalid, NotPermitted
from rotations.models import Person, Swap
from rotations.services.people import deactivate_person
from rotations.services.schedules import archive_schedule
from rotations.services.swaps import TurnNumber, accept_swap, ask_swap, cancel_swap, decline_swap, take_shift
from rotations.services.teams import put_in_team
from tests.factories.rotations import (
    absence,
    accepted_swap,
    administrator,
    asked_swap,
    person,
    schedule,
    team,
    weekly_rotation,
)
from tests.rotations.services.swapping import DAY, HOUR, NOW, SYSTEM, TURN, WEEK, Crew, refusal, stored, who

pytestmark = [pytest.mark.django_db, pytest.mark.long]


@pytest.fixture
def crew() -> Crew:
    return Crew()


def test_a_turn_that_is_over_is_not_swapped(crew: Crew):
    asked = asked_swap(crew.rotation, 1, crew.bo, crew.cy, now=NOW)
    begun = Interval(NOW - DAY, NOW - HOUR)

    refused = [
        refusal(lambda: asked_swap(crew.rotation, 0, crew.ada, crew.cy, now=NOW)),
        refusal(lambda: asked_swap(crew.rotation, 1, crew.bo, crew.cy, span=begun, now=NOW)),
        refusal(lambda: accept_swap(asked, person=crew.cy, by=SYSTEM, now=TURN)),
    ]

    assert refused == [(Conflict, "in_the_past", field) for field in ("ordinal", "end", "ordinal")]


def test_a_swap_that_is_over_is_not_taken_back(crew: Crew):
    swap = accepted_swap(crew.rotation, 2, crew.cy, crew.ada, now=NOW)

    assert refusal(lambda: cancel_swap(swap, by=SYSTEM, now=TURN + WEEK)) == (Conflict, "in_the_past", None)


def test_a_swap_is_answered_once(crew: Crew):
    accepted = accepted_swap(crew.rotation, 2, crew.cy, crew.ada, now=NOW)
    declined = asked_swap(crew.rotation, 3, crew.ada, crew.bo, now=NOW)
    decline_swap(declined, person=crew.bo, by=SYSTEM, now=NOW)

    acts = [
        lambda: accept_swap(accepted, person=crew.ada, by=SYSTEM, now=NOW),
        lambda: decline_swap(accepted, person=crew.ada, by=SYSTEM, now=NOW),
        lambda: accept_swap(declined, person=crew.bo, by=SYSTEM, now=NOW),
        lambda: decline_swap(declined, person=crew.bo, by=SYSTEM, now=NOW),
        lambda: cancel_swap(declined, by=SYSTEM, now=NOW),
    ]

    assert {refusal(act) for act in acts} == {(Conflict, "already_answered", None)}


def test_only_a_turn_that_is_theirs_is_given_away(crew: Crew):
    first, second = (asked_swap(crew.rotation, 2, crew.cy, None, now=NOW) for _ in range(2))
    accept_swap(first, person=crew.ada, by=SYSTEM, now=NOW)

    refused = [
        refusal(lambda: asked_swap(crew.rotation, 3, crew.cy, crew.bo, now=NOW)),
        refusal(lambda: accept_swap(second, person=crew.bo, by=SYSTEM, now=NOW)),
        refusal(
            lambda: asked_swap(crew.rotation, 2, crew.ada, crew.bo, exchange=TurnNumber(crew.rotation, 5), now=NOW)
        ),
    ]

    assert refused == [(Conflict, "not_their_turn", "replaces")] * 3


def test_whom_a_policy_has_replaced_has_no_turn_to_give():
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    primary = schedule(absence_policy="next")
    rotation = weekly_rotation(primary, [ada, bo])
    absence(ada, TURN, WEEK, now=NOW)

    assert refusal(lambda: asked_swap(rotation, 2, ada, cy, now=NOW)) == (Conflict, "not_their_turn", "replaces")
    accepted_swap(rotation, 2, bo, cy, now=NOW)
    assert who(primary, TURN, TURN + WEEK) == [("Cy", TURN, TURN + WEEK)]


def test_nobody_is_on_twice_in_a_turn(crew: Crew):
    both = weekly_rotation(crew.schedule, [[crew.ada, crew.bo]], name="Both")
    asked = asked_swap(crew.rotation, 2, crew.cy, None, now=NOW)
    accepted_swap(crew.rotation, 2, crew.cy, crew.bo, span=Interval(TURN, TURN + DAY), now=NOW)

    refused = [
        refusal(lambda: asked_swap(both, 2, crew.ada, crew.bo, now=NOW)),
        refusal(lambda: accept_swap(asked, person=crew.bo, by=SYSTEM, now=NOW)),
        refusal(lambda: take_shift(both, ordinal=2, replaces=crew.ada, person=crew.bo, by=SYSTEM, now=NOW)),
    ]

    assert refused == [(Conflict, "already_on_turn", "person")] * 3


def test_nobody_swaps_with_themselves(crew: Crew):
    asked = asked_swap(crew.rotation, 2, crew.cy, None, now=NOW)

    for act in (
        lambda: asked_swap(crew.rotation, 2, crew.cy, crew.cy, now=NOW),
        lambda: take_shift(crew.rotation, ordinal=2, replaces=crew.cy, person=crew.cy, by=SYSTEM, now=NOW),
        lambda: accept_swap(asked, person=crew.cy, by=SYSTEM, now=NOW),
    ):
        before = stored()
        with pytest.raises(ValidationError) as invalid:
            act()
        assert [error.code for error in invalid.value.error_dict["__all__"]] == ["replaces_themselves"]
        assert stored() == before


def test_nobody_who_left_or_never_came_swaps(crew: Crew):
    asked = asked_swap(crew.rotation, 2, crew.cy, None, now=NOW)
    nobody = Person(pk=999, name="Nobody")
    deactivate_person(crew.ada, by=SYSTEM, now=NOW)

    refused = [
        refusal(lambda: asked_swap(crew.rotation, 2, crew.cy, crew.ada, now=NOW)),
        refusal(lambda: asked_swap(crew.rotation, 3, crew.ada, crew.bo, now=NOW)),
        refusal(lambda: accept_swap(asked, person=crew.ada, by=SYSTEM, now=NOW)),
        refusal(lambda: asked_swap(crew.rotation, 2, crew.cy, nobody, now=NOW)),
    ]

    assert refused == [
        (Invalid, "person_deactivated", "person"),
        (Invalid, "person_deactivated", "replaces"),
        (Invalid, "person_deactivated", "person"),
        (Invalid, "invalid", "person"),
    ]


@pytest.mark.parametrize("ordinal", [-5, 10**6, 2**62, -(2**62)])
def test_a_turn_that_does_not_exist_is_not_swapped(crew: Crew, ordinal: int):
    refused = refusal(lambda: asked_swap(crew.rotation, ordinal, crew.cy, crew.ada, now=NOW))

    assert refused == (Invalid, "unknown_turn", "ordinal")


def test_a_part_lies_in_the_turn_and_an_exchange_names_whom(crew: Crew):
    outside = Interval(TURN + WEEK, TURN + WEEK + HOUR)

    refused = [
        refusal(lambda: asked_swap(crew.rotation, 2, crew.cy, crew.ada, span=outside, now=NOW)),
        refusal(lambda: asked_swap(crew.rotation, 2, crew.cy, None, exchange=TurnNumber(crew.rotation, 3), now=NOW)),
    ]

    assert refused == [(Invalid, "outside_turn", "start"), (Invalid, "invalid", "person")]


def test_what_the_team_was_asked_is_declined_by_nobody_alone(crew: Crew):
    asked = asked_swap(crew.rotation, 2, crew.cy, None, now=NOW)

    refused = refusal(lambda: decline_swap(asked, person=crew.ada, by=SYSTEM, now=NOW))

    assert refused == (Conflict, "asked_of_team", None)


def test_an_archived_schedule_has_no_swaps(crew: Crew):
    asked = asked_swap(crew.rotation, 2, crew.cy, crew.ada, now=NOW)
    archive_schedule(crew.schedule, by=SYSTEM, now=NOW)

    refused = [
        refusal(lambda: asked_swap(crew.rotation, 2, crew.cy, crew.ada, now=NOW)),
        refusal(lambda: accept_swap(asked, person=crew.ada, by=SYSTEM, now=NOW)),
        refusal(lambda: cancel_swap(asked, by=SYSTEM, now=NOW)),
    ]

    assert refused == [(Conflict, "archived", None)] * 3


def permitted(act: Any) -> bool:
    try:
        act()
    except NotPermitted:
        return False
    return True


def test_who_may_ask_answer_and_take(crew: Crew):
    """The person themself, the managers of the team for them, and administrators; of the team whoever is in it."""
    dee, mia, otto, root = person("Dee"), person("Mia"), person("Otto"), administrator()
    team("payments-managers", managers=[otto])
    people = {"ada": crew.ada, "bo": crew.bo, "cy": crew.cy, "dee": dee, "mia": mia, "otto": otto, "root": root}
    team_of = crew.schedule.team
    put_in_team(team_of, person=mia, is_manager=True, by=SYSTEM, now=NOW)

    def allowed(act: Any) -> set[str]:
        names = set()
        for name, somebody in people.items():
            swap = asked_swap(crew.rotation, 2, crew.cy, crew.ada, now=NOW)
            if permitted(lambda swap=swap, somebody=somebody: act(swap, Actor.of_person(somebody), somebody)):
                names.add(name)
            for standing in Swap.objects.filter(state__in=["asked", "accepted"]):
                cancel_swap(standing, by=SYSTEM, now=NOW)
        return names

    ask: dict[str, Any] = {"ordinal": 2, "replaces": crew.cy, "person": crew.ada, "now": NOW}
    managers = {"mia", "root"}
    assert allowed(lambda _swap, by, _: ask_swap(crew.rotation, **ask, by=by)) == {"cy"} | managers
    assert allowed(lambda swap, by, _: accept_swap(swap, person=crew.ada, by=by, now=NOW)) == {"ada"} | managers
    assert allowed(lambda swap, by, _: decline_swap(swap, person=crew.ada, by=by, now=NOW)) == {"ada"} | managers
    assert allowed(lambda swap, by, _: cancel_swap(swap, by=by, now=NOW)) == {"cy"} | managers
    assert allowed(lambda swap, by, me: accept_swap(swap, person=me, by=by, now=NOW)) == {"ada"}
    people.pop("cy")
    assert (
        allowed(lambda _swap, by, me: take_shift(crew.rotation, ordinal=2, replaces=crew.cy, person=me, by=by, now=NOW))
        == {"ada", "bo"} | managers
    )

    def accept_for_the_team(_swap: Swap, by: Actor, me: Person) -> None:
        accept_swap(asked_swap(crew.rotation, 2, crew.cy, None, now=NOW), person=me, by=by, now=NOW)

    assert allowed(accept_for_the_team) == {"ada", "bo"} | managers
