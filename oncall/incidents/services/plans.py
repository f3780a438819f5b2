"""What is configured before an incident: roles, services, and response plans with their rules and sources."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from oncall.incidents.models import (
    MILDEST_SEVERITY,
    Incident,
    ResponsePlan,
    Role,
    RoleRule,
    RuleSource,
    Service,
    ShiftChangePolicy,
    SourceKind,
)
from oncall.incidents.services.nagging import nag_again
from oncall.incidents.services.room import Room, room_of
from oncall.incidents.services.seats import ask_sources, close_archived, empty_seats
from oncall.incidents.services.watching import watch_required
from oncall.incidents.staffing import PinnedPlan
from rotations.actors import Actor
from rotations.errors import Invalid
from rotations.models import Team
from rotations.permissions import require_administrator, require_manager
from rotations.services.rows import add_row, change_row


@dataclass(frozen=True, slots=True)
class SourceDraft:
    """One place to look for people: all but ``kind`` are ids, set as the kind needs them."""

    kind: str = SourceKind.ON_CALL
    schedule: int | None = None
    person: int | None = None
    team: int | None = None
    role: int | None = None


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A role that a plan needs, by id; its sources in the order in which they are asked."""

    role: int
    required_from_severity: int = MILDEST_SEVERITY
    seats: int = 1
    exclusive_group: str = ""
    accept_within: timedelta = timedelta(minutes=5)
    on_shift_change: str = ShiftChangePolicy.KEEP
    relief_after: timedelta = timedelta(hours=4)
    open_incidents_limit: int | None = None
    sources: Sequence[SourceDraft] = ()


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """A whole response plan; its rules in the order in which roles are filled."""

    slug: str
    name: str
    team: Team | None = None
    is_default: bool = False
    rules: Sequence[RuleDraft] = ()


@transaction.atomic
def add_role(*, slug: str, name: str, description: str = "", by: Actor, now: datetime) -> Role:  # noqa: ARG001 - every service is told when
    """Add a role that response plans can require.

    Raises:
        NotPermitted: ``by`` is no administrator.
        ValidationError: a field is malformed, or another role has this slug.
    """
    require_administrator(by)
    role = Role(slug=slug, name=name.strip(), description=description.strip())
    add_row(role)
    return role


@transaction.atomic
def edit_role(
    role: Role,
    *,
    slug: str | None = None,
    name: str | None = None,
    description: str | None = None,
    by: Actor,
    now: datetime,  # noqa: ARG001
) -> Role:
    """Change a role; what is None stays. Running incidents keep the name they pinned.

    Raises:
        NotPermitted: ``by`` is no administrator.
        ValidationError: a field is malformed, or another role has this slug.
    """
    require_administrator(by)
    role = Role.objects.select_for_update(no_key=True).get(pk=role.pk)
    role.slug = role.slug if slug is None else slug
    role.name = role.name if name is None else name.strip()
    role.description = role.description if description is None else description.strip()
    change_row(role)
    return role


@transaction.atomic
def archive_role(role: Role, *, by: Actor, now: datetime) -> Role:
    """Offer a role no more: who holds it keeps it until it is given back, and its vacancies end. Twice is harmless.

    Raises:
        NotPermitted: ``by`` is no administrator.
    """
    require_administrator(by)
    role = Role.objects.select_for_update(no_key=True).get(pk=role.pk)
    if role.archived_at is None:
        role.archived_at = now
        role.save(update_fields=["archived_at"])
        vacant_in = Incident.objects.filter(vacancies__role=role, vacancies__ended_at=None)
        for incident in vacant_in.distinct().order_by("number"):
            with room_of(incident, by=by, now=now) as room:
                close_archived(room, role)
    return role


@transaction.atomic
def restore_role(role: Role, *, by: Actor, now: datetime) -> Role:
    """Use an archived role again, also in open incidents that need it: there its sources are asked. Twice is harmless.

    Raises:
        NotPermitted: ``by`` is no administrator.
    """
    require_administrator(by)
    role = Role.objects.select_for_update(no_key=True).get(pk=role.pk)
    if role.archived_at is not None:
        role.archived_at = None
        role.save(update_fields=["archived_at"])
        for incident in Incident.objects.filter(resolved_at=None).order_by("number"):
            if PinnedPlan.from_json(incident.plan).rule_of(role.pk):
                with room_of(incident, by=by, now=now) as room:
                    _need_again(room, role)
    return role


def _need_again(room: Room, role: Role) -> None:
    if seats := [seat for seat in empty_seats(room) if seat[0].role == role.pk]:
        room.record("role_restored", f"{role.name} is needed again: the role was restored", role=role.slug)
        ask_sources(room, seats)
    watch_required(room)
    nag_again(room)


