"""Every way in which seats, handoffs and incidents go on is in a table, and told in the timeline with who did it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from oncall.incidents.models import (
    HANDOFF_STEPS,
    SEAT_STEPS,
    STATUS_STEPS,
    Assignment,
    Handoff,
    HandoffState,
    Incident,
    SeatStep,
    State,
    Status,
)
from oncall.incidents.services import handoffs, lifecycle, merging, participants, roles
from oncall.incidents.services.shift_changes import announce_due_changes
from rotations.actors import Actor
from rotations.errors import Conflict
from rotations.models import Person
from rotations.services.people import deactivate_person
from tests.factories.incidents import FIRST_TO_JOIN, incident, on_call_in, role, rule, service
from tests.factories.rotations import administrator, person, schedule, weekly_rotation

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()
# Ada is on call before it, Bo from it on.
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
DECLARED = MONDAY - timedelta(minutes=6)

Act = Callable[[Incident], Any]


def at(minutes: float) -> datetime:
    return DECLARED + timedelta(minutes=minutes)


def who(name: str) -> Person:
    return Person.objects.get(name=name)


def does(verb: Callable[..., Any], name: str, *, after: float = 6, **more: Any) -> Act:
    """Return the act: somebody does it to the lead, some minutes after the incident was declared."""
    return lambda one: verb(one, role=role(), person=who(name), by=Actor.of_person(who(name)), now=at(after), **more)


def assigns(one: Incident) -> Any:
    return roles.assign(one, role=role(), person=who("Cy"), by=SYSTEM, now=at(6))


def deactivates(one: Incident) -> Any:
    return deactivate_person(who("Ada"), by=SYSTEM, now=at(6))


def merges(one: Incident) -> Any:
    return merging.merge(one, into=incident("Another", now=DECLARED), by=SYSTEM, now=at(6))


def resolves(one: Incident) -> Any:
    return lifecycle.resolve(one, by=SYSTEM, now=at(6))


def offers(one: Incident) -> Handoff:
    by_ada = Actor.of_person(who("Ada"))
    return handoffs.offer_handoff(one, role=role(), person=who("Ada"), to=who("Cy"), by=by_ada, now=at(6))


def answers(verb: Callable[..., Any], name: str) -> Act:
    return lambda _one: verb(Handoff.objects.get(), person=who(name), by=Actor.of_person(who(name)), now=at(7))


def hands_over(one: Incident) -> Any:
    offers(one)
    return answers(handoffs.accept_handoff, "Cy")(one)


def no_longer_required(one: Incident) -> Any:
    lifecycle.edit(one, severity=3, by=SYSTEM, now=at(6))
    return does(roles.release, "Ada")(one)


def expires(minutes: float) -> Act:
    return lambda _one: roles.expire_due_offers(now=at(minutes))


def others_come(_one: Incident) -> Any:
    return announce_due_changes(now=MONDAY)


TAKES_BY_FORCE = does(roles.take, "Root", force=True, reason="Ada does not answer")
VACATES = does(roles.release, "Ada", vacate=True, reason="ill")

# What is done to Ada's seat in each state.
ON_A_SEAT: dict[State, dict[str, Act]] = {
    State.OFFERED: {
        "accept": does(roles.accept, "Ada"),
        "nobody else is left": expires(5),
        "decline": does(roles.decline, "Ada"),
        "the next is found": expires(7),
        "take": does(roles.take, "Cy"),
        "assign": assigns,
        "deactivate": deactivates,
        "merge": merges,
        "resolve": resolves,
    },
    State.ACTING: {
        "accept": does(roles.accept, "Ada"),
        "decline": does(roles.decline, "Ada"),
        "others come": others_come,
        "take": does(roles.take, "Cy"),
        "assign": assigns,
        "deactivate": deactivates,
        "merge": merges,
        "resolve": resolves,
    },
    State.ACCEPTED: {
        "take by force": TAKES_BY_FORCE,
        "hand over": hands_over,
        "release": no_longer_required,
        "vacate": VACATES,
        "deactivate": deactivates,
        "merge": merges,
        "resolve": resolves,
    },
}
SEATED: dict[State, Act] = {
    State.OFFERED: lambda _one: None,
    State.ACTING: expires(5),
    State.ACCEPTED: does(roles.accept, "Ada", after=1),
}


@pytest.fixture
def one() -> Incident:
    """An incident whose lead is offered to Ada; Cy is there."""
    ada, bo, cy = (person(name) for name in ("Ada", "Bo", "Cy"))
    administrator()
    primary = schedule("primary")
    weekly_rotation(primary, [ada, bo])
    lead = rule("lead", on_call_in(primary), required_from_severity=2)
    declared = incident(service=service(lead), severity=2, now=DECLARED)
    participants.join(declared, person=cy, by=Actor.of_person(cy), now=DECLARED)
    return declared


def step_of(row: Assignment, before: State | None) -> SeatStep:
    """Return the row of the table by which ``row`` came to be as it is."""
    after, reason = State(row.state), row.end_reason or None
    return next(step for step in SEAT_STEPS if (step.before, step.after, step.reason) == (before, after, reason))


def kinds_after(one: Incident, last: int) -> set[str]:
    """Return the kinds of the facts since ``last``; each says who did it."""
    entries = one.timeline.filter(pk__gt=last)
    assert all(entry.actor_kind and entry.actor_name and entry.text for entry in entries)
    return {entry.kind for entry in entries}


def last_fact(one: Incident) -> int:
    last = one.timeline.order_by("id").last()
    return last.pk if last else 0


@pytest.mark.parametrize(("state", "verb"), [(state, verb) for state, verbs in ON_A_SEAT.items() for verb in verbs])
def test_a_seat_goes_on_as_the_table_says_and_the_timeline_tells(one: Incident, state: State, verb: str):
    SEATED[state](one)
    seat, last = Assignment.objects.get(person__name="Ada"), last_fact(one)
    assert seat.state == state

    ON_A_SEAT[state][verb](one)

    seat.refresh_from_db()
    assert set(step_of(seat, state).facts) & kinds_after(one, last)


@pytest.mark.parametrize(
    ("act", "fact"),
    [
        (lambda one: incident(service=one.service, severity=2, now=DECLARED), "offered"),
        (lambda one: incident(service=one.service, severity=2, by=who("Ada"), now=DECLARED), "accepted"),
        (lambda one: roles.take(one, role=role("aide"), person=who("Cy"), by=SYSTEM, now=at(1)), "taken"),
        (lambda one: [SEATED[State.ACCEPTED](one), hands_over(one)], "handed_off"),
    ],
    ids=["offered", "accepted", "taken", "handed off"],
)
def test_a_seat_begins_as_the_table_says_and_the_timeline_tells(one: Incident, act: Act, fact: str):
    act(one)

    seat = Assignment.objects.order_by("id").last()
    assert seat is not None
    step = step_of(seat, None)
    assert fact in step.facts
    assert fact in set(seat.incident.timeline.values_list("kind", flat=True))


def test_every_step_of_a_seat_in_the_table_is_taken_by_one_of_these():
    reached = {(state, verb) for state, verbs in ON_A_SEAT.items() for verb in verbs}
    # Taking and assigning end a seat alike.
    assert len(reached - {(State.OFFERED, "assign"), (State.ACTING, "assign")}) == sum(
        step.before is not None for step in SEAT_STEPS
    )


# ── handoffs ──

ON_A_HANDOFF: dict[HandoffState, Act] = {
    HandoffState.ACCEPTED: answers(handoffs.accept_handoff, "Cy"),
    HandoffState.DECLINED: answers(handoffs.decline_handoff, "Cy"),
    HandoffState.CANCELLED: answers(handoffs.cancel_handoff, "Ada"),
    HandoffState.EXPIRED: lambda _one: handoffs.expire_due_handoffs(now=at(16)),
}


@pytest.mark.parametrize("after", ON_A_HANDOFF)
def test_a_handoff_goes_on_as_the_table_says_and_the_timeline_tells(one: Incident, after: HandoffState):
    SEATED[State.ACCEPTED](one)
    begins = last_fact(one)
    handoff = offers(one)
    offered = last_fact(one)

    ON_A_HANDOFF[after](one)

    handoff.refresh_from_db()
    facts = {(step.before, step.after): step.fact for step in HANDOFF_STEPS}
    assert handoff.state == after
    assert facts[HandoffState.OFFERED, after] in kinds_after(one, offered)
    assert facts[None, HandoffState.OFFERED] in kinds_after(one, begins)


def test_a_handoff_that_was_answered_stays_so():
    assert {step.after for step in HANDOFF_STEPS if step.before is not None} == set(ON_A_HANDOFF)
    assert {step.before for step in HANDOFF_STEPS} == {None, HandoffState.OFFERED}


# ── incidents ──

STEPS: dict[tuple[Status | None, Status], list[Callable[..., Incident]]] = {
    (None, Status.DECLARED): [],
    (Status.DECLARED, Status.ACKNOWLEDGED): [lifecycle.acknowledge],
    (Status.DECLARED, Status.MITIGATED): [lifecycle.mitigate],
    (Status.DECLARED, Status.RESOLVED): [lifecycle.resolve],
    (Status.ACKNOWLEDGED, Status.MITIGATED): [lifecycle.acknowledge, lifecycle.mitigate],
    (Status.ACKNOWLEDGED, Status.RESOLVED): [lifecycle.acknowledge, lifecycle.resolve],
    (Status.MITIGATED, Status.RESOLVED): [lifecycle.mitigate, lifecycle.resolve],
    (Status.RESOLVED, Status.DECLARED): [lifecycle.resolve, lifecycle.reopen],
}


@pytest.mark.parametrize("step", STATUS_STEPS, ids=lambda step: f"{step.before or 'nothing'} to {step.after}")
def test_an_incident_goes_on_as_the_table_says_and_the_timeline_tells(step: Any):
    one = incident(service=service(rule("lead", FIRST_TO_JOIN)), now=DECLARED)

    for verb in STEPS[step.before, step.after]:
        one = verb(one, by=SYSTEM, now=at(1))

    kinds = list(one.timeline.order_by("id").values_list("kind", flat=True))
    assert one.status == step.after
    assert set(kinds) & set(step.facts)


def test_no_step_of_an_incident_goes_back_but_a_reopening(one: Incident):
    """From each status, every verb leads along the table or nowhere."""
    table = {(step.before, step.after) for step in STATUS_STEPS}
    taken = set()
    for number, ((_, status), verbs) in enumerate(STEPS.items()):
        for verb in (lifecycle.acknowledge, lifecycle.mitigate, lifecycle.resolve, lifecycle.reopen):
            each = incident(f"{number} {verb.__name__}", now=DECLARED)
            for before in verbs:
                each = before(each, by=SYSTEM, now=at(1))
            assert each.status == status
            taken |= _step(each, verb)

    assert taken == {step for step in table if step[0] is not None}


def _step(one: Incident, verb: Callable[..., Incident]) -> set[tuple[Status, Status]]:
    before = Status(one.status)
    try:
        after = Status(verb(one, by=SYSTEM, now=at(2)).status)
    except Conflict:
        return set()
    return {(before, after)} - {(before, before)}
