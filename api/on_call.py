"""Who is on call? The question that scripts ask most, so it is answered in few queries and without serializers."""

from typing import Any, get_args

from django.db.models import Q
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.at_hand import AtHand
from api.fields import InstantField, PersonField, fault
from api.people import ADA, BO, PersonShape
from api.rendering import JSONRenderer, LinesRenderer, person_json
from api.schedules import schedules
from api.schema import shown
from api.shapes import Answer, AtParameters, FlagField
from rotations import queries
from rotations.engine.effects import FindingKind
from rotations.engine.terms import Source
from rotations.models import Person, Schedule, Team
from rotations.queries import OnCall

NOW_ON_CALL = {
    "schedule": "payments-primary",
    "name": "Payments primary",
    "people": [
        {
            "person": ADA,
            "since": "2026-11-16T09:00:00Z",
            "until": "2026-11-23T09:00:00Z",
            "source": {"kind": "rotation", "rotation": 3, "ordinal": 41, "layer": 1},
            "also": [],
        }
    ],
    "shadows": [],
    "silence": False,
    "next": {"at": "2026-11-23T09:00:00Z", "people": [BO]},
}

KINDS = [*get_args(FindingKind), "recorded"]
EXPLANATION = [
    {"kind": "rotation", "text": "Primary, layer 1: in force.", "rotation": 3, "layer": 1},
    {
        "kind": "turn",
        "text": "Turn 41, 2026-11-16T09:00:00Z to 2026-11-23T09:00:00Z: Ada Okafor.",
        "rotation": 3,
        "layer": 1,
        "ordinal": 41,
        "person": 7,
    },
    {"kind": "layer", "text": "Layer 1: Ada Okafor; the highest with anybody, it answers.", "layer": 1},
    {"kind": "answer", "text": "On call: Ada Okafor.", "person": 7},
]


class SourceShape(Answer):
    """Why somebody is on call: the turn they serve, and the last override or swap that put them there."""

    kind = serializers.ChoiceField(["rotation", "override", "swap", "absence_cover"])
    rotation = serializers.IntegerField(allow_null=True)
    ordinal = serializers.IntegerField(allow_null=True, help_text="Which turn of the rotation.")
    layer = serializers.IntegerField(allow_null=True)
    override = serializers.IntegerField(required=False)
    swap = serializers.IntegerField(required=False)


class OnCallPersonShape(Answer):
    """Somebody on call, for a shift that runs from ``since`` to ``until``."""

    person = PersonShape()
    since = InstantField()
    until = InstantField()
    source = SourceShape()  # type: ignore[assignment]
    also = SourceShape(many=True, help_text="Other reasons that would do as well.")


class NextOnCallShape(Answer):
    """When others are on call, and who."""

    at = InstantField()
    people = PersonShape(many=True)


@shown(NOW_ON_CALL)
class ScheduleOnCallShape(Answer):
    """Who is on call in one schedule; in a gap nobody, and with ``silence`` that is planned."""

    schedule = serializers.CharField()
    name = serializers.CharField()
    people = OnCallPersonShape(many=True)
    shadows = PersonShape(many=True)
    silence = serializers.BooleanField()
    next = NextOnCallShape(allow_null=True)


@shown({"at": "2026-11-20T03:14:00Z", "results": [NOW_ON_CALL]})
class OnCallShape(Answer):
    """Who is on call at one moment, one entry for each schedule."""

    at = InstantField()
    results = ScheduleOnCallShape(many=True)


class ReasonShape(Answer):
    """One thing that was considered, and what it did or why it did nothing; moments in ``text`` are in UTC."""

    kind = serializers.ChoiceField(KINDS)
    text = serializers.CharField()
    rotation = serializers.IntegerField(required=False)
    layer = serializers.IntegerField(required=False)
    ordinal = serializers.IntegerField(required=False)
    person = serializers.IntegerField(required=False)
    absence = serializers.IntegerField(required=False)
    override = serializers.IntegerField(required=False)
    swap = serializers.IntegerField(required=False)


@shown({"at": "2026-11-20T03:14:00Z", **NOW_ON_CALL, "explanation": EXPLANATION})
class OneOnCallShape(ScheduleOnCallShape):
    """Who is on call in one schedule at one moment."""

    at = InstantField()
    explanation = ReasonShape(many=True, required=False, help_text="Only with `explain`.")


