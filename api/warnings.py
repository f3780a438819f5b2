"""What will go wrong in a schedule?"""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.fields import InstantField
from api.lists import listing, whole
from api.people import BO, PersonShape
from api.schedules import schedules
from api.shapes import Answer, NoParameters
from rotations.models import WarningKind
from rotations.queries.warnings import open_warnings

LOST_TURN = {
    "kind": "deactivated",
    "start": "2026-11-23T09:00:00Z",
    "end": "2026-11-30T09:00:00Z",
    "person": BO,
    "swap": None,
    "text": "It is the turn of Bo Lind, who was deactivated",
    "raised_at": "2026-11-20T03:14:00Z",
}


class WarningShape(Answer):
    """Trouble that is foreseen within ``[start, end)``, and since when it has been known."""

    kind = serializers.ChoiceField(WarningKind.choices)
    start = InstantField()
    end = InstantField(help_text="Nobody looked further than 30 days ahead.")
    person = PersonShape(allow_null=True)
    swap = serializers.IntegerField(source="swap_id", allow_null=True)
    text = serializers.CharField()
    raised_at = InstantField()


class Warnings(Endpoint):
    """The warnings of one schedule."""

    @extend_schema(responses=listing(WarningShape, LOST_TURN))
    def get(self, request: Request, slug: str) -> Response:
        """List what is foreseen to go wrong within 30 days, in order of start.

        It is looked at within five minutes of every change, and every six hours.
        """
        NoParameters.given(request)
        schedule = get_object_or_404(schedules(), slug=slug)
        return whole(WarningShape.each(open_warnings([schedule], now=self.now)[schedule.pk]))
