"""What is broken, who works on it, and who holds which role?"""

import hashlib
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.fields import InstantField, NamedField
from api.lists import PageParameters, listing, page
from api.people import ADA, PersonShape
from api.schema import shown
from api.shapes import Answer, NoParameters, Shape
from api.versions import tagged, unless_stale
from oncall.access.permissions import MayActOnIncidents
from oncall.incidents import queries
from oncall.incidents.models import (
    MILDEST_SEVERITY,
    WORST_SEVERITY,
    Incident,
    ParticipantKind,
    ParticipantStatus,
    Service,
    State,
    Status,
)
from oncall.incidents.queries import IncidentView
from oncall.incidents.services.lifecycle import edit
from oncall.incidents.services.triggering import declare_once, trigger

BODY = {
    "title": "Checkout 5xx",
    "severity": 2,
    "service": "checkout",
    "source": "pager",
    "dedup_key": "checkout-5xx",
    "is_drill": False,
    "occurred_at": "2026-11-20T03:13:10Z",
}
SEATS: dict[str, Any] = {
    "roles": [
        {
            "role": "lead",
            "seat": 1,
            "assignment": 108,
            "holder": ADA,
            "state": "offered",
            "since": "2026-11-20T03:14:00Z",
            "accept_by": "2026-11-20T03:19:00Z",
            "because": "on call in payments-primary until 2026-11-23T09:00:00Z",
        }
    ],
    "vacancies": [{"role": "scribe", "seat": 1, "because": "no_one_on_call"}],
}
CHECKOUT = {
    "number": 42,
    "title": "Checkout 5xx",
    "severity": 2,
    "status": "declared",
    "epoch": 1,
    "is_drill": False,
    "service": "checkout",
    "source": "pager",
    "dedup_key": "checkout-5xx",
    "declared_at": "2026-11-20T03:14:00Z",
    "acknowledged_at": None,
    "mitigated_at": None,
    "resolved_at": None,
    "merged_into": None,
    "url": "https://oncall.example.test/incidents/42/",
    **SEATS,
    "participants": [
        {
            "person": ADA,
            "kind": "responder",
            "joined_at": None,
            "left_at": None,
            "status": None,
            "status_since": None,
            "acknowledged_at": None,
            "asked_at": None,
            "asked_because": "",
        }
    ],
}
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Stands for a `dedup_key` where the body has none: the same key of the same caller attaches to the "
    "incident it declared, as long as that is open.",
)


