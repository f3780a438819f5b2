"""What may stand in a body or an address? Instants with an offset, zones, names of things that exist."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.validators import EMPTY_VALUES
from django.db.models import Model, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from api.rendering import person_json
from rotations.models import Person

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
SLUG = re.compile(r"[-\w]{1,50}", re.ASCII)
LARGEST_ID = 2**63 - 1
# A plus that was not escaped in an address arrives as a space.
UNESCAPED_PLUS = re.compile(r"(T\S+) (\d\d:?\d\d)")


def fault(code: str, detail: str, *, at: str = "") -> ValidationError:
    """Return what is raised for one fault; a field need not say where it is (``at``), a shape does."""
    what = ErrorDetail(detail, code=code)
    return ValidationError({at: [what]} if at else [what])


@extend_schema_field({"type": "string", "format": "date-time"})
class InstantField(serializers.Field[datetime, Any, datetime, datetime]):
    """An instant: ISO 8601 with an offset, within the years that schedules are defined for. UTC goes out."""

    def to_internal_value(self, data: Any) -> datetime:
        moment = self._read(data)
        if moment.utcoffset() is None:
            raise fault("invalid", "This time has no offset; add one, such as Z or +01:00.")
        # Compared before it is moved to UTC: the edges of the calendar cannot be moved.
        if not EARLIEST <= moment < LATEST:
            raise fault("invalid", "Times are between 1970 and 2100.")
        return moment.astimezone(UTC)

    def to_representation(self, value: datetime) -> datetime:
        return value.astimezone(UTC)

    def _read(self, data: Any) -> datetime:
        try:
            return datetime.fromisoformat(UNESCAPED_PLUS.sub(r"\1+\2", data))
        except (TypeError, ValueError) as error:
            detail = "Write a time as ISO 8601 with an offset, such as 2026-11-20T03:14:00Z."
            raise fault("invalid", detail) from error


@extend_schema_field({"type": "string", "examples": ["2026-01-05T09:00:00"]})
class WallClockField(serializers.Field[datetime, Any, str, Any]):
    """A reading of the clock on the wall, naive, to the second."""

    def to_internal_value(self, data: Any) -> datetime:
        try:
            reading = datetime.fromisoformat(data)
        except (TypeError, ValueError):
            reading = EARLIEST
        if reading.tzinfo is not None or reading.microsecond or not EARLIEST.year <= reading.year < LATEST.year:
            raise fault("invalid", "Write a reading of the clock without an offset, such as 2026-01-05T09:00:00.")
        return reading

    def to_representation(self, value: Any) -> str:
        return str(value)


@extend_schema_field({"type": "string", "examples": ["Europe/Berlin"]})
class ZoneField(serializers.Field[ZoneInfo, Any, str, Any]):
    """A zone of the tz database, by its name."""

    def to_internal_value(self, data: Any) -> ZoneInfo:
        # Looked up in the list, not opened: a zone is a path to ``ZoneInfo``.
        if not isinstance(data, str) or data not in available_timezones():
            raise fault("unknown_zone", "No such time zone; name one of the tz database, such as Europe/Berlin.")
        return ZoneInfo(data)

    def to_representation(self, value: Any) -> str:
        return str(value)


@extend_schema_field({"type": "string"})
class NamedField(serializers.Field[Model, Any, str, Model]):
    """A row named by its slug, among ``rows``; refused with the code ``unknown_<name>``."""

    def __init__(self, rows: "QuerySet[Any]", **options: Any) -> None:
        self.rows = rows
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> Model:
        row = self.rows.filter(slug=data).first() if isinstance(data, str) and SLUG.fullmatch(data) else None
        if row is None:
            name = str(self.rows.model._meta.verbose_name)
            raise fault(f"unknown_{name}", f"No such {name}.")
        found: Model = row
        return found

    def to_representation(self, value: Any) -> str:
        slug: str = value.slug
        return slug


@extend_schema_field({"type": "integer"})
class RowField(serializers.Field[Model, Any, int, Model]):
    """A row by its id, among ``rows``; refused with the code ``unknown_<name>``."""

    def __init__(self, rows: "QuerySet[Any]", **options: Any) -> None:
        self.rows = rows
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> Model:
        number = id_of(data)
        row = None if number is None else self.rows.filter(pk=number).first()
        if row is None:
            name = str(self.rows.model._meta.verbose_name)
            raise fault(f"unknown_{name}", f"No such {name}.")
        found: Model = row
        return found

    def to_representation(self, value: Model) -> int:
        number: int = value.pk
        return number


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}], "description": "An id or an e-mail address."})
class PersonField(serializers.Field[Person, Any, dict[str, Any], Person]):
    """A person by id, by e-mail address, or as answers show them."""

    def to_internal_value(self, data: Any) -> Person:
        named = data.get("id") if isinstance(data, dict) else data
        person = self._find(named)
        if person is None:
            raise fault("unknown_person", "No such person.")
        return person

    def to_representation(self, value: Person) -> dict[str, Any]:
        return person_json(value)

    def _find(self, named: Any) -> Person | None:
        if isinstance(named, str) and "@" in named and "\0" not in named:
            return Person.objects.filter(email=named.strip().lower()).first()
        number = id_of(named)
        return None if number is None else Person.objects.filter(pk=number).first()


def id_of(value: object) -> int | None:
    """Return ``value`` as the id of a row, or None where it cannot be one; an address spells it in digits."""
    if isinstance(value, str) and value not in EMPTY_VALUES and value.isascii() and value.isdecimal():
        value = int(value) if len(value) < len(str(LARGEST_ID)) else None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST_ID:
        return None
    return value
