"""It is worse, or not as bad, as it seemed: roles are added and nobody is removed, but people are told what differs."""

from collections.abc import Collection
from dataclasses import replace

from oncall.incidents.models import Assignment, State
from oncall.incidents.services.asking import gather
from oncall.incidents.services.nagging import nag_again
from oncall.incidents.services.room import Room
from oncall.incidents.services.seats import ask_sources, close_vacancy, empty_seats
from oncall.incidents.services.watching import watch_required
from oncall.incidents.staffing import Facts, PassedOver, Proposal, RuleValue, propose
from rotations.models import ActorKind, Person


def change_severity(room: Room, severity: int) -> None:
    """Offer the roles that are newly required, close the vacancies of those that are not, and say who may let go.

    Whoever accepted stays. Where the plan would choose somebody else at a worse severity, that is said, once.
    """
    before, required = room.incident.severity, {rule.role for rule in room.plan.rules if room.is_required(rule)}
    room.change(severity=severity)
    closed = [one for one in room.vacancies if not room.is_required(room.rule_of(one.role))]
    for vacancy in closed:
        close_vacancy(room, room.rule_of(vacancy.role), vacancy.seat)
    text = f"{room.by.name} changed the severity from {before} to {severity}"
    roles = list(dict.fromkeys(one.role.slug for one in closed))
    room.record("severity_changed", text, before=before, after=severity, no_longer_required=roles)
    ask_sources(room, empty_seats(room))
    watch_required(room)
    nag_again(room)
    if severity < before:
        _suggest_others(room)
    _let_go(room, required)


def _let_go(room: Room, required: Collection[int]) -> None:
    """Tell whoever holds a role that was required and is no longer that they may give it back."""
    for seat in room.open:
        is_asked = seat.state == State.OFFERED
        if seat.role_id in required and not is_asked and not room.is_required(room.rule_of(seat.role)):
            text = f"{seat.person.name} may give {seat.role.name} back: it is not needed any more"
            room.record("may_release", text, assignment=seat)


def _suggest_others(room: Room) -> None:
    """Say whom the plan would choose in place of those who accepted, where it would."""
    held = [(one, rule) for one in room.open if room.is_required(rule := room.rule_of(one.role))]
    accepted = [(seat, rule) for seat, rule in held if seat.state == State.ACCEPTED and rule.sources]
    if not accepted:
        return
    rules = list(dict.fromkeys(rule for _, rule in accepted))
    known = gather(room, rules, declarer=_declarer(room))
    told = _suggested_before(room)
    for seat, rule in accepted:
        proposal = propose(rule, _as_if_free(known.facts, rule, seat))
        if _is_another(proposal, seat) and (seat.pk, proposal.person) not in told:
            _suggest(room, seat, known.people[proposal.person or 0], proposal)


def _declarer(room: Room) -> Person | None:
    if room.incident.declared_by_kind != ActorKind.PERSON:
        return None
    participant = room.participants.get(room.incident.declared_by_id or 0)
    return participant.person if participant else None


def _as_if_free(facts: Facts, rule: RuleValue, seat: Assignment) -> Facts:
    """Return the facts as if the seat were empty and its holder had answered nothing."""
    answers = {key: answer for key, answer in facts.answers.items() if key != (rule.role, seat.person_id)}
    return replace(facts.without_holder(rule, seat.person_id), answers=answers)


def _is_another(proposal: Proposal, seat: Assignment) -> bool:
    """Say whether the plan would pass the holder over; to be ranked after another of one source is no difference."""
    if proposal.person in (None, seat.person_id):
        return False
    fit = [one for one in proposal.evidence if one.passed_over is PassedOver.RANKED_AFTER]
    return all(one.person != seat.person_id for one in fit)


def _suggested_before(room: Room) -> set[tuple[int, int]]:
    said = room.incident.timeline.filter(kind="suggestion").values_list("data", flat=True)
    return {(data["assignment"], person) for data in said for person in data["to"]}


def _suggest(room: Room, seat: Assignment, person: Person, proposal: Proposal) -> None:
    severity, holder = room.incident.severity, seat.person.name
    text = f"At severity {severity} the plan would ask {person.name}, {proposal.because}, to be {seat.role.name}"
    room.record(
        "suggestion",
        f"{text}; {holder} keeps it",
        assignment=seat,
        to=[person.pk],
        because=proposal.because,
        evidence=proposal.evidence_json(),
    )
