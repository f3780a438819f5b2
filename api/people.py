"""Who is here?"""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.lists import listing, whole
from api.rendering import person_json
from api.schema import shown
from api.shapes import Answer, NoParameters
from rotations.models import Person

ADA = {"id": 7, "name": "Ada Okafor", "email": "ada@example.test"}
BO = {"id": 9, "name": "Bo Lind", "email": "bo@example.test"}


@shown(ADA)
class PersonShape(Answer):
    """Somebody, as every answer shows them."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.EmailField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return person_json(instance)


class People(Endpoint):
    """Everybody who is active."""

    @extend_schema(responses=listing(PersonShape, ADA))
    def get(self, request: Request) -> Response:
        """List everybody who is active, by name."""
        NoParameters.given(request)
        return whole(map(person_json, Person.objects.filter(is_active=True)))


class OnePerson(Endpoint):
    """Somebody, also after they were deactivated: the past keeps its names."""

    @extend_schema(responses=PersonShape)
    def get(self, request: Request, number: int) -> Response:
        """Return one person."""
        NoParameters.given(request)
        return Response(person_json(get_object_or_404(Person, pk=number)))


class Me(Endpoint):
    """Whoever asks."""

    also_answers = frozenset({404})

    @extend_schema(responses=PersonShape)
    def get(self, request: Request) -> Response:
        """Return the person who asks; a service token is nobody, which is a 404."""
        NoParameters.given(request)
        if not isinstance(request.user, Person):
            raise Http404
        return Response(person_json(request.user))
