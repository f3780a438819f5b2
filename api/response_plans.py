"""What is configured before an incident? Services, roles and response plans, which people edit in the admin."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.lists import listing, whole
from api.people import PersonShape
from api.schema import shown
from api.shapes import Answer, NoParameters
from oncall.incidents.models import ResponsePlan, Role, Service, ShiftChangePolicy, SourceKind

CHECKOUT = {"slug": "checkout", "name": "Checkout", "team": "payments", "response_plan": "major", "is_default": False}
LEAD = {"slug": "lead", "name": "Incident lead", "description": "Decides, and keeps the overview."}
MAJOR: dict[str, Any] = {
    "slug": "major",
    "name": "Major incident",
    "team": "payments",
    "is_default": False,
    "rules": [
        {
            "role": "lead",
            "required_from_severity": 5,
            "seats": 1,
            "exclusive_group": "command",
            "accept_within": 300,
            "on_shift_change": "keep",
            "relief_after": 14400,
            "open_incidents_limit": None,
            "sources": [
                {"kind": "on_call", "schedule": "payments-primary", "person": None, "team": None, "role": None},
                {"kind": "team", "schedule": None, "person": None, "team": "payments", "role": None},
                {"kind": "role_holder", "schedule": None, "person": None, "team": None, "role": "scribe"},
            ],
        }
    ],
}


@extend_schema_field({"type": "integer"})
class SecondsField(serializers.DurationField):
    """A length of time in whole seconds."""

    def to_representation(self, value: Any) -> Any:
        return int(value.total_seconds())


@shown(CHECKOUT)
class ServiceShape(Answer):
    """What breaks; paging systems name it by its slug."""

    slug = serializers.CharField()
    name = serializers.CharField()
    team = serializers.CharField(source="team.slug", default=None, allow_null=True)
    response_plan = serializers.CharField(source="response_plan.slug", default=None, allow_null=True)
    is_default = serializers.BooleanField(help_text="Takes incidents that name no service.")


@shown(LEAD)
class RoleShape(Answer):
    """Something one person does in an incident."""

    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()


class RuleSourceShape(Answer):
    """Where a role's people are looked for. What its ``kind`` does not name is null."""

    kind = serializers.ChoiceField(SourceKind.choices)
    schedule = serializers.CharField(source="schedule.slug", default=None, allow_null=True)
    person = PersonShape(allow_null=True)
    team = serializers.CharField(
        source="team.slug", default=None, allow_null=True, help_text="Its member who serves in the fewest incidents."
    )
    role = serializers.CharField(
        source="role.slug", default=None, allow_null=True, help_text="Whoever holds, or is asked to hold, that role."
    )


class RoleRuleShape(Answer):
    """When a plan needs a role, and who is asked, in order."""

    role = serializers.CharField(source="role.slug")
    required_from_severity = serializers.IntegerField()
    seats = serializers.IntegerField()
    exclusive_group = serializers.CharField()
    accept_within = SecondsField(help_text="Seconds.")
    on_shift_change = serializers.ChoiceField(ShiftChangePolicy.choices)
    relief_after = SecondsField(help_text="Seconds.")
    open_incidents_limit = serializers.IntegerField(allow_null=True)
    sources = RuleSourceShape(many=True)


@shown(MAJOR)
class ResponsePlanShape(Answer):
    """Which roles an incident needs, and who is asked for each."""

    slug = serializers.CharField()
    name = serializers.CharField()
    team = serializers.CharField(source="team.slug", default=None, allow_null=True)
    is_default = serializers.BooleanField(help_text="Used by services that name no plan.")
    rules = RoleRuleShape(many=True)


class Services(Endpoint):
    """All services."""

    @extend_schema(responses=listing(ServiceShape, CHECKOUT))
    def get(self, request: Request) -> Response:
        """List all services, by name."""
        NoParameters.given(request)
        return whole(ServiceShape.each(Service.objects.select_related("team", "response_plan")))


class Roles(Endpoint):
    """All roles that are not archived."""

    @extend_schema(responses=listing(RoleShape, LEAD))
    def get(self, request: Request) -> Response:
        """List all roles, in order of their making."""
        NoParameters.given(request)
        return whole(RoleShape.each(Role.objects.filter(archived_at=None)))


class ResponsePlans(Endpoint):
    """All response plans."""

    @extend_schema(responses=listing(ResponsePlanShape, MAJOR))
    def get(self, request: Request) -> Response:
        """List all response plans with their rules, by name."""
        NoParameters.given(request)
        plans = ResponsePlan.objects.select_related("team").prefetch_related(
            "rules__role",
            *(f"rules__sources__{name}" for name in ("schedule", "person", "team", "role")),
        )
        return whole(ResponsePlanShape.each(plans))
