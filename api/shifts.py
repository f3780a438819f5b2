"""Who works when, and when nobody? Up to thousands of rows, so answered without serializers."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.fields import InstantField, PersonField
from api.on_call import SourceShape, source_json
from api.people import ADA, PersonShape
from api.rendering import person_json
from api.schedules import schedules
from api.schema import shown
from api.shapes import Answer, FlagField, WindowParameters
from rotations import queries
from rotations.engine.intervals import Interval
from rotations.queries import ShiftList
from rotations.queries.conflicts import conflicts_in

WINDOW = {"schedule": "payments-primary", "from": "2026-11-16T00:00:00Z", "until": "2026-11-30T00:00:00Z"}
GAP = {"start": "2026-11-29T18:00:00Z", "end": "2026-11-30T00:00:00Z"}
AWAY = {"start": "2026-11-18T00:00:00Z", "end": "2026-11-19T00:00:00Z"}
SHIFT = {
    "person": ADA,
    "start": "2026-11-16T09:00:00Z",
    "end": "2026-11-23T09:00:00Z",
    "source": {"kind": "rotation", "rotation": 3, "ordinal": 41, "layer": 1},
    "uid": "1c8a6b0e-6a4f-5d0c-9a57-2f1f8f0b7c11",
    "recorded": False,
}


class SpanShape(Answer):
    """A span of time, half-open."""

    start = InstantField()
    end = InstantField()


class SilenceShape(SpanShape):
    """A span in which nobody is on call, as planned by an override."""

    override = serializers.IntegerField()


class ShiftShape(SpanShape):
    """What somebody works. ``uid`` names it for good; ``recorded`` tells what happened from what is computed."""

    person = PersonShape()
    source = SourceShape()  # type: ignore[assignment]
    uid = serializers.CharField()
    recorded = serializers.BooleanField()


class WindowAnswer(Answer):
    """What was asked for."""

    schedule = serializers.CharField()
    until = InstantField()

    def get_fields(self) -> dict[str, Any]:
        # ``from`` is a keyword of Python, so it cannot be declared as the others are.
        return {"from": InstantField(), **super().get_fields()}


@shown(
    {
        **WINDOW,
        "recorded_until": "2026-11-16T00:00:00Z",
        "shifts": [SHIFT],
        "gaps": [GAP],
        "silence": [{**GAP, "override": 12}],
    }
)
class ShiftsShape(WindowAnswer):
    """Who works within a window; with gaps and silence the shifts fill it."""

    recorded_until = InstantField(allow_null=True, help_text="Up to here shifts are recorded, not computed.")
    shifts = ShiftShape(many=True)
    gaps = SpanShape(many=True)
    silence = SilenceShape(many=True)


@shown({**WINDOW, "gaps": [GAP]})
class GapsShape(WindowAnswer):
    """When nobody is on call within a window, and no silence is planned."""

    gaps = SpanShape(many=True)


class ConflictShape(SpanShape):
    """A part of a shift in which its person is away. A swap is asked for by `source.rotation` and `source.ordinal`."""

    person = PersonShape()
    source = SourceShape()  # type: ignore[assignment]
    swap = serializers.IntegerField(allow_null=True, help_text="One that was asked for, and waits for an answer.")


@shown({**WINDOW, "conflicts": [{"person": ADA, **AWAY, "source": SHIFT["source"], "swap": None}]})
class ConflictsShape(WindowAnswer):
    """When somebody is on call within a window although they are away."""

    conflicts = ConflictShape(many=True)


class ShiftsParameters(WindowParameters):
    """Which shifts, and how."""

    person = PersonField(required=False, help_text="Only this person's shifts.")
    clip = FlagField(required=False, help_text="Cut shifts to the window; so it is where it is not given.")
    merge = FlagField(required=False, help_text="Join adjacent shifts of one person.")


def _window_json(slug: str, window: Interval) -> dict[str, Any]:
    return {"schedule": slug, "from": window.start, "until": window.end}


def _shifts_json(found: ShiftList) -> dict[str, Any]:
    people = {shift.person.pk: person_json(shift.person) for shift in found.shifts}
    return {
        **_window_json(found.schedule.slug, found.window),
        "recorded_until": found.recorded_until,
        "shifts": [
            {
                "person": people[shift.person.pk],
                "start": shift.start,
                "end": shift.end,
                "source": source_json(shift.source),
                "uid": shift.uid,
                "recorded": shift.recorded,
            }
            for shift in found.shifts
        ],
        "gaps": spans_json(found.gaps),
        "silence": [{"start": each.start, "end": each.end, "override": each.override} for each in found.silence],
    }


def spans_json(spans: tuple[Interval, ...]) -> list[dict[str, Any]]:
    """Return spans of time as answers show them."""
    return [{"start": span.start, "end": span.end} for span in spans]


class Shifts(Endpoint):
    """The shifts of one schedule."""

    @extend_schema(parameters=[ShiftsParameters], responses=ShiftsShape)
    def get(self, request: Request, slug: str) -> Response:
        """Return who works between two moments, at most 400 days apart."""
        values = ShiftsParameters.given(request)
        return Response(_shifts_json(queries.shifts_of(get_object_or_404(schedules(), slug=slug), **values)))


class Gaps(Endpoint):
    """The gaps of one schedule."""

    @extend_schema(parameters=[WindowParameters], responses=GapsShape)
    def get(self, request: Request, slug: str) -> Response:
        """Return when nobody is on call between two moments, at most 400 days apart."""
        window = WindowParameters.given(request)["window"]
        found = queries.gaps(get_object_or_404(schedules(), slug=slug), window=window)
        return Response({**_window_json(slug, window), "gaps": spans_json(found)})


class Conflicts(Endpoint):
    """The conflicts of one schedule."""

    @extend_schema(parameters=[WindowParameters], responses=ConflictsShape)
    def get(self, request: Request, slug: str) -> Response:
        """Return who is on call although they are away, between two moments at most 400 days apart."""
        window = WindowParameters.given(request)["window"]
        found = conflicts_in(get_object_or_404(schedules(), slug=slug), window=window)
        conflicts = [
            {
                "person": person_json(each.shift.person),
                "start": each.span.start,
                "end": each.span.end,
                "source": source_json(each.shift.source),
                "swap": each.swap.pk if each.swap else None,
            }
            for each in found
        ]
        return Response({**_window_json(slug, window), "conflicts": conflicts})