class ExplainParameters(AtParameters):
    """When, and whether to say why."""

    explain = FlagField(required=False, help_text="Tell everything that was considered, and what each did.")


class OnCallParameters(AtParameters):
    """Which schedules, and when."""

    schedule = serializers.ListField(child=serializers.CharField(), required=False, help_text="Slugs; may be repeated.")
    team = serializers.CharField(required=False, help_text="The slug of a team: its schedules.")
    person = PersonField(required=False, help_text="Only where this person is on call.")


def source_json(source: Source) -> dict[str, Any]:
    """Return why somebody is on call."""
    shown = {"kind": source.kind, "rotation": source.rotation, "ordinal": source.ordinal, "layer": source.layer}
    if source.override is not None:
        shown["override"] = source.override
    if source.swap is not None:
        shown["swap"] = source.swap
    return shown


def on_call_json(entry: OnCall) -> dict[str, Any]:
    """Return the answer of one schedule."""
    following = entry.next
    return {
        "schedule": entry.schedule.slug,
        "name": entry.schedule.name,
        "people": [
            {
                "person": person_json(one.person),
                "since": one.since,
                "until": one.until,
                "source": source_json(one.source),
                "also": [source_json(source) for source in one.also],
            }
            for one in entry.people
        ],
        "shadows": [person_json(shadow) for shadow in entry.shadows],
        "silence": entry.silence,
        "next": following and {"at": following.at, "people": [person_json(person) for person in following.people]},
    }


class EveryOnCall(AtHand):
    """Who is on call, in all schedules or some."""

    renderer_classes = (JSONRenderer, LinesRenderer)

    @extend_schema(
        parameters=[OnCallParameters],
        responses={(200, "application/json"): OnCallShape, (200, "text/plain"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> Response:
        """Return who is on call at a moment, by default now; with `format=text`, lines of slug and e-mail."""
        values = OnCallParameters.given(request)
        at = values.get("at", self.now)
        entries = queries.on_call(_chosen(values), at=at)
        self.holds_until = min((entry.valid_until for entry in entries), default=None)
        if person := values.get("person"):
            entries = [entry for entry in entries if _is_on(entry, person)]
        if request.accepted_renderer.format == LinesRenderer.format:
            return Response([(entry.schedule.slug, one.person.email) for entry in entries for one in entry.people])
        return Response({"at": at, "results": [on_call_json(entry) for entry in entries]})


class ScheduleOnCall(AtHand):
    """Who is on call in one schedule."""

    @extend_schema(parameters=[ExplainParameters], responses=OneOnCallShape)
    def get(self, request: Request, slug: str) -> Response:
        """Return who is on call in one schedule at a moment, now if none is given; with `explain`, also why."""
        values = ExplainParameters.given(request)
        at = values.get("at", self.now)
        schedule = get_object_or_404(schedules(), slug=slug)
        (entry,) = queries.on_call([schedule], at=at)
        self.holds_until = entry.valid_until
        answer = {"at": at} | on_call_json(entry)
        if values.get("explain"):
            reasons = queries.explain(schedule, at=at)
            answer["explanation"] = [{"kind": each.kind, "text": each.text, **each.ids} for each in reasons]
        return Response(answer)


def _is_on(entry: OnCall, person: Person) -> bool:
    return any(one.person == person for one in entry.people)


def _chosen(values: dict[str, Any]) -> list[Schedule]:
    """Return the schedules that are asked for; a name that is none is refused, not passed over in silence."""
    # Of fifty schedules, reading the columns that are not shown would cost more than the answer.
    rows = Schedule.objects.filter(archived_at=None).only("slug", "name")
    slugs, team = set(values.get("schedule", ())), values.get("team")
    found = list(rows.filter(*([Q(slug__in=slugs)] if slugs else []), *([Q(team__slug=team)] if team else [])))
    # Asked only where something is missing: the usual answer is one query.
    missing = slugs - {schedule.slug for schedule in found}
    if unknown := missing and missing - set(rows.filter(slug__in=missing).values_list("slug", flat=True)):
        raise fault("unknown_schedule", f"There is no schedule {min(unknown)}.", at="schedule")
    if team and not found and not Team.objects.filter(slug=team).exists():
        raise fault("unknown_team", f"There is no team {team}.", at="team")
    return found
