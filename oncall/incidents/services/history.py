"""What did people answer in this incident, and how much do they do elsewhere? The ledger, as facts to propose by."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Count, Q

from oncall.incidents.models import Assignment, EndReason
from oncall.incidents.services.room import Room
from oncall.incidents.staffing import RECENT, Answer, Member, PassedOver, RuleValue
from rotations.models import Absence, Membership, Person

ByRoleAndPerson = Mapping[tuple[int, int], int]


def answers_given(room: Room, rules: Sequence[RuleValue]) -> dict[tuple[int, int], Answer]:
    """Return why people are not asked for a role again.

    A decliner is not asked again in this incident, whoever gave the role back not in this epoch, and whoever let an
    offer pass not until somebody accepted: then the sources are asked anew.
    """
    if room.is_new:
        return {}
    answers: dict[tuple[int, int], Answer] = {}
    ended = Assignment.objects.filter(
        incident=room.incident, role__in=[rule.role for rule in rules], ended_at__isnull=False
    )
    for role, person, epoch, reason, accepted_at, ended_at in ended.order_by("id").values_list(
        "role", "person", "epoch", "end_reason", "accepted_at", "ended_at"
    ):
        at = ended_at or room.at
        if accepted_at is not None:
            answers.pop((role, person), None)
            answers = {
                key: answer for key, answer in answers.items() if key[0] != role or answer.why != PassedOver.UNANSWERED
            }
        if reason == EndReason.DECLINED:
            answers[role, person] = Answer(PassedOver.DECLINED, at)
        elif epoch == room.incident.epoch and reason in (EndReason.RELEASED, EndReason.VACATED):
            answers[role, person] = Answer(PassedOver.RELEASED, at)
        elif epoch == room.incident.epoch and reason == EndReason.EXPIRED:
            answers.setdefault((role, person), Answer(PassedOver.UNANSWERED, at))
    return answers


def served_elsewhere(
    room: Room, rules: Sequence[RuleValue], people: Iterable[int]
) -> tuple[ByRoleAndPerson, ByRoleAndPerson]:
    """Return, by (role, person), the other open incidents they serve in and what they accepted lately; no drills."""
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


def away(room: Room, people: Iterable[Person]) -> dict[int, datetime]:
    """Return until when each of ``people`` is away who has not joined; whoever is here is not away."""
    here = {one.person_id for one in room.present}
    asked = [person.pk for person in people if person.pk not in here]
    rows = Absence.objects.filter(person__in=asked, start__lte=room.at, end__gt=room.at).order_by("end")
    return dict(rows.values_list("person", "end"))


def members_of(room: Room, rules: Sequence[RuleValue]) -> tuple[dict[int, tuple[Member, ...]], list[Person]]:
    """Return who is in the teams that are asked, in order of id, and the rows of these people; drills are no load."""
    teams = {source.team for rule in rules for source in rule.sources if source.team is not None}
    if not teams:
        return {}, []
    serves = Q(person__assignments__ended_at=None, person__assignments__incident__is_drill=False)
    elsewhere = serves & ~Q(person__assignments__incident=room.incident)
    memberships = (
        Membership.objects.filter(team__in=teams)
        .annotate(serves_in=Count("person__assignments__incident", distinct=True, filter=elsewhere))
        .select_related("person")
        .order_by("person")
    )
    found: dict[int, tuple[Member, ...]] = {}
    for row in memberships:
        found[row.team_id] = (*found.get(row.team_id, ()), Member(row.person_id, row.serves_in))
    return found, [row.person for row in memberships]
