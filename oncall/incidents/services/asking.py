"""What is known about the people who may be asked for a role? Rows become the facts that ``staffing`` decides by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from oncall.incidents.models import Assignment, EndReason, ParticipantKind
from oncall.incidents.services.room import Room
from oncall.incidents.staffing import RECENT, Facts, OnCall, PassedOver, Previous, RuleValue, ScheduleFacts
from rotations import queries
from rotations.models import Person, Schedule


@dataclass(frozen=True)
class Known:
    """The facts, and the rows of the people in them."""

    facts: Facts
    people: Mapping[int, Person]


@dataclass
class _People:
    """Everybody who may come up, each row once."""

    rows: dict[int, Person] = field(default_factory=dict)

    def add(self, people: Iterable[Person]) -> tuple[int, ...]:
        found = tuple(people)
        self.rows = {person.pk: person for person in found} | self.rows
        return tuple(person.pk for person in found)


def gather(
    room: Room,
    rules: Sequence[RuleValue],
    *,
    declarer: Person | None = None,
    hints: Sequence[Person] = (),
    previous: Mapping[int, tuple[Previous, ...]] | None = None,
) -> Known:
    """Read what is needed to staff ``rules``, in a number of queries that no number of people changes."""
    people = _People()
    schedules = _schedules(room, rules, people)
    people.add(participant.person for participant in room.participants.values())
    people.add(hints if declarer is None else (declarer, *hints))
    _add_named(rules, previous or {}, people)
    load, recent = _counts(room, rules, people.rows)
    facts = Facts(
        at=room.at,
        names={person.pk: person.name for person in people.rows.values()},
        deactivated=frozenset(person.pk for person in people.rows.values() if not person.is_active),
        observers=_observers(room),
        left=frozenset(one.person_id for one in room.participants.values() if one.left_at is not None),
        schedules=schedules,
        present=tuple(one.person_id for one in room.present),
        declarer=declarer.pk if declarer else None,
        hints=tuple(person.pk for person in hints),
        answers=_answers(room, rules),
        held=room.held,
        load=load,
        recent=recent,
        previous=previous or {},
    )
    return Known(facts, people.rows)


def _schedules(room: Room, rules: Sequence[RuleValue], people: _People) -> dict[int, ScheduleFacts]:
    asked = {source.schedule for rule in rules for source in rule.sources if source.schedule is not None}
    if not asked:
        return {}
    # The ids are enough to ask, which saves a query; nobody is on call in a schedule that was archived.
    answers = queries.on_call([Schedule(pk=pk) for pk in sorted(asked)], at=room.at)
    return {answer.schedule.pk: _schedule_facts(answer, people) for answer in answers}


def _schedule_facts(answer: "queries.OnCall", people: _People) -> ScheduleFacts:
    people.add(one.person for one in answer.people)
    return ScheduleFacts(
        people=tuple(OnCall(one.person.pk, one.until, _via(one.source)) for one in answer.people),
        shadows=people.add(answer.shadows),
        next_at=answer.next.at if answer.next else None,
        next_people=people.add(answer.next.people) if answer.next else (),
    )


def _via(source: Any) -> str:
    """Return how somebody came to be on call, where it was not simply their turn."""
    if source.kind in ("override", "swap"):
        return f"by {source.kind} {getattr(source, source.kind)}"
    return "covering an absence" if source.kind == "absence_cover" else ""


def _add_named(rules: Sequence[RuleValue], previous: Mapping[int, tuple[Previous, ...]], people: _People) -> None:
    named = {source.person for rule in rules for source in rule.sources if source.person is not None}
    named |= {one.person for holders in previous.values() for one in holders}
    if missing := named - people.rows.keys():
        people.add(Person.objects.filter(pk__in=missing))


def _observers(room: Room) -> frozenset[int]:
    return frozenset(
        one.person_id
        for one in room.participants.values()
        if one.kind != ParticipantKind.RESPONDER and one.joined_at is not None and one.left_at is None
    )


def _answers(room: Room, rules: Sequence[RuleValue]) -> dict[tuple[int, int], PassedOver]:
    """Return why people are not asked for a role again.

    A decliner is not asked again in this incident, whoever gave the role back not in this epoch, and whoever let an
    offer pass not until somebody accepted: then the sources are asked anew.
    """
    if room.is_new:
        return {}
    answers: dict[tuple[int, int], PassedOver] = {}
    ended = Assignment.objects.filter(
        incident=room.incident, role__in=[rule.role for rule in rules], ended_at__isnull=False
    )
    for role, person, epoch, reason, accepted_at in ended.order_by("id").values_list(
        "role", "person", "epoch", "end_reason", "accepted_at"
    ):
        if accepted_at is not None:
            answers.pop((role, person), None)
            answers = {
                key: answer for key, answer in answers.items() if key[0] != role or answer != PassedOver.UNANSWERED
            }
        if reason == EndReason.DECLINED:
            answers[role, person] = PassedOver.DECLINED
        elif epoch == room.incident.epoch and reason in (EndReason.RELEASED, EndReason.VACATED):
            answers[role, person] = PassedOver.RELEASED
        elif epoch == room.incident.epoch and reason == EndReason.EXPIRED:
            answers.setdefault((role, person), PassedOver.UNANSWERED)
    return answers


def _counts(
    room: Room, rules: Sequence[RuleValue], people: Iterable[int]
) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int], int]]:
    """Return, by (role, person), the other open incidents they serve in and what they accepted lately."""
    is_open, is_recent = Q(ended_at=None) & ~Q(incident=room.incident), Q(accepted_at__gte=room.at - RECENT)
    counted = (
        Assignment.objects.filter(
            is_open | is_recent,
            role__in=[rule.role for rule in rules],
            person__in=[*people],
            incident__is_drill=False,
        )
        .order_by()
        .values_list("role", "person")
        .annotate(load=Count("incident", distinct=True, filter=is_open), recent=Count("id", filter=is_recent))
    )
    rows = list(counted)
    return (
        {(role, person): load for role, person, load, _ in rows},
        {(role, person): recent for role, person, _, recent in rows},
    )
