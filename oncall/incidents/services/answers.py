"""Why can somebody not answer, or not sit there? The refusals around a role, each in one place."""

from typing import Any

from oncall.incidents.models import Assignment, EndReason, Incident, ParticipantKind, Role, State
from oncall.incidents.services.room import Room
from oncall.incidents.staffing import PassedOver, RuleValue, clash
from rotations.actors import Actor
from rotations.errors import Conflict, NotPermitted
from rotations.models import Person
from rotations.permissions import manages


def refuse_unless_speaks_for(by: Actor, person: Person) -> None:
    """Let people act for themselves only; a service token, an integration and the system act for whom they name.

    Raises:
        NotPermitted: ``by`` is, or acts as, somebody else.
    """
    if by.person is not None and by.person != person:
        raise NotPermitted(f"Only {person.name} can do this for themselves.", field="person")


def refuse_clash(room: Room, rule: RuleValue, person: Person) -> None:
    """Refuse a seat to whoever holds, or is asked to hold, a role that excludes this one."""
    if clash(rule, room.held, person.pk) is not PassedOver.EXCLUSIVE:
        return
    for other in room.open:
        other_rule = room.rule_of(other.role)
        if other.person_id == person.pk and other_rule.exclusive_group == rule.exclusive_group:
            detail = f"{person.name} is {other.role.name}; nobody is both that and {rule.name}."
            raise Conflict("exclusive", detail, role=other.role.slug)


def refuse_outsider(room: Room, person: Person) -> None:
    """Refuse whoever is neither a responder nor asked to be one."""
    participant = room.participants.get(person.pk)
    if participant is None or participant.left_at is not None or participant.kind != ParticipantKind.RESPONDER:
        raise Conflict("not_a_participant", f"{person.name} is not a responder of this incident; join it first.")


def may_force(incident: Incident, by: Actor) -> bool:
    """Say whether ``by`` may take a role from whoever accepted it: managers of the service's team, administrators."""
    team = incident.service.team
    return manages(by, team) if team else by.is_administrator


def role_taken(holder: Assignment) -> Conflict:
    """Return the refusal that names who holds the role."""
    verb = {State.OFFERED: "is asked to be", State.ACTING: "acts as"}.get(State(holder.state), "is")
    detail = f"{holder.person.name} {verb} {holder.role.name} since {holder.since:%H:%MZ}."
    return Conflict("role_taken", detail, holder=holder.person)


def nothing_to_answer(room: Room, role: Role, person: Person) -> Conflict:
    """Return why ``person``, who has no open offer of ``role``, cannot answer one."""
    holder = next(iter(room.in_role(role.pk)), None)
    last = (
        Assignment.objects.filter(incident=room.incident, role=role, person=person)
        .exclude(ended_at=None)
        .order_by("-id")
        .first()
    )
    if last is None:
        return with_holder("not_offered", f"{role.name} was not offered to {person.name}.", holder)
    if last.epoch != room.incident.epoch:
        return with_holder("stale_epoch", "The incident was reopened since; that offer is no longer open.", holder)
    if last.end_reason == EndReason.EXPIRED:
        return with_holder("offer_expired", f"The offer expired at {last.ended_at:%H:%MZ}.", holder)
    if last.end_reason == EndReason.TAKEN and holder is not None:
        return role_taken(holder)
    return with_holder("already_answered", f"The offer ended: {last.get_end_reason_display().lower()}.", holder)


def with_holder(code: str, detail: str, holder: Assignment | None, **extra: Any) -> Conflict:
    """Return the refusal that names who holds the role now, if anybody does."""
    if holder is None:
        return Conflict(code, detail, holder=None, **extra)
    return Conflict(code, f"{detail} {role_taken(holder).detail}", holder=holder.person, **extra)
