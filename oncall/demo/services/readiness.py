"""What does the demo's company do when something breaks? Roles, services, and a response plan for each team."""

from datetime import datetime, timedelta

from oncall.incidents.models import ResponsePlan, Role, Service, ShiftChangePolicy, SourceKind
from oncall.incidents.queries import role_named
from oncall.incidents.services.plans import PlanDraft, RuleDraft, SourceDraft, add_role, add_service, save_response_plan
from rotations.actors import Actor
from rotations.models import Person, Schedule, Team

# Nobody leads, speaks to customers and writes down at the same time.
ONE_AT_A_TIME = "hands-full"
FIRST_TO_JOIN = SourceDraft(SourceKind.FIRST_TO_JOIN)
# Team, the schedules asked for a lead, the schedule asked for somebody who speaks to customers, who else does so.
PLANS = (
    ("payments", ("payments-primary", "payments-secondary"), "payments-secondary", "elif"),
    ("platform", ("platform-primary", "edge"), "edge", "ivan"),
    ("network", ("network-primary", "edge"), "edge", "jun"),
)
SERVICES = (
    ("checkout", "Checkout", "payments"),
    ("card-gateway", "Card gateway", "payments"),
    ("api", "Public API", "platform"),
    ("build-farm", "Build farm", "platform"),
    ("backbone", "Backbone", "network"),
)


def prepare(
    teams: dict[str, Team], schedules: dict[str, Schedule], staff: dict[str, Person], *, by: Actor, now: datetime
) -> dict[str, Service]:
    """Add roles, plans and services; return the services by slug."""
    roles = _roles(by=by, now=now)
    plans = {
        team: _plan(
            teams[team],
            (
                _lead(roles["lead"], [schedules[slug] for slug in lead], team=teams[team]),
                _speaker(roles["communications"], schedules[speaks], relief=schedules[lead[0]], deputy=staff[deputy]),
                _scribe(roles["scribe"]),
            ),
            by=by,
            now=now,
        )
        for team, lead, speaks, deputy in PLANS
    }
    return {
        slug: add_service(slug=slug, name=name, team=teams[team], response_plan=plans[team], by=by, now=now)
        for slug, name, team in SERVICES
    }


def _roles(*, by: Actor, now: datetime) -> dict[str, Role]:
    speaks = "Tells customers and colleagues what is known, and when they hear more."
    writes = "Writes down what was seen, tried and decided, and when."
    return {
        "lead": role_named("lead"),
        "communications": add_role(slug="communications", name="Communications", description=speaks, by=by, now=now),
        "scribe": add_role(slug="scribe", name="Scribe", description=writes, by=by, now=now),
    }


def _lead(role: Role, asked: list[Schedule], *, team: Team) -> RuleDraft:
    """Whoever is on call leads, then whoever is here; the least-loaded of the team as a last resort."""
    return RuleDraft(
        role=role.pk,
        exclusive_group=ONE_AT_A_TIME,
        on_shift_change=ShiftChangePolicy.OFFER,
        relief_after=timedelta(hours=2),
        sources=(*map(_on_call, asked), FIRST_TO_JOIN, SourceDraft(SourceKind.TEAM, team=team.pk)),
    )


def _speaker(role: Role, asked: Schedule, *, relief: Schedule, deputy: Person) -> RuleDraft:
    next_on_call = SourceDraft(SourceKind.NEXT_ON_CALL, schedule=relief.pk)
    return RuleDraft(
        role=role.pk,
        required_from_severity=2,
        exclusive_group=ONE_AT_A_TIME,
        accept_within=timedelta(minutes=45),
        sources=(_on_call(asked), next_on_call, SourceDraft(SourceKind.PERSON, person=deputy.pk)),
    )


def _scribe(role: Role) -> RuleDraft:
    return RuleDraft(role=role.pk, required_from_severity=2, exclusive_group=ONE_AT_A_TIME, sources=(FIRST_TO_JOIN,))


def _plan(team: Team, rules: tuple[RuleDraft, ...], *, by: Actor, now: datetime) -> ResponsePlan:
    draft = PlanDraft(slug=team.slug, name=f"{team.slug.capitalize()} response", team=team, rules=rules)
    return save_response_plan(None, draft=draft, by=by, now=now)


def _on_call(schedule: Schedule) -> SourceDraft:
    return SourceDraft(SourceKind.ON_CALL, schedule=schedule.pk)
