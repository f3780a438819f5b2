"""Others go on call while an incident runs: they are told, or offered the role of whoever goes, as the plan says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from django.db.models import Exists, F, OuterRef

from oncall.incidents.models import Assignment, CancelReason, State, WatchedSchedule
from oncall.incidents.services.asking import Known, gather
from oncall.incidents.services.managers import call_managers, managers_of_service
from oncall.incidents.services.open_handoffs import cancel_handoff_in, handoff_of, offer_automatically
from oncall.incidents.services.room import Room, room_of
from oncall.incidents.services.seats import ask_sources, pass_on
from oncall.incidents.services.watching import remember
from oncall.incidents.staffing import Facts, Proposal, RuleValue, is_on_shift, propose
from rotations.actors import Actor
from rotations.models import Person, Schedule


@dataclass(frozen=True, slots=True)
class _Change:
    """Who was on call in a schedule when it was last looked at, who is now, and what is known of them."""

    schedule: Schedule
    before: frozenset[int]
    now: tuple[int, ...]
    known: Known

    @property
    def came(self) -> list[int]:
        return [person for person in self.now if person not in self.before]

    @property
    def is_one(self) -> bool:
        return self.before != frozenset(self.now)


def announce_due_changes(*, now: datetime, limit: int = 100) -> int:
    """Look, in order of due time, at the schedules of open incidents in which others go on call; return at how many.

    A change of turns is due at its moment, one by an override or another edit once the schedule's revision has moved.
    What changed and changed back before anybody looked is no change. Each is claimed under its incident's lock: a
    second worker, or a second call, finds nothing.
    """
    looked = 0
    for watched in _due(now, limit):
        with room_of(watched.incident, by=Actor.system(), now=now) as room:
            for mine in [one for one in room.watched if one.pk == watched.pk and _is_due(one, room.at)]:
                _look(room, mine)
                looked += 1
    return looked


def _due(now: datetime, limit: int) -> list[WatchedSchedule]:
    rows = WatchedSchedule.objects.select_related("incident", "schedule")
    by_clock = rows.filter(look_at__lte=now).order_by("look_at", "id")[:limit]
    due = {one.pk: (one.look_at, one) for one in by_clock}
    # By schedule, of which there are few, and each finds its own by an index: the open incidents are not walked.
    older = WatchedSchedule.objects.filter(schedule=OuterRef("pk"), revision__lt=OuterRef("revision"))
    if moved := list(Schedule.objects.filter(Exists(older)).values_list("pk", flat=True)):
        edited = rows.filter(schedule__in=moved, revision__lt=F("schedule__revision"))
        for one in edited.order_by("schedule__changed_at", "id")[:limit]:
            due.setdefault(one.pk, (one.schedule.changed_at, one))
    return [one for _, one in sorted(due.values(), key=lambda each: (each[0], each[1].pk))][:limit]


def _is_due(one: WatchedSchedule, at: datetime) -> bool:
    return one.revision != one.schedule.revision or (one.look_at is not None and one.look_at <= at)


def _look(room: Room, watched: WatchedSchedule) -> None:
    asking = [rule for rule in room.plan.rules if watched.schedule_id in rule.schedules]
    known = gather(room, asking)
    answer = known.facts.schedules[watched.schedule_id]
    before, on_call = frozenset(watched.people), tuple(one.person for one in answer.people)
    remember(watched, answer)
    watched.save(update_fields=["people", "revision", "look_at"])
    rules = [rule for rule in asking if room.is_required(rule)]
    change = _Change(watched.schedule, before, on_call, known)
    if change.is_one:
        for rule in rules:
            for seat in [one for one in room.in_role(rule.role) if one.state != State.ACTING]:
                _shift_changed(room, rule, seat, change)
    _ask_again(room, rules)


def _ask_again(room: Room, rules: Sequence[RuleValue]) -> None:
    """Offer what nobody accepted to whoever may be found now."""
    of_rules = {rule.role for rule in rules}
    for seat in [one for one in room.open if one.state == State.ACTING and one.role_id in of_rules]:
        pass_on(room, seat)
    ask_sources(room, [(room.rule_of(one.role), one.seat) for one in room.vacancies if one.role_id in of_rules])


def _shift_changed(room: Room, rule: RuleValue, seat: Assignment, change: _Change) -> None:
    if is_on_shift(rule, seat.person_id, change.known.facts):
        _withdraw(room, seat, cause=f"{seat.person.name} is on call again")
        return
    was_on = seat.person_id in change.before
    # Whoever took the role without being on call is told about, or relieved by, those whom the plan asks first.
    concerns = rule.schedules[0] == change.schedule.pk and bool(change.came)
    if not (was_on or concerns or _waits_in_vain(room, seat)):
        return
    people = [change.known.people[person] for person in (change.now if was_on else change.came)]
    match rule.on_shift_change:
        case "keep":
            _tell(room, seat, people, change)
        case "offer" if seat.state == State.OFFERED:
            # Whether they accept is for them to say; if not, it goes to those who came.
            _tell(room, seat, people, change)
        case "offer":
            _offer(room, rule, seat, people, change)
        case _:
            assert_never(rule.on_shift_change)


def _tell(room: Room, seat: Assignment, people: Sequence[Person], change: _Change) -> None:
    """Let those who came take part, and say that the holder, or whoever is asked, stays so."""
    for person in people:
        room.participant(person)
    names = ", ".join(person.name for person in people) or "Nobody"
    verb = "are" if len(people) > 1 else "is"
    stays = "is still asked to be" if seat.state == State.OFFERED else "keeps"
    text = f"{names} {verb} on call in {change.schedule.slug} now; {seat.person.name} {stays} {seat.role.name}"
    came = [person.pk for person in people]
    room.record("shift_changed", text, assignment=seat, to=came, schedule=change.schedule.slug)


def _offer(room: Room, rule: RuleValue, seat: Assignment, people: Sequence[Person], change: _Change) -> None:
    """Offer the role to whoever the plan would ask now, unless the holder chose somebody already."""
    waiting = handoff_of(room, seat)
    if waiting is not None and not waiting.is_automatic:
        _tell(room, seat, people, change)
        return
    proposal = propose(rule, _with_recipients(room, seat, change.known.facts))
    if waiting is None or waiting.person_id != proposal.person:
        _withdraw(room, seat, cause=f"the people on call in {change.schedule.slug} changed again")
        _offer_proposed(room, seat, proposal, change.known)


def offer_instead(room: Room, seat: Assignment) -> None:
    """Offer a seat that is still required to the next whom the plan finds; who was offered it is gone."""
    rule = room.rule_of(seat.role)
    if room.is_required(rule):
        known = gather(room, [rule])
        _offer_proposed(room, seat, propose(rule, _with_recipients(room, seat, known.facts)), known)


def _offer_proposed(room: Room, seat: Assignment, proposal: Proposal, known: Known) -> None:
    if proposal.person is not None:
        offer_automatically(room, seat, known.people[proposal.person], proposal)
        return
    holder, role = seat.person.name, seat.role.name
    why = f"The shift of {holder} ended and nobody can take {role} over; {holder} goes on"
    about = {"because": str(proposal.vacant), "evidence": proposal.evidence_json()}
    call_managers(room, managers_of_service(room), why, kind="handoff_escalated", assignment=seat, **about)


def _with_recipients(room: Room, seat: Assignment, facts: Facts) -> Facts:
    """Return the facts as they are once everybody has accepted what is handed to them: nobody is offered two."""
    for handoff in room.handoffs:
        if handoff.assignment_id != seat.pk:
            facts = facts.with_holder(room.rule_of(handoff.assignment.role), handoff.person_id, is_asked=True)
    return facts


def _withdraw(room: Room, seat: Assignment, *, cause: str) -> None:
    waiting = handoff_of(room, seat)
    if waiting is not None and waiting.is_automatic:
        cancel_handoff_in(room, waiting, CancelReason.OFF_SHIFT, cause=cause)


def _waits_in_vain(room: Room, seat: Assignment) -> bool:
    """Say whether a seat was offered, in the instant in which they were deactivated, to somebody who is gone."""
    waiting = handoff_of(room, seat)
    return waiting is not None and waiting.is_automatic and not waiting.person.is_active
