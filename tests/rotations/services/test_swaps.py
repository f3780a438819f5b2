"""Swaps: asked for, answered, taken back; they follow their turn, and change nothing that happened."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.errors import Conflict, Invalid, NotPermitted, Refusal
from rotations.models import Person, Rotation, Schedule, ScheduleChange, Swap, SwapState
from rotations.queries import on_call, shifts_of
from rotations.services.people import deactivate_person, reactivate_person
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

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
TURN = datetime(2024, 1, 15, 9, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


class Crew:
    """Ada, Bo and Cy take turns by the week: Bo now, Cy (turn 2) from TURN on, Ada (turn 3) after that."""

    def __init__(self) -> None:
        self.ada, self.bo, self.cy = person("Ada"), person("Bo"), person("Cy")
        self.team = team(members=[self.ada, self.bo, self.cy])
        self.schedule = schedule(of=self.team)
        self.rotation = weekly_rotation(self.schedule, [self.ada, self.bo, self.cy])


@pytest.fixture
def crew() -> Crew:
    return Crew()


def who(of: Schedule, start: datetime, end: datetime) -> list[tuple[str, datetime, datetime]]:
    """Who works when."""
    return [(each.person.name, each.start, each.end) for each in shifts_of(of, window=Interval(start, end)).shifts]


def at(hour: int) -> datetime:
    return NOW.replace(hour=hour)


def stored() -> tuple[Any, ...]:
    rows = (Swap.objects.order_by("pk").values(), Schedule.objects.order_by("pk").values("pk", "revision"))
    return (*(list(each) for each in rows), ScheduleChange.objects.count())


def refusal(act: Any) -> tuple[type[Refusal], str, str | None]:
    """What an act is refused with, and that nothing was written."""
    before = stored()
    with pytest.raises(Refusal) as refused:
        act()
    assert stored() == before
    return type(refused.value), refused.value.code, refused.value.field


def hourly(primary: Schedule, *crews: Any) -> Rotation:
    """Turns of three hours, the first (turn 0) from 12 to 15."""
    return weekly_rotation(primary, crews, unit="hour", every=3, anchor=at(12).replace(tzinfo=None), effective_at=at(0))


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


# What is refused, with nothing written.


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
