"""Who takes the turn of whom? Asked, accepted, declined and taken back."""

from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.fields import LARGEST_ID, InstantField, NamedField, PersonField, RowField, fault
from api.incident_steps import ActingBody, NoBody
from api.lists import PageParameters, listing, page
from api.people import ADA, BO, PersonShape
from api.schedules import schedules
from api.schema import shown
from api.shapes import Answer, NoParameters, Shape
from api.versions import tagged
from oncall.access.permissions import MayChangeSchedules
from rotations.engine.intervals import Interval
from rotations.models import Rotation, Swap, SwapFlag, SwapState
from rotations.services.swaps import TurnNumber, accept_swap, ask_swap, cancel_swap, decline_swap, take_shift

BODY: dict[str, Any] = {
    "rotation": 3,
    "ordinal": 42,
    "replaces": 7,
    "person": 9,
    "start": "2026-11-28T09:00:00Z",
    "end": "2026-11-30T09:00:00Z",
    "reason": "wedding",
}
WEDDING = {
    "id": 8,
    "schedule": "payments-primary",
    **BODY,
    "replaces": ADA,
    "person": BO,
    "turn_start": "2026-11-23T09:00:00Z",
    "turn_end": "2026-11-30T09:00:00Z",
    "exchange": None,
    "state": "asked",
    "flag": None,
    "asked_at": "2026-11-20T03:14:00Z",
    "answered_at": None,
    "accepted_at": None,
}


