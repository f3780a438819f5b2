"""What do people do to an incident as a whole? Acknowledge, mitigate, resolve and reopen it; join, pause, leave."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.fields import PersonField, RowField
from api.incidents import IncidentShape, incident_json
from api.schema import shown
from api.shapes import Shape
from api.versions import tagged
from oncall.access.permissions import MayActOnIncidents
from oncall.incidents.models import Incident, ParticipantKind, ParticipantStatus
from oncall.incidents.queries import incident_numbered
from oncall.incidents.services.lifecycle import acknowledge, mitigate, reopen, resolve
from oncall.incidents.services.merging import merge
from oncall.incidents.services.participants import change_status, join, leave


class NoBody(Shape):
    """Nothing; what is sent all the same is refused."""


class ActingBody(Shape):
    """Who acts: a service token names them; people act for themselves."""

    person = PersonField(required=False, allow_null=True, help_text="Needed with a service token.")


@shown(body={"person": 7})
class AcknowledgeBody(Shape):
    """Who saw it; a service token may leave it open, people speak for themselves."""

    person = PersonField(required=False, allow_null=True)


@shown(body={"person": 7, "status": "on_break"})
class StatusBody(ActingBody):
    """Whether one is working on it."""

    status = serializers.ChoiceField(ParticipantStatus.choices)


@shown(body={"person": 7, "kind": "responder", "accept": True})
class JoinBody(ActingBody):
    """How to take part; ``accept`` accepts what one is offered, too."""

    kind = serializers.ChoiceField(ParticipantKind.choices, required=False)
    accept = serializers.BooleanField(required=False)


@shown(body={"person": 7, "vacate": True, "reason": "boarding a plane"})
class LeaveBody(ActingBody):
    """A required role is left only with ``vacate`` and a ``reason``."""

    vacate = serializers.BooleanField(required=False)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


class Step(Endpoint):
    """One step; the answer is the incident as it stands after it."""

    permission_classes = (MayActOnIncidents,)

    def answer(self, number: int) -> Response:
        """Return the incident as it stands now."""
        return tagged(self.request, incident_json(number))


class Acknowledge(Step):
    """Somebody is looking at it."""

    @extend_schema(request=AcknowledgeBody, responses=IncidentShape)
    def post(self, request: Request, number: int) -> Response:
        """Note that somebody is looking at it and, of whoever takes part, when they saw it. Twice is harmless."""
        incident, named = incident_numbered(number), AcknowledgeBody.read(request).get("person")
        # A system that pages may say that it was seen without knowing by whom.
        by = self.by if named is None else self.acting(named)[1]
        acknowledge(incident, by=by, now=self.now)
        return self.answer(number)


class Mitigate(Step):
    """It no longer hurts."""

    @extend_schema(request=None, responses=IncidentShape)
    def post(self, request: Request, number: int) -> Response:
        """Note that it no longer hurts. Twice is harmless."""
        NoBody.read(request)
        mitigate(incident_numbered(number), by=self.by, now=self.now)
        return self.answer(number)


class Resolve(Step):
    """It is over."""

    @extend_schema(request=None, responses=IncidentShape)
    def post(self, request: Request, number: int) -> Response:
        """End the incident; all roles end with it. Twice is harmless."""
        NoBody.read(request)
        resolve(incident_numbered(number), by=self.by, now=self.now)
        return self.answer(number)


class Reopen(Step):
    """It is back."""

    @extend_schema(request=None, responses=IncidentShape)
    def post(self, request: Request, number: int) -> Response:
        """Open a resolved incident again, in a new epoch; its roles are offered anew. Twice is harmless."""
        NoBody.read(request)
        reopen(incident_numbered(number), by=self.by, now=self.now)
        return self.answer(number)


@shown(body={"into": 41})
class MergeBody(Shape):
    """The number of the incident that goes on."""

    into = RowField(Incident.objects.all())


class Merge(Step):
    """Two are one."""

    @extend_schema(request=MergeBody, responses=IncidentShape)
    def post(self, request: Request, number: int) -> Response:
        """End this incident in another, which keeps its roles and takes over whoever takes part.

        What its source sends later lands there. It cannot be undone. Twice is harmless.
        """
        incident = incident_numbered(number)
        merge(incident, into=MergeBody.read(request)["into"], by=self.by, now=self.now)
        return self.answer(number)


class Join(Step):
    """Taking part."""

    @extend_schema(request=JoinBody, responses=IncidentShape)
    def post(self, request: Request, number: int) -> Response:
        """Take part; a responder is given a role that waits for whoever joins first. Twice is harmless."""
        incident, values = incident_numbered(number), JoinBody.read(request)
        person, by = self.acting(values.pop("person", None))
        join(incident, person=person, **values, by=by, now=self.now)
        return self.answer(number)


class Leave(Step):
    """Taking part no longer."""

    @extend_schema(request=LeaveBody, responses=IncidentShape)
    def post(self, request: Request, number: int) -> Response:
        """Stop taking part; what was only offered counts as declined. Twice is harmless."""
        incident, values = incident_numbered(number), LeaveBody.read(request)
        person, by = self.acting(values.pop("person", None))
        leave(incident, person=person, **values, by=by, now=self.now)
        return self.answer(number)


class Status(Step):
    """Being at it, or not just now."""

    @extend_schema(request=StatusBody, responses=IncidentShape)
    def post(self, request: Request, number: int) -> Response:
        """Say whether one is engaged, on a break or away, so that whoever leads sees who is working.

        Twice is harmless. Accepting or taking a role is being back.
        """
        incident, values = incident_numbered(number), StatusBody.read(request)
        person, by = self.acting(values.pop("person", None))
        change_status(incident, person=person, **values, by=by, now=self.now)
        return self.answer(number)
