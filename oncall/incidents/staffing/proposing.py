"""Who is proposed for a role, and why was everybody else passed over?"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import assert_never

from oncall.incidents.staffing.facts import (
    Candidate,
    Facts,
    Held,
    OnCall,
    PassedOver,
    Previous,
    Proposal,
    Vacant,
)
from oncall.incidents.staffing.pinned import RuleValue, SourceValue

# A reopened incident goes back to whoever held the role, unless they went home long ago.
RETURNS_WITHIN = timedelta(hours=4)


def propose(rule: RuleValue, facts: Facts) -> Proposal:
    """Return who is asked to take a seat of ``rule``.

    The first source that has somebody fit decides. If everybody fit is at their limit of open incidents, the one with
    the fewest is proposed, and ``because`` says so.
    """
    considered: list[Candidate] = []
    for found in _asked(rule, facts):
        considered += found
        if fit := [candidate for candidate in found if candidate.passed_over is None]:
            return _chosen(fit[0], fit[0].because, considered, facts)
    if loaded := [candidate for candidate in considered if candidate.passed_over is PassedOver.LOADED]:
        least = min(loaded, key=lambda candidate: candidate.load)
        over = f"{least.because}, over the limit of {rule.open_incidents_limit} open: serves in {least.load}"
        return _chosen(least, over, considered, facts)
    return Proposal(None, "", _why_vacant(rule, considered), (*considered, *_unused_hints(considered, facts)))


def why_not(rule: RuleValue, facts: Facts, person: int) -> PassedOver | None:
    """Return why ``person`` cannot be asked for this role now, wherever they were found; None if they can."""
    if person in facts.deactivated:
        return PassedOver.DEACTIVATED
    if person in facts.absent:
        return PassedOver.ABSENT
    if person in facts.observers:
        return PassedOver.OBSERVER
    if person in facts.left:
        return PassedOver.LEFT
    return facts.answers.get((rule.role, person)) or clash(rule, facts.held, person)


def clash(rule: RuleValue, held: tuple[Held, ...], person: int) -> PassedOver | None:
    """Return ``seated`` if ``person`` is in a seat of this role, ``exclusive`` if a role of theirs excludes it."""
    mine = [seat for seat in held if seat.person == person]
    if any(seat.role == rule.role for seat in mine):
        return PassedOver.SEATED
    if rule.exclusive_group and any(seat.exclusive_group == rule.exclusive_group for seat in mine):
        return PassedOver.EXCLUSIVE
    return None


def _asked(rule: RuleValue, facts: Facts) -> Iterator[list[Candidate]]:
    yield [_returning(rule, previous, facts) for previous in facts.previous.get(rule.role, ())]
    for source in rule.sources:
        yield _weighed(rule, source, facts)


def _weighed(rule: RuleValue, source: SourceValue, facts: Facts) -> list[Candidate]:
    found = [_weigh(rule, facts, person, because) for person, because in _found(source, facts)]
    if source.kind in ("on_call", "next_on_call"):
        # Sorting keeps the rotation's order among equals; two people of one place are told apart by id.
        found.sort(key=lambda candidate: candidate.recent)
    return found + [
        _candidate(rule, facts, person, f"shadows in {source.name}", PassedOver.SHADOW)
        for person in _shadows(source, facts)
    ]


def _found(source: SourceValue, facts: Facts) -> list[tuple[int, str]]:
    """Return the people of one source and why each is a candidate."""
    schedule = facts.schedule_of(source)
    match source.kind:
        case "on_call":
            return [(one.person, _on_call_words(source, one)) for one in schedule.people]
        case "next_on_call":
            words = f"next on call in {source.name}{_moment(' from', schedule.next_at)}"
            return [(person, words) for person in schedule.next_people]
        case "first_to_join":
            return [(person, "first of those present") for person in facts.present]
        case "declarer":
            return [(facts.declarer, "declared the incident")] if facts.declarer is not None else []
        case "person":
            return [(source.person, "named in the response plan")] if source.person is not None else []
        case _:
            assert_never(source.kind)


def _shadows(source: SourceValue, facts: Facts) -> tuple[int, ...]:
    return facts.schedule_of(source).shadows if source.kind == "on_call" else ()


def _returning(rule: RuleValue, previous: Previous, facts: Facts) -> Candidate:
    because = f"held this role{_moment(' until', previous.until)}"
    if facts.at - previous.until <= RETURNS_WITHIN or _is_on_shift(rule, previous.person, facts):
        return _weigh(rule, facts, previous.person, because)
    return _candidate(rule, facts, previous.person, because, PassedOver.NOT_ON_CALL)


def _is_on_shift(rule: RuleValue, person: int, facts: Facts) -> bool:
    return any(one.person == person for source in rule.sources for one in facts.schedule_of(source).people)


def _weigh(rule: RuleValue, facts: Facts, person: int, because: str) -> Candidate:
    passed_over = why_not(rule, facts, person)
    limit = rule.open_incidents_limit
    if passed_over is None and limit is not None and facts.load.get((rule.role, person), 0) >= limit:
        passed_over = PassedOver.LOADED
    return _candidate(rule, facts, person, because, passed_over)


def _candidate(rule: RuleValue, facts: Facts, person: int, because: str, passed_over: PassedOver | None) -> Candidate:
    key = (rule.role, person)
    return Candidate(
        person=person,
        name=facts.names.get(person, ""),
        because=because,
        passed_over=passed_over,
        recent=facts.recent.get(key, 0),
        load=facts.load.get(key, 0),
        hinted=person in facts.hints,
    )


def _chosen(chosen: Candidate, because: str, considered: list[Candidate], facts: Facts) -> Proposal:
    evidence = [
        replace(one, because=because, passed_over=None)
        if one is chosen
        else replace(one, passed_over=one.passed_over or PassedOver.RANKED_AFTER)
        for one in considered
    ]
    return Proposal(chosen.person, because, None, (*evidence, *_unused_hints(considered, facts)))


def _unused_hints(considered: list[Candidate], facts: Facts) -> Iterator[Candidate]:
    seen = {candidate.person for candidate in considered}
    for person in facts.hints:
        if person not in seen:
            name = facts.names.get(person, "")
            yield Candidate(person, name, "named by the sender", PassedOver.NOT_ON_CALL, hinted=True)


def _why_vacant(rule: RuleValue, considered: list[Candidate]) -> Vacant:
    reasons = {candidate.passed_over for candidate in considered}
    if PassedOver.DECLINED in reasons:
        return Vacant.EVERYONE_DECLINED
    if PassedOver.EXCLUSIVE in reasons:
        return Vacant.EXCLUSIVE
    if rule.waits_for_who_joins:
        return Vacant.WAITING_FOR_FIRST_TO_JOIN
    return Vacant.NO_ONE_ON_CALL


def _on_call_words(source: SourceValue, one: OnCall) -> str:
    via = f", {one.via}" if one.via else ""
    return f"on call in {source.name}{_moment(' until', one.until)}{via}"


def _moment(word: str, at: datetime | None) -> str:
    return f"{word} {at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else ""