class OrdinalField(serializers.IntegerField):
    """Which turn of a rotation, as sources have it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=-LARGEST_ID, max_value=LARGEST_ID, **options)


class TurnBody(Shape):
    """A turn of a rotation."""

    rotation = RowField(Rotation.objects.select_related("schedule__team"))
    ordinal = OrdinalField()


@shown(body=BODY)
class SwapBody(TurnBody):
    """A turn, or with ``start`` and ``end`` a part of it, for somebody else to take.

    ``replaces`` is whose turn it is: whoever asks, unless it is said. ``person`` is who is asked, and null asks the
    team. With ``exchange`` they give that turn in return. With ``take`` it is taken at once, by ``person`` or whoever
    asks.
    """

    replaces = PersonField(required=False, allow_null=True)
    person = PersonField(required=False, allow_null=True)
    start = InstantField(required=False, allow_null=True)
    end = InstantField(required=False, allow_null=True)
    exchange = TurnBody(required=False, allow_null=True)
    take = serializers.BooleanField(required=False)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = attrs.pop("start", None), attrs.pop("end", None)
        if (start is None) is not (end is None):
            raise serializers.ValidationError(
                {"start" if start is None else "end": fault("required", "A part has a start and an end.").detail}
            )
        if start is not None and end <= start:
            raise serializers.ValidationError(
                {"end": fault("end_before_start", "The end must be after the start.").detail}
            )
        if attrs.get("take") and attrs.get("replaces") is None:
            raise serializers.ValidationError({"replaces": fault("required", "Say whose turn is taken.").detail})
        if attrs.get("take") and attrs.get("exchange"):
            raise serializers.ValidationError({"exchange": fault("invalid", "An exchange is asked for.").detail})
        return attrs | {"span": Interval(start, end) if start is not None else None}


@shown(WEDDING)
class SwapShape(Answer):
    """``person`` takes the turn of ``replaces``, or the part of it from ``start`` to ``end``; null asks the team.

    ``turn_start`` and ``turn_end`` are the turn as it was when it was asked for. ``flag`` says why it wants another
    look after an edit. ``exchange`` is the swap that goes the other way.
    """

    id = serializers.IntegerField()
    schedule = serializers.CharField(source="rotation.schedule.slug")
    rotation = serializers.IntegerField(source="rotation_id")
    ordinal = serializers.IntegerField()
    replaces = PersonShape()
    person = PersonShape(allow_null=True)
    start = InstantField(allow_null=True)
    end = InstantField(allow_null=True)
    turn_start = InstantField()
    turn_end = InstantField()
    exchange = serializers.IntegerField(source="exchange_id", allow_null=True)
    state = serializers.ChoiceField(SwapState.choices)
    reason = serializers.CharField()
    flag = serializers.ChoiceField(SwapFlag.choices, allow_null=True)
    asked_at = InstantField()
    answered_at = InstantField(allow_null=True)
    accepted_at = InstantField(allow_null=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown_as: dict[str, Any] = super().to_representation(instance)
        return shown_as | {"flag": instance.flag or None}


class SwapParameters(PageParameters):
    """Which swaps."""

    state = serializers.ListField(
        child=serializers.ChoiceField(SwapState.choices), required=False, help_text="May be repeated."
    )
    person = PersonField(required=False, help_text="Only those that this person gives, takes or is asked for.")
    schedule = NamedField(schedules(), required=False)


@shown(body={"person": 9})
class AcceptSwapBody(ActingBody):
    """Who accepts: whoever asks, unless it is said; managers name somebody else, service tokens anybody."""


@shown(body={"person": 9})
class DeclineSwapBody(ActingBody):
    """Who declines: whoever asks, unless it is said; managers name somebody else, service tokens anybody."""


def _swaps() -> "QuerySet[Swap]":
    return Swap.objects.select_related("rotation__schedule", "person", "replaces")


def _content(number: int) -> dict[str, Any]:
    return SwapShape.of(get_object_or_404(_swaps(), pk=number))


class Swaps(Endpoint):
    """All swaps, and asking for one."""

    permission_classes = (MayChangeSchedules,)

    @extend_schema(parameters=[SwapParameters], responses=listing(SwapShape, WEDDING))
    def get(self, request: Request) -> Response:
        """List swaps, the latest first."""
        return page(request, _chosen(SwapParameters.given(request)), render=SwapShape.each)

    @extend_schema(request=SwapBody, responses={201: SwapShape})
    def post(self, request: Request) -> Response:
        """Ask somebody or the team to take a turn; with `take`, take it now. Managers do it on behalf of others."""
        values = SwapBody.read(request)
        do = self._take if values.pop("take", False) else self._ask
        swap = do(values.pop("rotation"), values)
        return tagged(request, _content(swap.pk), status=201, location=f"{request.path}{swap.pk}/")

    def _ask(self, rotation: Rotation, values: dict[str, Any]) -> Swap:
        replaces, by = self.on_behalf_of(values.pop("replaces", None), at="replaces")
        back = values.pop("exchange", None)
        exchange = TurnNumber(back["rotation"], back["ordinal"]) if back else None
        return ask_swap(rotation, **values, replaces=replaces, exchange=exchange, by=by, now=self.now)

    def _take(self, rotation: Rotation, values: dict[str, Any]) -> Swap:
        person, by = self.on_behalf_of(values.pop("person", None))
        values.pop("exchange", None)
        return take_shift(rotation, **values, person=person, by=by, now=self.now)


class OneSwap(Endpoint):
    """One swap."""

    permission_classes = (MayChangeSchedules,)

    @extend_schema(responses=SwapShape)
    def get(self, request: Request, number: int) -> Response:
        """Return one swap."""
        NoParameters.given(request)
        return tagged(request, _content(number))


class AcceptSwap(Endpoint):
    """Saying yes."""

    permission_classes = (MayChangeSchedules,)

    @extend_schema(request=AcceptSwapBody, responses=SwapShape)
    def post(self, request: Request, number: int) -> Response:
        """Take the turn one was asked to take; of the team, whoever is first. Of an exchange, both are accepted."""
        swap = get_object_or_404(_swaps(), pk=number)
        person, by = self.on_behalf_of(AcceptSwapBody.read(request).get("person"))
        accept_swap(swap, person=person, by=by, now=self.now)
        return tagged(request, _content(number))


class DeclineSwap(Endpoint):
    """Saying no."""

    permission_classes = (MayChangeSchedules,)

    @extend_schema(request=DeclineSwapBody, responses=SwapShape)
    def post(self, request: Request, number: int) -> Response:
        """Decline the turn one was asked to take."""
        swap = get_object_or_404(_swaps(), pk=number)
        person, by = self.on_behalf_of(DeclineSwapBody.read(request).get("person"))
        decline_swap(swap, person=person, by=by, now=self.now)
        return tagged(request, _content(number))


class CancelSwap(Endpoint):
    """Taking it back."""

    permission_classes = (MayChangeSchedules,)

    @extend_schema(request=None, responses=SwapShape)
    def post(self, request: Request, number: int) -> Response:
        """Take a request back, or a swap that was accepted: what has passed of it stays."""
        NoBody.read(request)
        cancel_swap(get_object_or_404(_swaps(), pk=number), by=self.by, now=self.now)
        return tagged(request, _content(number))


def _chosen(values: dict[str, Any]) -> "QuerySet[Swap]":
    rows = _swaps().order_by("-asked_at", "-id")
    if states := values.get("state"):
        rows = rows.filter(state__in=states)
    if person := values.get("person"):
        rows = rows.filter(Q(person=person) | Q(replaces=person))
    if schedule := values.get("schedule"):
        rows = rows.filter(rotation__schedule=schedule)
    return rows