class SeverityField(serializers.IntegerField):
    """1 is worst, 5 mildest."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=WORST_SEVERITY, max_value=MILDEST_SEVERITY, **options)


class SeatShape(Answer):
    """A seat of a role that somebody holds."""

    role = serializers.CharField(source="role_slug")
    seat = serializers.IntegerField()
    assignment = serializers.IntegerField(source="assignment_id")
    holder = PersonShape()
    state = serializers.ChoiceField([State.OFFERED, State.ACCEPTED, State.ACTING])
    since = InstantField()
    accept_by = InstantField(allow_null=True)
    because = serializers.CharField()


class VacancyShape(Answer):
    """A required seat that nobody holds."""

    role = serializers.CharField(source="role_slug")
    seat = serializers.IntegerField()
    because = serializers.CharField()


class ParticipantShape(Answer):
    """Somebody who takes part, or is asked to; ``joined_at`` is null until they do, ``status`` while they are not here.

    ``asked_at`` and ``asked_because`` say that they are asked to help, and have not answered.
    """

    person = PersonShape()
    kind = serializers.ChoiceField(ParticipantKind.choices)
    joined_at = InstantField(allow_null=True)
    left_at = InstantField(allow_null=True)
    status = serializers.ChoiceField(ParticipantStatus.choices, allow_null=True)
    status_since = InstantField(allow_null=True)
    acknowledged_at = InstantField(allow_null=True, help_text="When they noted that they saw it, in this epoch.")
    asked_at = InstantField(allow_null=True)
    asked_because = serializers.CharField()


@shown(CHECKOUT)
class IncidentShape(Answer):
    """An incident as it stands."""

    number = serializers.IntegerField(source="incident.number")
    title = serializers.CharField(source="incident.title")
    severity = serializers.IntegerField(source="incident.severity", min_value=1, max_value=5)
    status = serializers.ChoiceField(Status.choices, source="incident.status")
    epoch = serializers.IntegerField(source="incident.epoch", help_text="Counts reopenings, from 1.")
    is_drill = serializers.BooleanField(source="incident.is_drill")
    service = serializers.CharField(source="incident.service.slug")
    source = serializers.CharField(source="incident.source")  # type: ignore[assignment]
    dedup_key = serializers.CharField(source="incident.dedup_key")
    declared_at = InstantField(source="incident.declared_at")
    acknowledged_at = InstantField(source="incident.acknowledged_at", allow_null=True)
    mitigated_at = InstantField(source="incident.mitigated_at", allow_null=True)
    resolved_at = InstantField(source="incident.resolved_at", allow_null=True)
    merged_into = serializers.IntegerField(
        source="incident.merged_into_id", allow_null=True, help_text="The number of the incident in which it ended."
    )
    url = serializers.SerializerMethodField()
    roles = SeatShape(many=True)
    vacancies = VacancyShape(many=True)
    participants = ParticipantShape(many=True)

    def get_url(self, view: IncidentView) -> str:
        """Return where people look at it."""
        return f"{settings.PUBLIC_URL}/incidents/{view.incident.number}/"


@shown(body=BODY)
class DeclarationBody(Shape):
    """What is broken. While an incident of this ``source`` and ``dedup_key`` is open, the call attaches to it."""

    title = serializers.CharField(max_length=300)
    severity = SeverityField(required=False, help_text="1 is worst; 3, where it is not given.")
    service = NamedField(Service.objects.all(), required=False, help_text="The default one, where it is not given.")
    source = serializers.CharField(max_length=100, required=False, allow_blank=True)  # type: ignore[assignment]
    dedup_key = serializers.CharField(max_length=255, required=False, allow_blank=True)
    is_drill = serializers.BooleanField(required=False)
    occurred_at = InstantField(required=False, allow_null=True)


@shown(body={"title": "Checkout answers 5xx for all cards", "severity": 1})
class IncidentEdit(Shape):
    """What people correct while an incident runs."""

    title = serializers.CharField(max_length=300, required=False)
    severity = SeverityField(required=False)


class IncidentParameters(PageParameters):
    """Which incidents."""

    status = serializers.ListField(
        child=serializers.ChoiceField(Status.choices), required=False, help_text="May be repeated."
    )
    service = NamedField(Service.objects.all(), required=False)


def incident_json(number: int) -> dict[str, Any]:
    """Return an incident as it stands.

    Raises:
        NotThere: no incident has this number.
    """
    return IncidentShape.of(queries.incident_view(number))


class Incidents(Endpoint):
    """All incidents, and declaring one."""

    permission_classes = (MayActOnIncidents,)

    @extend_schema(parameters=[IncidentParameters], responses=listing(IncidentShape, CHECKOUT))
    def get(self, request: Request) -> Response:
        """List incidents, the latest first."""
        rows = _chosen(IncidentParameters.given(request))
        return page(request, rows, render=lambda found: IncidentShape.each(queries.incident_views(found)))

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY],
        request=DeclarationBody,
        responses={201: IncidentShape, 200: IncidentShape},
    )
    def post(self, request: Request) -> Response:
        """Declare an incident and fill every role that somebody can be found for; 200 where it attached to one.

        It attaches to the open incident of its `source` and `dedup_key`. Of one that was resolved: what `occurred_at`
        says was broken before attaches as still firing, what broke later reopens it within a day, and after that
        declares a new one. The same `Idempotency-Key` without a `dedup_key` is the same incident for good.
        """
        values = DeclarationBody.read(request)
        key = request.headers.get("Idempotency-Key")
        if key and not values.get("dedup_key"):
            private = _private_key(request, key)
            declared = declare_once(**values | {"dedup_key": private}, by=self.by, now=self.now)
        else:
            declared = trigger(**values, by=self.by, now=self.now)
        content = IncidentShape.of(declared.view or queries.incident_views([declared.incident])[0])
        status, location = (201, f"{request.path}{content['number']}/") if declared.created else (200, "")
        return tagged(request, content, status=status, location=location)


class OneIncident(Endpoint):
    """One incident."""

    permission_classes = (MayActOnIncidents,)

    @extend_schema(responses=IncidentShape)
    def get(self, request: Request, number: int) -> Response:
        """Return one incident as it stands."""
        NoParameters.given(request)
        return tagged(request, incident_json(number))

    @extend_schema(request=IncidentEdit, responses=IncidentShape)
    def patch(self, request: Request, number: int) -> Response:
        """Change the title or the severity; a worse severity asks for the roles it newly needs, and removes nobody."""
        fields = IncidentEdit.read(request, partial=True)
        incident = queries.incident_numbered(number)
        root = Incident.objects.filter(pk=number)
        with unless_stale(request, root=root, current=lambda: incident_json(number)):
            edit(incident, **fields, by=self.by, now=self.now)
        return tagged(request, incident_json(number))


def _chosen(values: dict[str, Any]) -> "QuerySet[Incident]":
    rows = queries.incidents()
    if statuses := values.get("status"):
        rows = rows.filter(status__in=statuses)
    if service := values.get("service"):
        rows = rows.filter(service=service)
    return rows


def _private_key(request: Request, key: str) -> str:
    """Return a dedup key that only this caller can mean by ``key``, and that fits whatever was sent."""
    who = f"token {request.auth.pk}" if request.auth else f"person {request.user.pk}"
    return f"idempotency-key:{hashlib.sha256(f'{who}:{key}'.encode()).hexdigest()[:32]}"
