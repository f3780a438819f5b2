"""Who hands which role to whom, and what do they tell them?"""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.evidence import CandidateShape
from api.fields import InstantField, PersonField
from api.incident_steps import ActingBody
from api.lists import PageParameters, listing, page
from api.people import ADA, BO, PersonShape
from api.schema import shown
from api.shapes import Answer, Shape
from oncall.access.permissions import MayActOnIncidents
from oncall.incidents.models import CancelReason, HandoffState
from oncall.incidents.queries import handoff_numbered, handoffs_of, incident_numbered, role_named
from oncall.incidents.services.handoffs import (
    NOTE_LENGTH,
    HandoffNote,
    accept_handoff,
    cancel_handoff,
    decline_handoff,
    offer_handoff,
)

NOTE = {
    "status": "Card payments fail in the EU; the shop is up.",
    "hypotheses_open": "The processor's certificate expired.",
    "ruled_out": "Our last deployment.",
    "last_update": "03:20: told support to expect an hour.",
    "next_check_in": "2026-11-20T03:45:00Z",
}
HANDOFF: dict[str, Any] = {
    "id": 5,
    "incident": 42,
    "role": "lead",
    "seat": 1,
    "epoch": 1,
    "assignment": 108,
    "holder": ADA,
    "to": BO,
    "note": NOTE,
    "state": "offered",
    "reason": None,
    "words": "",
    "offered_at": "2026-11-20T03:30:00Z",
    "expires_at": "2026-11-20T03:40:00Z",
    "answered_at": None,
    "is_automatic": False,
    "because": "",
    "evidence": [],
}


def _text() -> serializers.CharField:
    return serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)


class NoteShape(Shape):
    """What whoever takes over needs to know; every part may be left out."""

    status = _text()
    hypotheses_open = _text()
    ruled_out = _text()
    last_update = _text()
    next_check_in = InstantField(required=False, allow_null=True)


@shown(body={"person": ADA["id"], "to": BO["id"], "note": NOTE})
class HandoffBody(ActingBody):
    """To whom the role goes, and what they need to know. ``person`` is who holds it."""

    to = PersonField()
    note = NoteShape(required=False)


@shown(HANDOFF)
class HandoffShape(Answer):
    """A role on its way from ``holder``, who is accountable until it is accepted, to somebody else.

    ``reason`` says why it was cancelled: ``withdrawn`` by the holder, or what ended their assignment or took the
    recipient away. ``words`` are those of whoever declined. One that ``is_automatic`` was offered at a shift change,
    and says in ``because`` and ``evidence`` why to this person.
    """

    id = serializers.IntegerField()
    incident = serializers.IntegerField(source="assignment.incident_id")
    role = serializers.CharField(source="assignment.role.slug")
    seat = serializers.IntegerField(source="assignment.seat")
    epoch = serializers.IntegerField()
    assignment = serializers.IntegerField(source="assignment_id")
    holder = PersonShape(source="assignment.person")
    to = PersonShape(source="person")
    note = NoteShape(source="*")
    state = serializers.ChoiceField(HandoffState.choices)
    reason = serializers.ChoiceField(CancelReason.choices, allow_null=True)
    words = serializers.CharField()
    offered_at = InstantField()
    expires_at = InstantField()
    answered_at = InstantField(allow_null=True)
    is_automatic = serializers.BooleanField()
    because = serializers.CharField()
    evidence = CandidateShape(many=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown_as: dict[str, Any] = super().to_representation(instance)
        return shown_as | {"reason": instance.reason or None}


@shown(body={"person": BO["id"]})
class AcceptHandoffBody(ActingBody):
    """Who accepts: whom it was offered to."""


@shown(body={"person": BO["id"], "reason": "on a train"})
class DeclineHandoffBody(ActingBody):
    """Who declines, and perhaps why."""

    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


@shown(body={"person": ADA["id"]})
class CancelHandoffBody(ActingBody):
    """Who takes it back: whoever holds the role."""


class Handoffs(Endpoint):
    """The handoffs of one role."""

    permission_classes = (MayActOnIncidents,)

    @extend_schema(parameters=[PageParameters], responses=listing(HandoffShape, HANDOFF))
    def get(self, request: Request, number: int, role: str) -> Response:
        """List the handoffs of a role, the latest first."""
        PageParameters.given(request)
        return page(request, handoffs_of(incident_numbered(number), role_named(role)), render=HandoffShape.each)

    @extend_schema(request=HandoffBody, responses={201: HandoffShape})
    def post(self, request: Request, number: int, role: str) -> Response:
        """Offer a role that one accepted to somebody else, who has ten minutes. Offering the same twice is harmless."""
        incident, held, values = incident_numbered(number), role_named(role), HandoffBody.read(request)
        person, by = self.acting(values.pop("person", None))
        note = HandoffNote(**values.get("note", {}))
        offered = offer_handoff(incident, role=held, person=person, to=values["to"], note=note, by=by, now=self.now)
        return Response(HandoffShape.of(handoff_numbered(offered.pk)), status=201)


class AcceptHandoff(Endpoint):
    """Taking over."""

    permission_classes = (MayActOnIncidents,)

    @extend_schema(request=AcceptHandoffBody, responses=HandoffShape)
    def post(self, request: Request, number: int) -> Response:
        """Take the role over: one assignment ends and the next begins at one instant. Twice is harmless."""
        handoff = handoff_numbered(number)
        person, by = self.acting(AcceptHandoffBody.read(request).get("person"))
        accept_handoff(handoff, person=person, by=by, now=self.now)
        return Response(HandoffShape.of(handoff_numbered(number)))


class DeclineHandoff(Endpoint):
    """Not taking over."""

    permission_classes = (MayActOnIncidents,)

    @extend_schema(request=DeclineHandoffBody, responses=HandoffShape)
    def post(self, request: Request, number: int) -> Response:
        """Decline to take the role over; its holder goes on. Twice is harmless."""
        handoff, values = handoff_numbered(number), DeclineHandoffBody.read(request)
        person, by = self.acting(values.pop("person", None))
        decline_handoff(handoff, person=person, **values, by=by, now=self.now)
        return Response(HandoffShape.of(handoff_numbered(number)))


class CancelHandoff(Endpoint):
    """Taking it back."""

    permission_classes = (MayActOnIncidents,)

    @extend_schema(request=CancelHandoffBody, responses=HandoffShape)
    def post(self, request: Request, number: int) -> Response:
        """Take back what one offered, and go on. Twice is harmless."""
        handoff = handoff_numbered(number)
        person, by = self.acting(CancelHandoffBody.read(request).get("person"))
        cancel_handoff(handoff, person=person, by=by, now=self.now)
        return Response(HandoffShape.of(handoff_numbered(number)))
