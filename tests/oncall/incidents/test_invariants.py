"""Whatever people do and in whatever order, the ledger of roles stays true."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from oncall.incidents.models import Assignment, EndReason, Handoff, HandoffState, Incident, State, Vacancy
from oncall.incidents.queries import seats_at
from oncall.incidents.services import handoffs, lifecycle, participants, roles
from oncall.incidents.services.declaring import declare
from oncall.incidents.staffing import PinnedPlan
from rotations.actors import Actor
from rotations.errors import Refusal
from rotations.models import Person
from rotations.services.people import deactivate_person
from tests.factories.incidents import FIRST_TO_JOIN, NIGHT, named, on_call_in, role, rule, service
from tests.factories.rotations import administrator, person, schedule, weekly_rotation

pytestmark = pytest.mark.django_db

STEPS = 80
# By a person's choice, or because somebody is gone. Nothing else ends what was accepted.
ENDS_OF_AN_ACCEPTED_SEAT = {
    EndReason.HANDED_OFF,
    EndReason.TAKEN,
    EndReason.RELEASED,
    EndReason.VACATED,
    EndReason.DEACTIVATED,
    EndReason.RESOLVED,
}


@pytest.mark.parametrize("seed", range(4))
def test_a_random_walk_keeps_every_seat_held_or_vacant_and_never_both(seed: int):
    chance = random.Random(seed)
    one, people = _scene()
    now = NIGHT
    for step in range(STEPS):
        now += timedelta(seconds=chance.choice((0, 1, 60, 200, 400)))
        verb = chance.choice(VERBS)
        # A refusal is an answer; anything else would fail the test.
        with suppress(Refusal):
            verb(one, chance.choice(people), chance, now)
        _check(one, f"seed {seed}, step {step}: {verb.__name__}")

    _check_the_past(one)


def _scene() -> tuple[Incident, list[Person]]:
    people = [person(name) for name in ("Ada", "Bo", "Cy", "Di")] + [administrator()]
    ada, bo, cy, di, _ = people
    primary, secondary = schedule("primary"), schedule("secondary")
    weekly_rotation(primary, [[ada, bo]])
    weekly_rotation(secondary, [cy])
    hands = {"exclusive_group": "hands"}
    checkout = service(
        rule("lead", on_call_in(primary), on_call_in(secondary), FIRST_TO_JOIN, **hands),
        rule("driver", on_call_in(secondary), FIRST_TO_JOIN, required_from_severity=3, **hands),
        rule("scribe", FIRST_TO_JOIN, named(di), required_from_severity=2, seats=2),
    )
    declared = declare(title="Checkout 5xx", severity=2, service=checkout, by=Actor.system(), now=NIGHT)
    return declared.incident, people


def _answer(verb: Callable[..., Any]) -> Callable[[Incident, Person, random.Random, datetime], None]:
    def answers(one: Incident, who: Person, chance: random.Random, now: datetime) -> None:
        verb(one, role=_some_role(chance), person=who, by=_as(who), now=now)

    answers.__name__ = verb.__name__
    return answers


def take_by_force(one: Incident, who: Person, chance: random.Random, now: datetime) -> None:
    roles.take(one, role=_some_role(chance), person=who, force=True, reason="why not", by=_as(who), now=now)


def assign(one: Incident, who: Person, chance: random.Random, now: datetime) -> None:
    roles.assign(one, role=_some_role(chance), person=who, by=Actor.system(), now=now)


def vacate(one: Incident, who: Person, chance: random.Random, now: datetime) -> None:
    roles.release(one, role=_some_role(chance), person=who, vacate=True, reason="tired", by=_as(who), now=now)


def join(one: Incident, who: Person, chance: random.Random, now: datetime) -> None:
    kind = chance.choice(("responder", "responder", "observer"))
    participants.join(one, person=who, kind=kind, accept=chance.random() < 0.3, by=_as(who), now=now)


def leave(one: Incident, who: Person, chance: random.Random, now: datetime) -> None:
    participants.leave(one, person=who, vacate=chance.random() < 0.5, reason="home", by=_as(who), now=now)


def change_severity(one: Incident, _who: Person, chance: random.Random, now: datetime) -> None:
    lifecycle.edit(one, severity=chance.choice((1, 2, 3, 4)), by=Actor.system(), now=now)


def resolve_and_reopen(one: Incident, who: Person, _chance: random.Random, now: datetime) -> None:
    lifecycle.resolve(one, by=_as(who), now=now)
    _check(one, "resolved")
    lifecycle.reopen(one, by=_as(who), now=now + timedelta(minutes=1))


def expire(_one: Incident, _who: Person, _chance: random.Random, now: datetime) -> None:
    roles.expire_due_offers(now=now)


def offer_handoff(one: Incident, who: Person, chance: random.Random, now: datetime) -> None:
    to = Person.objects.exclude(pk=who.pk).order_by("pk")[chance.randrange(4)]
    handoffs.offer_handoff(one, role=_some_role(chance), person=who, to=to, by=_as(who), now=now)


def answer_handoff(one: Incident, _who: Person, chance: random.Random, now: datetime) -> None:
    waiting = Handoff.objects.filter(assignment__incident=one).select_related("assignment", "person").order_by("-id")
    for handoff in waiting[:2]:
        verb = chance.choice((handoffs.accept_handoff, handoffs.accept_handoff, handoffs.decline_handoff))
        with suppress(Refusal):
            verb(handoff, person=handoff.person, by=_as(handoff.person), now=now)


def expire_handoffs(_one: Incident, _who: Person, _chance: random.Random, now: datetime) -> None:
    handoffs.expire_due_handoffs(now=now)


def deactivate(_one: Incident, who: Person, chance: random.Random, now: datetime) -> None:
    if chance.random() < 0.1 and not who.is_superuser:
        deactivate_person(who, by=Actor.system(), now=now)


VERBS = [
    *(_answer(verb) for verb in (roles.accept, roles.accept, roles.decline, roles.take, roles.release)),
    take_by_force,
    assign,
    vacate,
    join,
    join,
    leave,
    change_severity,
    resolve_and_reopen,
    expire,
    expire,
    *([offer_handoff] * 4),
    *([answer_handoff] * 3),
    expire_handoffs,
    deactivate,
]


def _some_role(chance: random.Random) -> Any:
    return role(chance.choice(("lead", "driver", "scribe")))


def _as(who: Person) -> Actor:
    return Actor.of_person(Person.objects.get(pk=who.pk))


def _check(one: Incident, when: str) -> None:
    incident = Incident.objects.get(pk=one.pk)
    held = [(row.role_id, row.seat) for row in Assignment.objects.filter(incident=incident, ended_at=None)]
    vacant = [(row.role_id, row.seat) for row in Vacancy.objects.filter(incident=incident, ended_at=None)]
    plan = PinnedPlan.from_json(incident.plan)
    required = {(rule.role, seat) for rule in plan.required_at(incident.severity) for seat in range(1, rule.seats + 1)}
    expected = set() if incident.resolved_at else required - set(held)

    assert (sorted(vacant), len(set(held))) == (sorted(expected), len(held)), when
    _check_people(incident, plan, when)


def _check_people(incident: Incident, plan: PinnedPlan, when: str) -> None:
    groups = {rule.role: rule.exclusive_group for rule in plan.rules}
    holders = [
        (row.person_id, groups[row.role_id] or row.role_id)
        for row in Assignment.objects.filter(incident=incident, ended_at=None)
    ]
    assert len(holders) == len(set(holders)), f"{when}: somebody holds two seats that exclude each other"
    assert not Assignment.objects.filter(incident=incident, ended_at=None, person__is_active=False).exists(), when
    displaced = Assignment.objects.filter(incident=incident, state=State.ENDED, accepted_at__isnull=False)
    assert set(displaced.values_list("end_reason", flat=True)) <= ENDS_OF_AN_ACCEPTED_SEAT, when
    lost = Handoff.objects.filter(assignment__incident=incident, state=HandoffState.OFFERED)
    lost = lost.exclude(assignment__ended_at=None, assignment__state=State.ACCEPTED, person__is_active=True)
    assert not lost.exists(), f"{when}: a handoff waits that nobody can accept"
    automated = incident.timeline.filter(kind="taken", actor_kind="system")
    assert not automated.exists(), f"{when}: automation displaced somebody"


def _check_the_past(one: Incident) -> None:
    incident = Incident.objects.get(pk=one.pk)
    for planned in PinnedPlan.from_json(incident.plan).rules:
        for seat in range(1, planned.seats + 1):
            of_seat = {"incident": incident, "role": planned.role, "seat": seat}
            spans = [
                (row.since, row.ended_at or datetime.max.replace(tzinfo=row.since.tzinfo))
                for model in (Assignment, Vacancy)
                for row in model.objects.filter(**of_seat)
            ]
            for (_, ended_at), (since, _) in pairwise(sorted(spans)):
                assert ended_at <= since, f"{planned.slug} {seat}: two spans overlap"
    seats = seats_at(incident, incident.last_event_at)
    assert len(seats.roles) == Assignment.objects.filter(incident=incident, ended_at=None).count()
