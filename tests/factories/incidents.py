"""Roles, response plans, services and incidents, for tests that are about something else.

Incidents happen at ``NIGHT``, a Friday at 03:00 UTC: of a ``weekly_rotation`` of one to three crews, the first is on.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from oncall.incidents.models import Incident, ResponsePlan, Role, Service, SourceKind
from oncall.incidents.services.declaring import declare
from oncall.incidents.services.plans import PlanDraft, RuleDraft, SourceDraft, add_role, add_service, save_response_plan
from rotations.actors import Actor
from rotations.models import Person, Schedule, Team

NIGHT = datetime(2026, 11, 20, 3, tzinfo=UTC)

FIRST_TO_JOIN = SourceDraft(SourceKind.FIRST_TO_JOIN)
DECLARER = SourceDraft(SourceKind.DECLARER)


def on_call_in(schedule: Schedule) -> SourceDraft:
    """Return the source: who is on call in ``schedule``."""
    return SourceDraft(SourceKind.ON_CALL, schedule=schedule.pk)


def next_on_call_in(schedule: Schedule) -> SourceDraft:
    """Return the source: who takes over in ``schedule``."""
    return SourceDraft(SourceKind.NEXT_ON_CALL, schedule=schedule.pk)


def named(person: Person) -> SourceDraft:
    """Return the source: this person."""
    return SourceDraft(SourceKind.PERSON, person=person.pk)


def member_of(crew: Team) -> SourceDraft:
    """Return the source: the least-loaded member of a team."""
    return SourceDraft(SourceKind.TEAM, team=crew.pk)


def holder_of(slug: str) -> SourceDraft:
    """Return the source: whoever holds the role of this slug."""
    return SourceDraft(SourceKind.ROLE_HOLDER, role=role(slug).pk)


def role(slug: str = "lead", **fields: Any) -> Role:
    """Return the role of this slug, added if it is not there; ``lead`` always is."""
    if known := Role.objects.filter(slug=slug).first():
        return known
    fields.setdefault("name", slug.replace("-", " ").capitalize())
    return add_role(slug=slug, **fields, by=Actor.system(), now=NIGHT)


def rule(slug: str, *sources: SourceDraft, **fields: Any) -> RuleDraft:
    """Return a rule: ``rule("lead", on_call_in(primary), FIRST_TO_JOIN)``."""
    return RuleDraft(role=role(slug).pk, sources=sources, **fields)


def response_plan(rules: Sequence[RuleDraft] = (), *, slug: str = "plan", **fields: Any) -> ResponsePlan:
    """Add a plan with ``rules``."""
    fields.setdefault("name", slug.capitalize())
    draft = PlanDraft(slug=slug, rules=rules, **fields)
    return save_response_plan(None, draft=draft, by=Actor.system(), now=NIGHT)


def service(*rules: RuleDraft, slug: str = "checkout", **fields: Any) -> Service:
    """Add a service with a plan of its own; without rules it uses the default plan."""
    fields.setdefault("name", slug.capitalize())
    if rules:
        fields["response_plan"] = response_plan(rules, slug=f"{slug}-plan", team=fields.get("team"))
    return add_service(slug=slug, **fields, by=Actor.system(), now=NIGHT)


def incident(title: str = "Checkout 5xx", *, by: Actor | Person | None = None, **fields: Any) -> Incident:
    """Declare an incident at ``NIGHT``; by the system unless it is told who, on the default service."""
    actor = Actor.of_person(by) if isinstance(by, Person) else by or Actor.system()
    return declare(title=title, by=actor, now=fields.pop("now", NIGHT), **fields).incident
