"""What happened in an incident, and what did people write down?"""

from typing import get_args

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.fields import InstantField
from api.lists import PageParameters, listing, page
from api.schema import shown
from api.shapes import Answer, Shape
from oncall.access.permissions import MayActOnIncidents
from oncall.incidents.queries import incident_numbered, timeline_of
from oncall.incidents.services.notes import NOTE_LENGTH, NoteKind, add_note
from rotations.models import ActorKind

BODY = {"text": "Connections to the card processor time out.", "kind": "finding"}
ENTRY = {
    "id": 311,
    "at": "2026-11-20T03:21:40Z",
    **BODY,
    "data": {},
    "by": {"kind": "person", "id": 7, "name": "Ada Okafor"},
}


class ActorShape(Answer):
    """Who did it: a person, a token, an integration or the system, which has no id."""

    kind = serializers.ChoiceField(ActorKind.choices, source="actor_kind")
    id = serializers.IntegerField(source="actor_id", allow_null=True)
    name = serializers.CharField(source="actor_name")


@shown(ENTRY)
class EntryShape(Answer):
    """One fact. ``data`` depends on its kind."""

    id = serializers.IntegerField()
    at = InstantField()
    text = serializers.CharField()
    kind = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]
    by = ActorShape(source="*")


@shown(body=BODY)
class NoteBody(Shape):
    """What somebody saw or found out."""

    text = serializers.CharField(max_length=NOTE_LENGTH)
    kind = serializers.ChoiceField(get_args(NoteKind), required=False)


class Timeline(Endpoint):
    """The facts of one incident."""

    permission_classes = (MayActOnIncidents,)

    @extend_schema(parameters=[PageParameters], responses=listing(EntryShape, ENTRY))
    def get(self, request: Request, number: int) -> Response:
        """List what happened, in the order in which it did."""
        PageParameters.given(request)
        return page(request, timeline_of(incident_numbered(number)), render=EntryShape.each)

    @extend_schema(request=NoteBody, responses={201: EntryShape})
    def post(self, request: Request, number: int) -> Response:
        """Add a note or a finding; to a resolved incident too, for its review."""
        incident = incident_numbered(number)
        entry = add_note(incident, **NoteBody.read(request), by=self.by, now=self.now)
        return Response(EntryShape.of(entry), status=201)
