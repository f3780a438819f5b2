"""Who holds which role of an incident, who held it at 03:12, and why them?"""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.evidence import CONSIDERED, CandidateShape
from api.fields import InstantField, PersonField
from api.incident_steps import ActingBody, LeaveBody, Step
from api.incidents import SEATS, IncidentShape, SeatShape, VacancyShape
from api.people import ADA, BO, PersonShape
from api.schema import shown
from api.shapes import Answer, AtParameters, NoParameters, Shape
from oncall.incidents import queries
from oncall.incidents.queries import Explanation, incident_numbered, role_named
from oncall.incidents.services import roles

EXPLAINED: dict[str, Any] = {
    "role": "lead",
    "spans": [
        {
            "seat": 1,
            "epoch": 1,
            "person": ADA,
            "state": "offered",
            "since": "2026-11-20T03:14:00Z",
            "ended_at": None,
            "end_reason": "",
            "end_note": "",
            "because": "on call in payments-primary until 2026-11-23T09:00:00Z",
            "evidence": CONSIDERED,
            "words": "Ada Okafor: on call in payments-primary until 2026-11-23T09:00:00Z.",
        }
    ],
}


@shown({"at": "2026-11-20T03:14:00Z", **SEATS})
class SeatsShape(Answer):
    """Who held which role at one moment, and which required ones nobody held."""

    at = InstantField()
    roles = SeatShape(many=True)
    vacancies = VacancyShape(many=True)


class ExplanationShape(Answer):
    """Why somebody held a seat, or nobody, over ``[since, ended_at)``."""

    seat = serializers.IntegerField()
    epoch = serializers.IntegerField()
    person = PersonShape(allow_null=True)
    state = serializers.CharField(allow_null=True)
    since = InstantField()
    ended_at = InstantField(allow_null=True)
    end_reason = serializers.CharField()
    end_note = serializers.CharField()
    because = serializers.CharField()
    evidence = CandidateShape(many=True, help_text="Every candidate in order, and why each was passed over.")
    words = serializers.SerializerMethodField(help_text="The same for people.")

    def get_words(self, span: Explanation) -> str:
        """Say it in a sentence."""
        who = span.person.name if span.person else "Nobody"
        said = f"{who}: {span.because.replace('_', ' ')}."
        if not span.end_reason:
            return said
        note = f": {span.end_note}" if span.end_note else ""
        return f"{said} Ended as {span.end_reason.replace('_', ' ')}{note}."


@shown(EXPLAINED)
class ExplainedShape(Answer):
    """Every span of a role, in order of time."""

    role = serializers.CharField()
    spans = ExplanationShape(many=True)


@shown(body={"person": BO["id"]})
class AssignBody(Shape):
    """Whom to ask."""

    person = PersonField()


@shown(body={"person": 7})
class AcceptBody(ActingBody):
    """Who accepts."""


@shown(body={"person": 7, "reason": "on a train"})
class DeclineBody(ActingBody):
    """Who declines, and perhaps why."""

    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


@shown(body={"person": 7, "force": True, "reason": "Ada does not answer"})
class TakeBody(DeclineBody):
    """``force`` takes even an accepted role: for managers and administrators, with a reason."""

    force = serializers.BooleanField(required=False)


@shown(body={"person": 7, "vacate": True, "reason": "boarding a plane"})
class ReleaseBody(LeaveBody):
    """A required role is given back only with ``vacate`` and a ``reason``."""


class IncidentRoles(Endpoint):
    """The roles of an incident."""

    @extend_schema(parameters=[AtParameters], responses=SeatsShape)
    def get(self, request: Request, number: int) -> Response:
        """Return who held which role at a moment, now if none is given."""
        at = AtParameters.given(request).get("at", self.now)
        seats = queries.seats_at(incident_numbered(number), at)
        return Response(SeatsShape.of({"at": at, "roles": seats.roles, "vacancies": seats.vacancies}))


class Explain(Endpoint):
    """Why them?"""

    @extend_schema(responses=ExplainedShape)
    def get(self, request: Request, number: int, role: str) -> Response:
        """Return every span of a role with the candidates considered, and why each was passed over."""
        NoParameters.given(request)
        spans = queries.explained(incident_numbered(number), role_named(role))
        return Response(ExplainedShape.of({"role": role, "spans": spans}))


class Assign(Step):
    """Asking somebody."""

    @extend_schema(request=AssignBody, responses=IncidentShape)
    def post(self, request: Request, number: int, role: str) -> Response:
        """Offer a role that nobody accepted to somebody; naming oneself is taking it."""
        incident, held = incident_numbered(number), role_named(role)
        roles.assign(incident, role=held, **AssignBody.read(request), by=self.by, now=self.now)
        return self.answer(number)


class Accept(Step):
    """Saying yes."""

    @extend_schema(request=AcceptBody, responses=IncidentShape)
    def post(self, request: Request, number: int, role: str) -> Response:
        """Accept the role one was offered. Twice is harmless."""
        incident, held = incident_numbered(number), role_named(role)
        person, by = self.acting(AcceptBody.read(request).get("person"))
        roles.accept(incident, role=held, person=person, by=by, now=self.now)
        return self.answer(number)


class Decline(Step):
    """Saying no."""

    @extend_schema(request=DeclineBody, responses=IncidentShape)
    def post(self, request: Request, number: int, role: str) -> Response:
        """Decline the role one was offered; the next candidate is asked at once."""
        incident, held, values = incident_numbered(number), role_named(role), DeclineBody.read(request)
        person, by = self.acting(values.pop("person", None))
        roles.decline(incident, role=held, person=person, **values, by=by, now=self.now)
        return self.answer(number)


class Take(Step):
    """Taking over."""

    @extend_schema(request=TakeBody, responses=IncidentShape)
    def post(self, request: Request, number: int, role: str) -> Response:
        """Take a role that is vacant, offered or acting; with `force` also an accepted one."""
        incident, held, values = incident_numbered(number), role_named(role), TakeBody.read(request)
        person, by = self.acting(values.pop("person", None))
        roles.take(incident, role=held, person=person, **values, by=by, now=self.now)
        return self.answer(number)


class Release(Step):
    """Giving back."""

    @extend_schema(request=ReleaseBody, responses=IncidentShape)
    def post(self, request: Request, number: int, role: str) -> Response:
        """Give a role back; a required one only with `vacate` and a reason, then its sources are asked again."""
        incident, held, values = incident_numbered(number), role_named(role), ReleaseBody.read(request)
        person, by = self.acting(values.pop("person", None))
        roles.release(incident, role=held, person=person, **values, by=by, now=self.now)
        return self.answer(number)