@transaction.atomic
def add_service(
    *,
    slug: str,
    name: str,
    team: Team | None = None,
    response_plan: ResponsePlan | None = None,
    is_default: bool = False,
    by: Actor,
    now: datetime,  # noqa: ARG001
) -> Service:
    """Add a service. As the default, it takes incidents that name none, in place of the one that did.

    Raises:
        NotPermitted: ``by`` does not manage ``team``; without a team, or as the default, only administrators may.
        ValidationError: a field is malformed, or another service has this slug.
    """
    service = Service(slug=slug, name=name.strip(), team=team, response_plan=response_plan, is_default=is_default)
    _save(service, was_default=False, by=by)
    return service


@transaction.atomic
def edit_service(
    service: Service,
    *,
    slug: str,
    name: str,
    team: Team | None,
    response_plan: ResponsePlan | None,
    is_default: bool,
    by: Actor,
    now: datetime,  # noqa: ARG001
) -> Service:
    """Change a service, all of it at once. Incidents keep the plan they were declared with.

    Raises:
        NotPermitted: ``by`` does not manage it, or the team it goes to; only administrators choose the default.
        Invalid: ``default_needed`` if it is the default and would be no more: make another one the default.
        ValidationError: a field is malformed, or another service has this slug.
    """
    service = Service.objects.select_for_update(no_key=True).get(pk=service.pk)
    _require_manager(by, service.team)
    was_default = service.is_default
    service.slug, service.name, service.team = slug, name.strip(), team
    service.response_plan, service.is_default = response_plan, is_default
    _save(service, was_default=was_default, by=by)
    return service


@transaction.atomic
def save_response_plan(
    plan: ResponsePlan | None,
    *,
    draft: PlanDraft,
    by: Actor,
    now: datetime,  # noqa: ARG001
) -> ResponsePlan:
    """Add a response plan (None) or replace one, with all its rules and sources. Incidents keep what they pinned.

    Raises:
        NotPermitted: ``by`` does not manage it, or the team it goes to; only administrators choose the default.
        Invalid: ``default_needed`` if it is the default and would be no more.
        ValidationError: a field is malformed; a constraint refuses, such as ``role_twice``.
    """
    if plan is None:
        saved = ResponsePlan()
    else:
        saved = ResponsePlan.objects.select_for_update(no_key=True).get(pk=plan.pk)
        _require_manager(by, saved.team)
    was_default = saved.is_default
    saved.slug, saved.name, saved.team = draft.slug, draft.name.strip(), draft.team
    saved.is_default = draft.is_default
    _save(saved, was_default=was_default, by=by)
    saved.rules.all().delete()
    for position, rule in enumerate(draft.rules):
        _add_rule(saved, rule, position)
    return saved


@transaction.atomic
def delete_response_plan(plan: ResponsePlan, *, by: Actor, now: datetime) -> None:  # noqa: ARG001
    """Delete a plan; its services use the default one, and incidents keep what they pinned.

    Raises:
        NotPermitted: ``by`` does not manage it.
        Invalid: ``default_needed`` if it is the default.
    """
    plan = ResponsePlan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    _require_manager(by, plan.team)
    if plan.is_default:
        raise _default_needed()
    plan.services.update(response_plan=None)
    plan.delete()


def _add_rule(plan: ResponsePlan, draft: RuleDraft, position: int) -> None:
    rule = RoleRule(
        plan=plan,
        role_id=draft.role,
        position=position,
        required_from_severity=draft.required_from_severity,
        seats=draft.seats,
        exclusive_group=draft.exclusive_group,
        accept_within=draft.accept_within,
        on_shift_change=draft.on_shift_change,
        relief_after=draft.relief_after,
        open_incidents_limit=draft.open_incidents_limit,
    )
    add_row(rule)
    for place, source in enumerate(draft.sources):
        named = {f"{name}_id": getattr(source, name) for name in ("schedule", "person", "team", "role")}
        add_row(RuleSource(rule=rule, position=place, kind=source.kind, **named))


def _save(row: Service | ResponsePlan, *, was_default: bool, by: Actor) -> None:
    _require_manager(by, row.team)
    if row.is_default and not was_default:
        require_administrator(by)
        type(row)._default_manager.filter(is_default=True).update(is_default=False)
    if was_default and not row.is_default:
        raise _default_needed()
    if row._state.adding:
        add_row(row)
    else:
        change_row(row)


def _require_manager(by: Actor, team: Team | None) -> None:
    if team is None:
        require_administrator(by)
    else:
        require_manager(by, team)


def _default_needed() -> Invalid:
    return Invalid("default_needed", "One has to be the default: make another one it instead.", field="is_default")
