"""Who sits where: seats are taken, left and offered here, under the incident's lock.

A seat that is required is at every instant either held (an open assignment) or vacant (an open vacancy).
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from oncall.incidents.models import (
    Assignment,
    EndReason,
    ParticipantKind,
    ParticipantStatus,
    Role,
    State,
    Vacancy,
)
from oncall.incidents.services.asking import Known, gather
from oncall.incidents.services.managers import call_for_nobody_on_call
from oncall.incidents.services.open_handoffs import cancel_handoffs
from oncall.incidents.services.presence import come_in, go, responds, set_status
from oncall.incidents.services.room import Room
from oncall.incidents.services.watching import watch
from oncall.incidents.staffing import Facts, PassedOver, Proposal, RuleValue, Vacant, propose
from rotations.models import Person

# How long nobody may be in a required seat, or somebody only acts, until the first reminder, and between two.
NAG_EVERY = timedelta(minutes=2)

Seat = tuple[RuleValue, int]


def seat_person(
    room: Room,
    rule: RuleValue,
    number: int,
    person: Person,
    *,
    state: State,
    because: str,
    evidence: list[dict[str, Any]] | None = None,
) -> Assignment:
    """Open an assignment in a seat that nobody holds. Whoever accepts has joined; whoever is offered is asked to."""
    close_vacancy(room, rule, number)
    accepted = state == State.ACCEPTED
    assignment = Assignment(
        incident=room.incident,
        role=role_of(rule),
        seat=number,
        person=person,
        epoch=room.incident.epoch,
        state=state,
        since=room.at,
        accept_by=None if accepted else room.at + rule.accept_within,
        accepted_at=room.at if accepted else None,
        because=because[:500],
        evidence=evidence or [],
        relief_at=room.at + rule.relief_after if accepted else None,
    )
    room.add_assignment(assignment)
    if accepted:
        make_present(room, person)
    else:
        room.participant(person)
    return assignment


def make_present(room: Room, person: Person) -> None:
    """Count ``person`` among the responders who joined, if they are not; whoever sits down is back from a break."""
    if responds(room, person):
        set_status(room, person, ParticipantStatus.ENGAGED)
    else:
        come_in(room, person, ParticipantKind.RESPONDER)


def end(room: Room, assignment: Assignment, reason: EndReason, *, note: str = "") -> None:
    """Close the span of an open assignment at this moment; a handoff of it that still waits is cancelled."""
    if assignment.state == State.ACCEPTED:
        cancel_handoffs(room, [assignment], because=reason)
    assignment.state = State.ENDED
    assignment.ended_at = room.at
    assignment.end_reason = reason
    assignment.end_note = note[:500]
    assignment.save(update_fields=["state", "ended_at", "end_reason", "end_note"])
    room.open.remove(assignment)


def end_deactivated(room: Room, assignment: Assignment) -> None:
    """Close the span of somebody who was deactivated, who thereby leaves; the caller asks the sources again."""
    end(room, assignment, EndReason.DEACTIVATED)
    go(room, assignment.person)
    text = f"{assignment.person.name} was deactivated and is no longer {assignment.role.name}"
    room.record("deactivated", text, assignment=assignment)


def accept_seat(room: Room, assignment: Assignment) -> None:
    """Make an offered or acting holder accountable."""
    assignment.state = State.ACCEPTED
    assignment.accepted_at = room.at
    assignment.relief_at = room.at + room.rule_of(assignment.role).relief_after
    assignment.save(update_fields=["state", "accepted_at", "relief_at"])
    make_present(room, assignment.person)


def close_vacancy(room: Room, rule: RuleValue, number: int) -> None:
    """End the vacancy of a seat at this moment, if there is one."""
    for vacancy in [one for one in room.vacancies if (one.role_id, one.seat) == (rule.role, number)]:
        vacancy.ended_at = room.at
        vacancy.save(update_fields=["ended_at"])
        room.vacancies.remove(vacancy)


def close_archived(room: Room, role: Role) -> None:
    """End the vacancies of a role that was archived, and tell."""
    for vacancy in [one for one in room.vacancies if one.role_id == role.pk]:
        close_vacancy(room, room.rule_of(role), vacancy.seat)
    room.record("role_archived", f"{role.name} is no longer needed: the role was archived", role=role.slug)


def open_vacancy(room: Room, rule: RuleValue, number: int, *, because: Vacant, evidence: list[dict[str, Any]]) -> None:
    """Note that nobody is in a required seat; a vacancy for the same reason goes on as it is.

    One for another reason goes on being nagged about as the one before it was. Where nobody is on call, the managers
    of the schedules' teams are told at once.
    """
    before = next((one for one in room.vacancies if (one.role_id, one.seat) == (rule.role, number)), None)
    if before is not None and before.because == because:
        return
    close_vacancy(room, rule, number)
    vacancy = Vacancy(
        incident=room.incident,
        role=role_of(rule),
        seat=number,
        epoch=room.incident.epoch,
        since=room.at,
        because=because,
        evidence=evidence,
        nag_at=room.at + NAG_EVERY,
    )
    if before is not None:
        vacancy.nags, vacancy.nag_at = before.nags, before.nag_at
    room.add_vacancy(vacancy)
    room.record("vacant", f"Nobody is {rule.name}: {because}", role=rule.slug, seat=number, because=because)
    if because == Vacant.NO_ONE_ON_CALL:
        call_for_nobody_on_call(room, rule, number)


def ask_sources(room: Room, seats: Iterable[Seat]) -> None:
    """Fill seats that nobody holds, where they are required: propose, and offer or note the vacancy.

    A seat that was vacant because its only candidates held an excluding role, or because nobody held the role whose
    holder it asks for, is asked for again as well: they may be free, or there, now.
    """
    asked = [seat for seat in _in_order(room, [*seats, *_held_back(room)]) if room.is_required(seat[0])]
    if asked:
        fill(room, asked, gather(room, [rule for rule, _ in asked]))


def fill(room: Room, seats: Iterable[Seat], known: Known) -> None:
    """Give each seat to whoever is proposed: offered, but whoever declares the incident accepts by declaring."""
    watch(room, known.facts)
    _fill(room, seats, known, known.facts)


def _fill(room: Room, seats: Iterable[Seat], known: Known, facts: Facts) -> None:
    asked, waiting = 0, []
    for rule, number in seats:
        asked += 1
        proposal = propose(rule, facts)
        if proposal.person is not None:
            facts = _seat_proposed(room, (rule, number), proposal, known.people[proposal.person], facts)
        elif rule.asks_a_holder:
            waiting.append((rule, number))
        else:
            _leave_vacant(room, (rule, number), proposal)
    if len(waiting) < asked:
        # Perhaps for a role that was filled after them. Fewer seats each time, so it ends, whoever waits for whom.
        _fill(room, waiting, known, facts)
    else:
        for rule, number in waiting:
            _leave_vacant(room, (rule, number), propose(rule, facts))


def _leave_vacant(room: Room, seat: Seat, proposal: Proposal) -> None:
    if proposal.vacant is not None:
        open_vacancy(room, *seat, because=proposal.vacant, evidence=proposal.evidence_json())


def _seat_proposed(room: Room, seat: Seat, proposal: Proposal, person: Person, facts: Facts) -> Facts:
    rule, number = seat
    declares = person.pk == facts.declarer
    assignment = seat_person(
        room,
        rule,
        number,
        person,
        state=State.ACCEPTED if declares else State.OFFERED,
        because=proposal.because,
        evidence=proposal.evidence_json(),
    )
    verb = "is" if declares else "is asked to be"
    room.record(
        "accepted" if declares else "offered",
        f"{person.name} {verb} {rule.name}: {proposal.because}",
        assignment=assignment,
        because=proposal.because,
    )
    return facts.with_holder(rule, person.pk, is_asked=not declares)


def pass_on(room: Room, assignment: Assignment) -> bool:
    """Offer an unanswered seat to the next candidate; say whether there was one.

    If nobody is left, the last one keeps acting. A role that is no longer required is offered to nobody else.
    """
    rule = room.rule_of(assignment.role)
    if not room.is_required(rule):
        _expire(room, assignment)
        return False
    known = gather(room, [rule])
    unseated = known.facts.without_holder(rule, assignment.person_id)
    facts = unseated.with_answer(rule, assignment.person_id, PassedOver.UNANSWERED)
    if propose(rule, facts).vacant is not None:
        if assignment.state != State.ACTING:
            _let_act(room, assignment)
        return False
    _expire(room, assignment)
    fill(room, [(rule, assignment.seat)], Known(facts, known.people))
    return True


def _let_act(room: Room, assignment: Assignment) -> None:
    assignment.state = State.ACTING
    assignment.nag_at = room.at + NAG_EVERY
    assignment.save(update_fields=["state", "nag_at"])
    name = assignment.person.name
    room.record("acting", f"{name} acts as {assignment.role.name}: nobody else is left to ask", assignment=assignment)


def _expire(room: Room, assignment: Assignment) -> None:
    end(room, assignment, EndReason.EXPIRED)
    text = f"{assignment.person.name} did not answer the offer to be {assignment.role.name}"
    room.record("offer_expired", text, assignment=assignment)


def required_seats(room: Room) -> list[Seat]:
    """Return every seat that the incident needs now, in the order in which they are filled."""
    required = [rule for rule in room.plan.rules if room.is_required(rule)]
    return [(rule, number) for rule in required for number in range(1, rule.seats + 1)]


def empty_seats(room: Room) -> list[Seat]:
    """Return the required seats that are neither held nor known to be vacant."""
    known = {(one.role_id, one.seat) for one in room.open} | {(one.role_id, one.seat) for one in room.vacancies}
    return [(rule, number) for rule, number in required_seats(room) if (rule.role, number) not in known]


def role_of(rule: RuleValue) -> Role:
    """Return the role's row, as far as it is needed to write one that refers to it; saves a query."""
    return Role(pk=rule.role, slug=rule.slug, name=rule.name)


def _held_back(room: Room) -> list[Seat]:
    vacant = [(room.rule_of(one.role), one.seat, one.because) for one in room.vacancies]
    return [(rule, number) for rule, number, because in vacant if because == Vacant.EXCLUSIVE or rule.asks_a_holder]


def _in_order(room: Room, seats: Iterable[Seat]) -> list[Seat]:
    places = {rule.role: place for place, rule in enumerate(room.plan.rules)}
    return sorted(dict.fromkeys(seats), key=lambda seat: (places.get(seat[0].role, len(places)), seat[1]))
