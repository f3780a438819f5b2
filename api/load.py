"""How is the work of a schedule shared? As JSON, and as CSV for a spreadsheet."""

import csv
import io
from datetime import timedelta
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.fields import InstantField
from api.people import ADA, PersonShape
from api.rendering import JSONRenderer, person_json
from api.schedules import schedules
from api.schema import shown
from api.shapes import Answer, WindowParameters
from api.shifts import GAP, WINDOW, SilenceShape, SpanShape, WindowAnswer
from rotations.engine.load import NIGHT_BEGINS, NIGHT_ENDS
from rotations.queries.load import PersonLoad, ScheduleLoad, load_of

HOUR = timedelta(hours=1)
COLUMNS = ("person", "email", "zone", "country", "shifts", "hours", "night_hours", "weekend_hours", "holiday_hours")
# What a spreadsheet would take for a formula.
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n")

LOAD = {
    "person": ADA,
    "zone": "Europe/Berlin",
    "country": "DE",
    "holidays_known": True,
    "shifts": 3,
    "hours": 167.5,
    "night_hours": 56,
    "weekend_hours": 47.5,
    "holiday_hours": 24,
}
TABLE = OpenApiResponse(
    OpenApiTypes.STR,
    examples=[
        OpenApiExample(
            "Table",
            value=f"{','.join(COLUMNS)}\r\nAda Okafor,ada@example.test,Europe/Berlin,DE,3,167.5,56,47.5,24\r\n",
        )
    ],
)


class PersonLoadShape(Answer):
    """How much one person is on call, in hours as decimals: seconds by 3600, unrounded.

    Night, weekend and public holidays are read on a clock in the person's zone, through clock changes; one hour may be
    all three.
    """

    person = PersonShape()
    zone = serializers.CharField()
    country = serializers.CharField(help_text="ISO 3166, two letters; empty where nobody wrote it down.")
    holidays_known = serializers.BooleanField(
        help_text="False where the country's public holidays are not known: they count as 0 then."
    )
    shifts = serializers.IntegerField(help_text="Those that share an instant with the window.")
    hours = serializers.FloatField()
    night_hours = serializers.FloatField(help_text="From 22:00 to 06:00.")
    weekend_hours = serializers.FloatField(help_text="Saturdays and Sundays, from midnight to midnight.")
    holiday_hours = serializers.FloatField(help_text="Public holidays of the whole country, from midnight to midnight.")


class DoubleBookingShape(SpanShape):
    """Somebody is on call in another schedule, too."""

    person = PersonShape()
    schedule = serializers.CharField(help_text="The slug of the other one.")


class ShortRestShape(SpanShape):
    """Somebody rests shorter between two shifts than the schedule asks for. The rest is whole, not cut."""

    person = PersonShape()


@shown(
    {
        **WINDOW,
        "recorded_until": "2026-11-16T00:00:00Z",
        "night": {"start": "22:00", "end": "06:00"},
        "people": [LOAD],
        "gaps": [GAP],
        "silence": [{**GAP, "override": 12}],
        "double_bookings": [{"person": ADA, "schedule": "search-primary", **GAP}],
        "least_rest_hours": 11,
        "short_rests": [{"person": ADA, "start": "2026-11-17T22:00:00Z", "end": "2026-11-18T06:00:00Z"}],
    }
)
class LoadShape(WindowAnswer):
    """How the work within a window is shared, by person in order of their names, and where nobody does it."""

    recorded_until = InstantField(allow_null=True, help_text="Up to here shifts are recorded, not computed.")
    night = serializers.DictField(child=serializers.CharField(), help_text="What counts as night, by the clock.")
    people = PersonLoadShape(many=True)
    gaps = SpanShape(many=True)
    silence = SilenceShape(many=True)
    double_bookings = DoubleBookingShape(many=True)
    least_rest_hours = serializers.FloatField(allow_null=True, help_text="Of the schedule; null checks nothing.")
    short_rests = ShortRestShape(many=True)


class CSVRenderer(BaseRenderer):
    """A table for spreadsheets (RFC 4180): rows of texts and numbers, of which none is read as a formula."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:  # noqa: ARG002
        table = io.StringIO()
        csv.writer(table).writerows([_cell(value) for value in row] for row in data)
        return table.getvalue().encode()


class Load(Endpoint):
    """The load of one schedule."""

    renderer_classes = (JSONRenderer, CSVRenderer)

    @extend_schema(
        parameters=[WindowParameters],
        responses={(200, "application/json"): LoadShape, (200, "text/csv"): TABLE},
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return how much each person is on call between two moments, at most 400 days apart.

        With `format=csv` a table of the people alone; a text in it that a spreadsheet would take for a formula has an
        apostrophe in front.
        """
        window = WindowParameters.given(request)["window"]
        found = load_of(get_object_or_404(schedules(), slug=slug), window=window)
        if request.accepted_renderer.format == CSVRenderer.format:
            name = f"load-{slug}-{window.start:%Y-%m-%d}-{window.end:%Y-%m-%d}.csv"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return Response([COLUMNS, *map(_row, found.people)], headers=headers)
        return Response(_json(found))


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA_BEGINS):
        return f"'{value}"
    return value


def _row(of: PersonLoad) -> tuple[str | int, ...]:
    who, load = of.person, of.load
    hours = (f"{span / HOUR:.15g}" for span in (load.time, load.night, load.weekend, load.holiday))
    return who.name, who.email, str(who.zone), who.country, load.shifts, *hours


def _json(found: ScheduleLoad) -> dict[str, Any]:
    least = found.schedule.least_rest
    return {
        "schedule": found.schedule.slug,
        "from": found.window.start,
        "until": found.window.end,
        "recorded_until": found.recorded_until,
        "night": {"start": f"{NIGHT_BEGINS:%H:%M}", "end": f"{NIGHT_ENDS:%H:%M}"},
        "people": [_person_json(each) for each in found.people],
        "gaps": [{"start": gap.start, "end": gap.end} for gap in found.gaps],
        "silence": [{"start": each.start, "end": each.end, "override": each.override} for each in found.silence],
        "double_bookings": [
            {
                "person": person_json(each.person),
                "schedule": each.elsewhere.slug,
                "start": each.span.start,
                "end": each.span.end,
            }
            for each in found.double_bookings
        ],
        "least_rest_hours": None if least is None else least / HOUR,
        "short_rests": [
            {"person": person_json(each.person), "start": each.rest.start, "end": each.rest.end}
            for each in found.short_rests
        ],
    }


def _person_json(of: PersonLoad) -> dict[str, Any]:
    return {
        "person": person_json(of.person),
        "zone": str(of.person.zone),
        "country": of.person.country,
        "holidays_known": of.holidays_known,
        "shifts": of.load.shifts,
        "hours": of.load.time / HOUR,
        "night_hours": of.load.night / HOUR,
        "weekend_hours": of.load.weekend / HOUR,
        "holiday_hours": of.load.holiday / HOUR,
    }
