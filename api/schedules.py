"""What schedules are there? Their rotations and overrides have files of their own."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.fields import InstantField, NamedField, ZoneField, fault
from api.lists import listing, whole
from api.schema import shown
from api.shapes import NoParameters, Shape
from api.versions import tagged, unless_stale
from oncall.access.permissions import MayChangeSchedules
from rotations.models import LONGEST_REST, AbsencePolicy, Schedule, Team
from rotations.services.schedules import add_schedule, archive_schedule, edit_schedule

PRIMARY = {
    "slug": "payments-primary",
    "name": "Payments primary",
    "team": "payments",
    "zone": "Europe/Berlin",
    "absence_policy": "flag",
    "least_rest_hours": 11,
    "revision": 12,
    "changed_at": "2026-11-16T08:12:44Z",
}


MOST_HOURS = LONGEST_REST / timedelta(hours=1)


@extend_schema_field({"type": "number", "exclusiveMinimum": 0, "maximum": MOST_HOURS})
class HoursField(serializers.Field[timedelta, Any, float, Any]):
    """A length of time in hours, as a decimal."""

    def to_internal_value(self, data: Any) -> timedelta:
        if isinstance(data, bool) or not isinstance(data, int | float) or not 0 < data <= MOST_HOURS:
            raise fault("invalid", f"Write a number of hours, more than 0 and at most {MOST_HOURS:g}.")
        return timedelta(hours=data)

    def to_representation(self, value: timedelta) -> float:
        return value / timedelta(hours=1)


@shown(PRIMARY, body={"slug": "payments-primary", "name": "Payments primary", "team": "payments"})
class ScheduleShape(Shape):
    """One answer to "who is on call". ``revision`` rises with every change that can change an answer."""

    slug = serializers.SlugField(max_length=50)
    name = serializers.CharField(max_length=200)
    team = NamedField(Team.objects.all())
    zone = ZoneField(required=False)
    absence_policy = serializers.ChoiceField(AbsencePolicy.choices, required=False)
    least_rest_hours = HoursField(
        source="least_rest",
        required=False,
        allow_null=True,
        help_text="Shorter rests are reported; null checks nothing.",
    )
    revision = serializers.IntegerField(read_only=True)
    changed_at = InstantField(read_only=True)


def schedules() -> "QuerySet[Schedule]":
    """Return the schedules that answer; archived ones do not."""
    return Schedule.objects.filter(archived_at=None).select_related("team")


class Schedules(Endpoint):
    """All schedules that are not archived."""

    permission_classes = (MayChangeSchedules,)

    @extend_schema(responses=listing(ScheduleShape, PRIMARY))
    def get(self, request: Request) -> Response:
        """List all schedules, by name."""
        NoParameters.given(request)
        return whole(ScheduleShape.each(schedules()))

    @extend_schema(request=ScheduleShape, responses={201: ScheduleShape})
    def post(self, request: Request) -> Response:
        """Add a schedule; until it has rotations it is one long gap. For managers of the team."""
        schedule = add_schedule(**ScheduleShape.read(request), by=self.by, now=self.now)
        return tagged(request, ScheduleShape.of(schedule), status=201, location=f"{request.path}{schedule.slug}/")


class OneSchedule(Endpoint):
    """One schedule."""

    permission_classes = (MayChangeSchedules,)

    @extend_schema(responses=ScheduleShape)
    def get(self, request: Request, slug: str) -> Response:
        """Return one schedule."""
        NoParameters.given(request)
        return tagged(request, self._content(slug))

    @extend_schema(request=ScheduleShape, responses=ScheduleShape)
    def patch(self, request: Request, slug: str) -> Response:
        """Change some of a schedule's fields. For managers of the team."""
        schedule = get_object_or_404(schedules(), slug=slug)
        fields = ScheduleShape.read(request, partial=True)
        with unless_stale(request, root=Schedule.objects.filter(pk=schedule.pk), current=lambda: self._content(slug)):
            schedule = edit_schedule(schedule, **fields, by=self.by, now=self.now)
        return tagged(request, ScheduleShape.of(schedule))

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        """Archive a schedule: from now on nobody is on call in it. What happened stays. For managers of the team."""
        schedule = get_object_or_404(schedules(), slug=slug)
        with unless_stale(request, root=Schedule.objects.filter(pk=schedule.pk), current=lambda: self._content(slug)):
            archive_schedule(schedule, by=self.by, now=self.now)
        return Response(status=204)

    def _content(self, slug: str) -> object:
        return ScheduleShape.of(get_object_or_404(schedules(), slug=slug))
