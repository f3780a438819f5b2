"""What does the demo's company do when something breaks? Roles, services, and a response plan for each team."""

from datetime import datetime, timedelta

from oncall.incidents.models import ResponsePlan, Role, Service, SourceKind
from oncall.incidents.queries import role_named
from oncall.incidents.services.plans import PlanDraft, RuleDraft, SourceDraft, add_role, add_service, save_response_plan
from rotations.actors import Actor
from rotations.models import Schedule, Team

# Nobody leads, speaks to customers and writes down at the same time.
ONE_AT_A_TIME = "hands-full"
# Team, the schedules asked for a lead, the schedule asked for somebody who speaks to customers.
PLANS = (
    ("payments", ("payments-primary", "payments-secondary"), "payments-secondary"),
    ("platform", ("platform-primary", "edge"), "edge"),
    ("network", ("network-primary", "edge"), "edge"),
)
SERVICES = (
    ("checkout", "Checkout", "payments"),
    ("card-gateway", "Card gateway", "payments"),
    ("api", "Public API", "platform"),
    ("build-farm", "Build farm", "platform"),
    ("backbone", "Backbone", "network"),
)


def prepare(teams: dict[str, Team], schedules: dict[str, Schedule], *, by: Actor, now: datetime) -> dict[str, Service]:
    """Add roles, plans and services; return the services by slug."""
    roles = _roles(by=by, now=now)
    plans = {
        team: _plan(teams[team], roles, [schedules[slug] for slug in lead], schedules[speaks], by=by, now=now)
        for team, lead, speaks in PLANS
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


def _plan(
    team: Team, roles: dict[str, Role], lead: list[Schedule], speaks: Schedule, *, by: Actor, now: datetime
) -> ResponsePlan:
    first_to_join = SourceDraft(SourceKind.FIRST_TO_JOIN)
    rules = (
        RuleDraft(
            role=roles["lead"].pk,
            exclusive_group=ONE_AT_A_TIME,
            sources=(*(_on_call(schedule) for schedule in lead), first_to_join),
        ),
        RuleDraft(
            role=roles["communications"].pk,
            required_from_severity=2,
            exclusive_group=ONE_AT_A_TIME,
            accept_within=timedelta(minutes=45),
            sources=(_on_call(speaks), SourceDraft(SourceKind.NEXT_ON_CALL, schedule=lead[0].pk)),
        ),
        RuleDraft(
            role=roles["scribe"].pk,
            required_from_severity=2,
            exclusive_group=ONE_AT_A_TIME,
            sources=(first_to_join,),
        ),
    )
    draft = PlanDraft(slug=team.slug, name=f"{team.slug.capitalize()} response", team=team, rules=rules)
    return save_response_plan(None, draft=draft, by=by, now=now)


def _on_call(schedule: Schedule) -> SourceDraft:
    return SourceDraft(SourceKind.ON_CALL, schedule=schedule.pk)
