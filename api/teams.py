"""Who belongs together, and who manages what is theirs?"""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.lists import listing, whole
from api.people import ADA, BO, PersonShape
from api.schema import shown
from api.shapes import Answer, NoParameters
from rotations.models import Team

PAYMENTS = {
    "slug": "payments",
    "name": "Payments",
    "members": [{"person": ADA, "is_manager": True}, {"person": BO, "is_manager": False}],
}


class MembershipShape(Answer):
    """One person in a team; managers edit what belongs to it."""

    person = PersonShape()
    is_manager = serializers.BooleanField()


@shown(PAYMENTS)
class TeamShape(Answer):
    """A team and its people."""

    slug = serializers.CharField()
    name = serializers.CharField()
    members = MembershipShape(many=True, source="memberships")


def _teams() -> "QuerySet[Team]":
    return Team.objects.prefetch_related("memberships__person")


class Teams(Endpoint):
    """All teams."""

    @extend_schema(responses=listing(TeamShape, PAYMENTS))
    def get(self, request: Request) -> Response:
        """List all teams, by name."""
        NoParameters.given(request)
        return whole(TeamShape.each(_teams()))


class OneTeam(Endpoint):
    """One team."""

    @extend_schema(responses=TeamShape)
    def get(self, request: Request, slug: str) -> Response:
        """Return one team."""
        NoParameters.given(request)
        return Response(TeamShape.of(get_object_or_404(_teams(), slug=slug)))
