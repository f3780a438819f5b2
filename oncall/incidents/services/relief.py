"""Who has done it for so long that somebody else should? The plan says after which time; it is suggested once."""

from dataclasses import replace
from datetime import datetime

from oncall.incidents.models import Assignment, State
from oncall.incidents.services.asking import gather
from oncall.incidents.services.open_handoffs import handoff_of
from oncall.incidents.services.room import Room, room_of
from oncall.incidents.staffing import RuleValue, SourceValue, propose
from rotations.actors import Actor


def suggest_due_relief(*, now: datetime, limit: int = 100) -> int:
    """Suggest, in order of due time, who may relieve whoever has held a role for long; return for how many seats.

    Holder and whoever is next on call are told, once. Each is claimed under its incident's lock, so that a second
    worker finds nothing; while a handoff waits for an answer, the answer is waited for.
    """
    due = Assignment.objects.filter(state=State.ACCEPTED, relief_at__lte=now).order_by("relief_at", "id")
    claimed = 0
    for assignment in due.select_related("incident")[:limit]:
        with room_of(assignment.incident, by=Actor.system(), now=now) as room:
            for mine in [one for one in room.open if one.pk == assignment.pk and _is_due(one, room.at)]:
                _relieve(room, mine)
                claimed += 1
    return claimed


def _is_due(one: Assignment, at: datetime) -> bool:
    return one.state == State.ACCEPTED and one.relief_at is not None and one.relief_at <= at


def _relieve(room: Room, seat: Assignment) -> None:
    waiting = handoff_of(room, seat)
    seat.relief_at = None if waiting is None else waiting.expires_at
    seat.save(update_fields=["relief_at"])
    rule = room.rule_of(seat.role)
    if waiting is None and room.is_required(rule):
        _suggest(room, seat, rule)


def _suggest(room: Room, seat: Assignment, rule: RuleValue) -> None:
    known = gather(room, [rule])
    is_on = {
        schedule: any(one.person == seat.person_id for one in answer.people)
        for schedule, answer in known.facts.schedules.items()
    }
    proposal = propose(_relieving(rule, is_on), known.facts)
    relief = known.people[proposal.person] if proposal.person is not None else None
    hours = f"{(room.at - (seat.accepted_at or seat.since)).total_seconds() / 3600:.1f}".removesuffix(".0")
    offer = f"{relief.name}, {proposal.because}, could take over" if relief else "nobody was found to take over"
    text = f"{seat.person.name} has been {rule.name} for {hours} h; {offer}"
    room.record(
        "relief_suggested",
        text,
        assignment=seat,
        to=[relief.pk] if relief else [],
        because=proposal.because or str(proposal.vacant),
        evidence=proposal.evidence_json(),
    )


def _relieving(rule: RuleValue, is_on: dict[int, bool]) -> RuleValue:
    """Return the rule that finds a relief: who comes next, or who is on call now where the holder is not any more."""
    names = {source.schedule: source.name for source in rule.sources}
    relief = tuple(
        SourceValue("next_on_call" if is_on[schedule] else "on_call", schedule=schedule, name=names[schedule])
        for schedule in rule.schedules
    )
    return replace(rule, sources=(*relief, *rule.sources))
