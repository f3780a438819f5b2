"""Why was somebody not chosen, in words that whoever is tired understands?"""

from collections.abc import Mapping
from typing import Final

from oncall.incidents.staffing.facts import RECENT, Candidate, Facts, PassedOver
from oncall.incidents.staffing.pinned import RuleValue
from oncall.incidents.staffing.sources import incidents, moment

REASONS: Final[Mapping[PassedOver, str]] = {
    PassedOver.ABSENT: "away{until}",
    PassedOver.DEACTIVATED: "deactivated",
    PassedOver.SHADOW: "whoever shadows is not asked",
    PassedOver.OBSERVER: "only watches",
    PassedOver.LEFT: "left the incident",
    PassedOver.DECLINED: "declined{answered}",
    PassedOver.RELEASED: "gave it back{answered}",
    PassedOver.UNANSWERED: "had not answered{answered}",
    PassedOver.SEATED: "{seat} already",
    PassedOver.EXCLUSIVE: "nobody is both {other} and {role}",
    PassedOver.LOADED: "serves as {role} in {serves} already, where the limit is {limit}",
    PassedOver.NOT_ON_CALL: "not on call where the plan looks",
    PassedOver.RANKED_AFTER: "{first}",
}


def sentence(rule: RuleValue, facts: Facts, one: Candidate, *, chosen: Candidate | None) -> str:
    """Return one line of evidence as a sentence: ``Bo Lind: on call in primary, but declined at 2026-…Z``."""
    if one.passed_over is None:
        return f"{one.name}: {one.because}"
    return f"{one.name}: {one.because}, but {_reason(rule, facts, one, one.passed_over, chosen)}"


def _reason(rule: RuleValue, facts: Facts, one: Candidate, why: PassedOver, chosen: Candidate | None) -> str:
    return REASONS[why].format(
        until=moment(" until", facts.absent.get(one.person)),
        answered=_answered(rule, facts, one),
        seat=_held(rule, facts, one),
        other=_excluding(rule, facts, one),
        role=rule.name,
        serves=incidents(one.load),
        limit=rule.open_incidents_limit,
        first=_first(one, chosen),
    )


def _answered(rule: RuleValue, facts: Facts, one: Candidate) -> str:
    answer = facts.answers.get((rule.role, one.person))
    return moment(" at", answer and answer.at)


def _held(rule: RuleValue, facts: Facts, one: Candidate) -> str:
    is_asked = any(each.is_asked for each in facts.held if (each.person, each.role) == (one.person, rule.role))
    return f"{'asked to be' if is_asked else 'is'} {rule.name}"


def _excluding(rule: RuleValue, facts: Facts, one: Candidate) -> str:
    theirs = (each for each in facts.held if each.person == one.person)
    return next((each.role_name for each in theirs if each.exclusive_group == rule.exclusive_group), rule.name)


def _first(one: Candidate, chosen: Candidate | None) -> str:
    if chosen is None:
        return "somebody else comes first"
    if one.recent > chosen.recent:
        return f"{chosen.name} accepted it less often in {RECENT.days} days: {chosen.recent} to {one.recent}"
    return f"{chosen.name} comes first"
