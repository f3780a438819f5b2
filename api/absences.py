"""Who is away, and when?"""

from contextlib import AbstractContextManager

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.fields import InstantField, PersonField
from api.lists import PageParameters, listing, page
from api.people import ADA, PersonShape
from api.schema import shown
from api.shapes import Answer, NoParameters, Shape
from api.versions import tagged, unless_stale
from oncall.access.permissions import MayChangeSchedules
from rotations.models import Absence, Person
from rotations.services.absences import add_absence, delete_absence, edit_absence

SPAN = {"start": "2026-12-21T08:00:00Z", "end": "2026-12-28T08:00:00Z", "reason": "Lisbon"}
LISBON = {"id": 5, "person": ADA} | SPAN | {"feed": None}


class AbsenceSourceShape(Answer):
    """The calendar that an absence was read from; it is changed there."""

    id = serializers.IntegerField()
    name = serializers.CharField()


@shown(body={"person": 7} | SPAN)
class AbsenceBody(Shape):
    """``person`` may be left out by the person themself; a service token names them."""

    id = serializers.IntegerField(read_only=True)
    person = PersonField(required=False, allow_null=True)
    start = InstantField()
    end = InstantField()
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)
    feed = AbsenceSourceShape(read_only=True)


@shown(body={"end": "2026-12-27T08:00:00Z"})
class AbsenceEdit(AbsenceBody):
    """What changes; what has passed stays. Whose it is does not change."""

    person = PersonShape(read_only=True)  # type: ignore[assignment]


@shown(LISBON)
class AbsenceShape(Answer):
    """Somebody is away within ``[start, end)``; what that does to their turns is each schedule's absence policy."""

    id = serializers.IntegerField()
    person = PersonShape()
    start = InstantField()
    end = InstantField()
    reason = serializers.CharField()
    feed = AbsenceSourceShape(allow_null=True, help_text="The absence feed it was read from; null, entered by hand.")


class AbsenceParameters(PageParameters):
    """Which absences."""

    person = PersonField(required=False, help_text="Only those of this person.")


def _absences() -> "QuerySet[Absence]":
    return Absence.objects.select_related("person", "feed")


class Absences(Endpoint):
    """The absences of everybody."""

    permission_classes = (MayChangeSchedules,)

    @extend_schema(parameters=[AbsenceParameters], responses=listing(AbsenceShape, LISBON))
    def get(self, request: Request) -> Response:
        """List absences, past ones too, the latest start first."""
        person = AbsenceParameters.given(request).get("person")
        rows = _absences().filter(**({"person": person} if person else {})).order_by("-start", "-id")
        return page(request, rows, render=AbsenceShape.each)

    @extend_schema(request=AbsenceBody, responses={201: AbsenceShape})
    def post(self, request: Request) -> Response:
        """Say that somebody is away: oneself, or for managers anybody in their team. A start before now becomes now."""
        values = AbsenceBody.read(request)
        person, by = self.on_behalf_of(values.pop("person", None))
        absence = add_absence(person, **values, by=by, now=self.now)
        return tagged(request, AbsenceShape.of(absence), status=201, location=f"{request.path}{absence.pk}/")


class OneAbsence(Endpoint):
    """One absence."""

    permission_classes = (MayChangeSchedules,)

    @extend_schema(responses=AbsenceShape)
    def get(self, request: Request, number: int) -> Response:
        """Return one absence."""
        NoParameters.given(request)
        return tagged(request, self._content(number))

    @extend_schema(request=AbsenceEdit, responses=AbsenceShape)
    def patch(self, request: Request, number: int) -> Response:
        """Change an absence that is not over. Of a running one the start stays; one from a feed is changed there."""
        values = AbsenceEdit.read(request, partial=True)
        absence = get_object_or_404(_absences(), pk=number)
        with self._held(absence):
            edit_absence(absence, **values, by=self.by, now=self.now)
        return tagged(request, self._content(number))

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, number: int) -> Response:  # noqa: ARG002
        """End a running absence now, or take back one that has not begun. What happened stays."""
        absence = get_object_or_404(_absences(), pk=number)
        with self._held(absence):
            delete_absence(absence, by=self.by, now=self.now)
        return Response(status=204)

    def _held(self, absence: Absence) -> AbstractContextManager[None]:
        root = Person.objects.filter(pk=absence.person_id)
        return unless_stale(self.request, root=root, current=lambda: self._content(absence.pk))

    def _content(self, number: int) -> object:
        return AbsenceShape.of(get_object_or_404(_absences(), pk=number))
