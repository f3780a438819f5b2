"""What changes one span of a schedule?"""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.fields import InstantField, PersonField, RowField
from api.lists import PageParameters, listing, page
from api.people import ADA, BO, PersonShape
from api.schedules import schedules
from api.schema import shown
from api.shapes import Answer, NoParameters, Shape
from api.versions import tagged, unless_stale
from oncall.access.permissions import MayChangeSchedules
from rotations.models import Override, OverrideKind, Rotation, Schedule
from rotations.services.overrides import add_override, end_override

BODY = {
    "kind": "replace",
    "replaces": 7,
    "person": 9,
    "rotation": None,
    "start": "2026-11-20T12:00:00Z",
    "end": "2026-11-20T16:00:00Z",
    "reason": "dentist",
}
DENTIST = {"id": 12, "schedule": "payments-primary"} | BODY | {"replaces": ADA, "person": BO}


@shown(body=BODY)
class OverrideBody(Shape):
    """``replace`` without ``replaces`` replaces everyone; ``silence`` plans for nobody."""

    id = serializers.IntegerField(read_only=True)
    schedule = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(OverrideKind.choices)
    replaces = PersonField(required=False, allow_null=True)
    person = PersonField(required=False, allow_null=True)
    rotation = RowField(Rotation.objects.all(), required=False, allow_null=True)
    start = InstantField()
    end = InstantField()
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


@shown(DENTIST)
class OverrideShape(Answer):
    """A change of who is on call within ``[start, end)``; the latest has the last word."""

    id = serializers.IntegerField()
    schedule = serializers.CharField(source="schedule.slug")
    kind = serializers.ChoiceField(OverrideKind.choices)
    replaces = PersonShape(allow_null=True)
    person = PersonShape(allow_null=True)
    rotation = serializers.IntegerField(source="rotation_id", allow_null=True)
    start = InstantField()
    end = InstantField()
    reason = serializers.CharField()


def _overrides() -> "QuerySet[Override]":
    return Override.objects.select_related("schedule", "person", "replaces")


class Overrides(Endpoint):
    """The overrides of one schedule."""

    permission_classes = (MayChangeSchedules,)

    @extend_schema(parameters=[PageParameters], responses=listing(OverrideShape, DENTIST))
    def get(self, request: Request, slug: str) -> Response:
        """List the overrides of a schedule, past ones too, the latest start first."""
        PageParameters.given(request)
        rows = _overrides().filter(schedule=get_object_or_404(schedules(), slug=slug)).order_by("-start", "-id")
        return page(request, rows, render=OverrideShape.each)

    @extend_schema(request=OverrideBody, responses={201: OverrideShape})
    def post(self, request: Request, slug: str) -> Response:
        """Change who is on call in a span. Managers for anybody; members put themselves on, or give their place."""
        schedule = get_object_or_404(schedules(), slug=slug)
        override = add_override(schedule, **OverrideBody.read(request), by=self.by, now=self.now)
        location = f"/api/v1/overrides/{override.pk}/"
        return tagged(request, OverrideShape.of(override), status=201, location=location)


class OneOverride(Endpoint):
    """One override."""

    permission_classes = (MayChangeSchedules,)

    @extend_schema(responses=OverrideShape)
    def get(self, request: Request, number: int) -> Response:
        """Return one override."""
        NoParameters.given(request)
        return tagged(request, self._content(number))

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, number: int) -> Response:
        """End a running override now, or take back one that has not begun. What happened stays."""
        override = get_object_or_404(_overrides(), pk=number)
        root = Schedule.objects.filter(pk=override.schedule_id)
        with unless_stale(request, root=root, current=lambda: self._content(number)):
            end_override(override, by=self.by, now=self.now)
        return Response(status=204)

    def _content(self, number: int) -> object:
        return OverrideShape.of(get_object_or_404(_overrides(), pk=number))
