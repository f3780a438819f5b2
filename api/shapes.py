"""What may be in a body, and what in an address? Exactly what is named; the rest is refused, never ignored."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request

from api.fields import InstantField, fault
from rotations.engine.intervals import Interval


class Answer(serializers.Serializer[Any]):
    """A JSON object that only goes out."""

    @classmethod
    def of(cls, thing: object) -> dict[str, Any]:
        """Return ``thing`` as it is shown."""
        return dict(cls(thing).data)

    @classmethod
    def each(cls, things: Iterable[object]) -> list[dict[str, Any]]:
        """Return each of ``things`` as it is shown."""
        shape = cls()
        return [shape.to_representation(thing) for thing in things]


class Shape(Answer):
    """A JSON object that comes in, too.

    What a caller may not set (``read_only``) may be sent back as it was read; it changes nothing.
    """

    unknown: ClassVar[tuple[str, str]] = ("unknown_field", "There is no such field here.")

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (strangers := [name for name in data if name not in self.fields]):
            code, detail = self.unknown
            raise serializers.ValidationError({name: [ErrorDetail(detail, code=code)] for name in strangers})
        return super().to_internal_value(data)

    @classmethod
    def read(cls, request: Request, *, partial: bool = False) -> dict[str, Any]:
        """Return the body's values, by field.

        Raises:
            ValidationError: with a pointer to each fault.
        """
        shape = cls(data=request.data, partial=partial)
        shape.is_valid(raise_exception=True)
        values: dict[str, Any] = shape.validated_data
        return values


class Parameters(Shape):
    """What an address may say after its question mark. ``format`` chooses the renderer."""

    unknown = ("unknown_parameter", "There is no such parameter here.")

    @classmethod
    def given(cls, request: Request) -> dict[str, Any]:
        """Return the values of the address, by parameter; of one given twice the last counts, lists take all.

        Raises:
            ValidationError: with a pointer to each parameter at fault.
        """
        query = request.query_params
        fields = cls().fields
        # A plain dict, because REST framework reads a QueryDict as an HTML form, in which what is absent is False.
        plain: dict[str, Any] = {
            name: query.getlist(name) if isinstance(fields.get(name), serializers.ListField) else query[name]
            for name in query
            if name != "format"
        }
        parameters = cls(data=plain)
        parameters.is_valid(raise_exception=True)
        values: dict[str, Any] = parameters.validated_data
        return values


class NoParameters(Parameters):
    """An address that says nothing after its question mark."""


class AtParameters(Parameters):
    """A moment; now, where none is given."""

    at = InstantField(required=False)


class FlagField(serializers.BooleanField):
    """A switch in an address; its bare name turns it on."""

    TRUE_VALUES = serializers.BooleanField.TRUE_VALUES | {""}


class WindowParameters(Parameters):
    """A span; both ends are needed. The queries refuse one of more than 400 days."""

    def get_fields(self) -> dict[str, Any]:
        # ``from`` is a keyword of Python, so it cannot be declared as the others are.
        return {"from": InstantField(), "until": InstantField()} | super().get_fields()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start: datetime = attrs.pop("from")
        end: datetime = attrs.pop("until")
        if end <= start:
            raise serializers.ValidationError(
                {"until": fault("end_before_start", "`until` must be after `from`.").detail}
            )
        return attrs | {"window": Interval(start, end)}
