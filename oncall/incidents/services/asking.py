"""What is known about the people who may be asked for a role? Rows become the facts that ``staffing`` decides by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from oncall.incidents.services.history import answers_given, away, members_of, served_elsewhere
from oncall.incidents.services.room import Room
from oncall.incidents.staffing import Facts, OnCall, Previous, RuleValue, ScheduleFacts
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
    teams, members = members_of(room, rules)
    people.add(members)
    people.add(participant.person for participant in room.participants.values())
    people.add(hints if declarer is None else (declarer, *hints))
    _add_named(rules, previous or {}, people)
    load, recent = served_elsewhere(room, rules, people.rows)
    facts = Facts(
        at=room.at,
        names={person.pk: person.name for person in people.rows.values()},
        deactivated=frozenset(person.pk for person in people.rows.values() if not person.is_active),
        absent=away(room, people.rows.values()),
        observers=_observers(room),
        left=frozenset(one.person_id for one in room.participants.values() if one.left_at is not None),
        schedules=schedules,
        teams=teams,
        present=tuple(one.person_id for one in room.present),
        declarer=declarer.pk if declarer else None,
        hints=tuple(person.pk for person in hints),
        answers=answers_given(room, rules),
        held=room.held,
        load=load,
        recent=recent,
        previous=previous or {},
    )
    return Known(facts, people.rows)


def _schedules(room: Room, rules: Sequence[RuleValue], people: _People) -> dict[int, ScheduleFacts]:
    asked = {schedule for rule in rules for schedule in rule.schedules}
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
        changes_at=answer.changes_at,
        revision=answer.revision,
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
    return frozenset(one.person_id for one in room.participants.values() if one.is_here and not one.responds)
