"""Who else is asked to help, in one call: another team's on-call, the next of them, or somebody by name?"""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.fields import NamedField, PersonField, fault
from api.people import BO, PersonShape
from api.schema import shown
from api.shapes import Answer, Shape
from oncall.access.permissions import MayActOnIncidents
from oncall.incidents.queries import incident_numbered
from oncall.incidents.services.bringing_in import REASON_LENGTH, Asked, ask_next_on_call, ask_on_call, ask_person
from rotations.models import Schedule

IN_USE = Schedule.objects.filter(archived_at=None)


@shown(body={"schedule": "db-primary", "reason": "Replication is stuck."})
class HelpBody(Shape):
    """Whom to ask: exactly one of ``schedule``, ``more_of`` and ``person``."""

    schedule = NamedField(IN_USE, required=False, help_text="Everybody who is on call there now.")
    more_of = NamedField(IN_USE, required=False, help_text="One more person there: the next who was not asked.")
    person = PersonField(required=False, help_text="Somebody by name.")
    reason = serializers.CharField(max_length=REASON_LENGTH, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs.keys() & {"schedule", "more_of", "person"}) != 1:
            raise fault("invalid", "Name exactly one of schedule, more_of and person.")
        return attrs


@shown({"asked": [BO], "already": []})
class AskedShape(Answer):
    """``asked`` were asked by this call; ``already`` were asked before, or respond."""

    asked = PersonShape(many=True, source="people")
    already = PersonShape(many=True)


class BringIn(Endpoint):
    """More help."""

    permission_classes = (MayActOnIncidents,)

    @extend_schema(request=HelpBody, responses=AskedShape)
    def post(self, request: Request, number: int) -> Response:
        """Ask more people to join. Asking the same again is harmless; `more_of` asks somebody else every time."""
        incident, values = incident_numbered(number), HelpBody.read(request)
        said = {"reason": values.get("reason", ""), "by": self.by, "now": self.now}
        asked: Asked
        if "schedule" in values:
            asked = ask_on_call(incident, schedule=values["schedule"], **said)
        elif "more_of" in values:
            asked = ask_next_on_call(incident, schedule=values["more_of"], **said)
        else:
            asked = ask_person(incident, person=values["person"], **said)
        return Response(AskedShape.of(asked))
