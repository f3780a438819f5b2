"""What may stand in a body or an address? Instants with an offset, zones, names of things that exist."""

import re
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.db.models import Model, Q, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

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


PERSON_NAMED = {"oneOf": [{"type": "integer"}, {"type": "string"}], "description": "An id or an e-mail address."}


@extend_schema_field(PERSON_NAMED)
class PersonNameField(serializers.Field[int | str, Any, Any, Any]):
    """Who is meant, not looked up yet: an id or a lower-case e-mail; also a person as answers show them."""

    def to_internal_value(self, data: Any) -> int | str:
        named = data.get("id") if isinstance(data, dict) else data
        if isinstance(named, str) and "@" in named and "\0" not in named:
            return named.strip().lower()
        if number := id_of(named):
            return number
        raise fault("unknown_person", "No such person.")

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(PERSON_NAMED)
class PersonField(PersonNameField):
    """A person by id, by e-mail address, or as answers show them."""

    def to_internal_value(self, data: Any) -> Any:
        named = super().to_internal_value(data)
        return people_named({named})[named]


def people_named(names: AbstractSet[int | str], *, at: str = "") -> dict[int | str, Person]:
    """Return the people that ids and e-mail addresses stand for, by those; one query.

    Raises:
        ValidationError: ``unknown_person`` for the first who is not there.
    """
    people: dict[int | str, Person] = {}
    ids, emails = {name for name in names if isinstance(name, int)}, {name for name in names if isinstance(name, str)}
    for person in Person.objects.filter(Q(pk__in=ids) | Q(email__in=emails)):
        people |= {person.pk: person, person.email: person}
    if unknown := sorted(map(str, names - people.keys())):
        raise fault("unknown_person", f"There is no person {unknown[0][:80]}.", at=at)
    return people


def id_of(value: object) -> int | None:
    """Return ``value`` as the id of a row, or None where it cannot be one; an address spells it in digits."""
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value) if len(value) < len(str(LARGEST_ID)) else None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST_ID:
        return None
    return value
