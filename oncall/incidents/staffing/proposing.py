"""Who is proposed for a role, and why was everybody else passed over?"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from oncall.incidents.staffing.facts import Candidate, Facts, Held, PassedOver, Previous, Proposal, Vacant
from oncall.incidents.staffing.pinned import RuleValue, SourceValue
from oncall.incidents.staffing.sources import Found, found, moment, ranks, shadows
from oncall.incidents.staffing.wording import sentence

# A reopened incident goes back to whoever held the role, unless they went home long ago.
RETURNS_WITHIN = timedelta(hours=4)


def propose(rule: RuleValue, facts: Facts) -> Proposal:
    """Return who is asked to take a seat of ``rule``.

    The first source that has somebody fit decides. If everybody fit is at their limit of open incidents, the one with
    the fewest is proposed, and ``because`` says so.
    """
    considered: list[Candidate] = []
    for candidates in _asked(rule, facts):
        considered += candidates
        if fit := [candidate for candidate in candidates if candidate.passed_over is None]:
            return _chosen(rule, fit[0], fit[0].because, considered, facts)
    if loaded := [candidate for candidate in considered if candidate.passed_over is PassedOver.LOADED]:
        least = min(loaded, key=lambda candidate: candidate.load)
        over = f"{least.because}, over the limit of {rule.open_incidents_limit} open: serves in {least.load}"
        return _chosen(rule, least, over, considered, facts)
    evidence = (*considered, *_unused_hints(considered, facts))
    return Proposal(None, "", _why_vacant(rule, considered, facts), _worded(rule, facts, evidence, chosen=None))


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
    if answer := facts.answers.get((rule.role, person)):
        return answer.why
    return clash(rule, facts.held, person)


def clash(rule: RuleValue, held: tuple[Held, ...], person: int) -> PassedOver | None:
    """Return ``seated`` if ``person`` is in a seat of this role, ``exclusive`` if a role of theirs excludes it."""
    mine = [seat for seat in held if seat.person == person]
    if any(seat.role == rule.role for seat in mine):
        return PassedOver.SEATED
    if rule.exclusive_group and any(seat.exclusive_group == rule.exclusive_group for seat in mine):
        return PassedOver.EXCLUSIVE
    return None


def is_on_shift(rule: RuleValue, person: int, facts: Facts) -> bool:
    """Say whether ``person`` is on call in one of the schedules in which people for this role are looked for."""
    return any(one.person == person for source in rule.sources for one in facts.schedule_of(source).people)


def _asked(rule: RuleValue, facts: Facts) -> Iterator[list[Candidate]]:
    yield [_returning(rule, previous, facts) for previous in facts.previous.get(rule.role, ())]
    for source in rule.sources:
        yield _weighed(rule, source, facts)


def _weighed(rule: RuleValue, source: SourceValue, facts: Facts) -> list[Candidate]:
    people = found(source, facts)
    if ranks(source):
        # Sorting keeps the rotation's order among equals; two people of one place are told apart by id.
        people.sort(key=lambda one: (one.busy, facts.recent.get((rule.role, one.person), 0)))
    return [_weigh(rule, facts, one) for one in people] + [
        _candidate(rule, facts, Found(person, f"shadows in {source.name}"), PassedOver.SHADOW)
        for person in shadows(source, facts)
    ]


def _returning(rule: RuleValue, previous: Previous, facts: Facts) -> Candidate:
    one = Found(previous.person, f"held this role{moment(' until', previous.until)}")
    if facts.at - previous.until <= RETURNS_WITHIN or is_on_shift(rule, previous.person, facts):
        return _weigh(rule, facts, one)
    return _candidate(rule, facts, one, PassedOver.NOT_ON_CALL)


def _weigh(rule: RuleValue, facts: Facts, one: Found) -> Candidate:
    passed_over = why_not(rule, facts, one.person)
    limit = rule.open_incidents_limit
    if passed_over is None and limit is not None and facts.load.get((rule.role, one.person), 0) >= limit:
        passed_over = PassedOver.LOADED
    return _candidate(rule, facts, one, passed_over)


def _candidate(rule: RuleValue, facts: Facts, one: Found, passed_over: PassedOver | None) -> Candidate:
    key = (rule.role, one.person)
    return Candidate(
        person=one.person,
        name=facts.names.get(one.person, ""),
        because=one.because,
        passed_over=passed_over,
        recent=facts.recent.get(key, 0),
        load=facts.load.get(key, 0),
        hinted=one.person in facts.hints,
    )


def _chosen(rule: RuleValue, chosen: Candidate, because: str, considered: list[Candidate], facts: Facts) -> Proposal:
    evidence = [
        replace(one, because=because, passed_over=None)
        if one is chosen
        else replace(one, passed_over=one.passed_over or PassedOver.RANKED_AFTER)
        for one in considered
    ]
    everybody = (*evidence, *_unused_hints(considered, facts))
    return Proposal(chosen.person, because, None, _worded(rule, facts, everybody, chosen=chosen))


def _worded(
    rule: RuleValue, facts: Facts, evidence: Iterable[Candidate], *, chosen: Candidate | None
) -> tuple[Candidate, ...]:
    return tuple(replace(one, words=sentence(rule, facts, one, chosen=chosen)) for one in evidence)


def _unused_hints(considered: list[Candidate], facts: Facts) -> Iterator[Candidate]:
    seen = {candidate.person for candidate in considered}
    for person in facts.hints:
        if person not in seen:
            name = facts.names.get(person, "")
            yield Candidate(person, name, "named by the sender", PassedOver.NOT_ON_CALL, hinted=True)


def _why_vacant(rule: RuleValue, considered: list[Candidate], facts: Facts) -> Vacant:
    reasons = {candidate.passed_over for candidate in considered}
    if PassedOver.DECLINED in reasons:
        return Vacant.EVERYONE_DECLINED
    if PassedOver.EXCLUSIVE in reasons:
        return Vacant.EXCLUSIVE
    if rule.waits_for_who_joins:
        return Vacant.WAITING_FOR_FIRST_TO_JOIN
    if _waits_for_holder(rule, facts):
        return Vacant.WAITING_FOR_HOLDER
    return Vacant.NO_ONE_ON_CALL


def _waits_for_holder(rule: RuleValue, facts: Facts) -> bool:
    others = {source.role for source in rule.sources if source.kind == "role_holder"} - {rule.role}
    return bool(others - {one.role for one in facts.held})
