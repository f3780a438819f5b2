"""Reading what others wrote: the parts of a JSON body, each of the type that is needed or refused by name."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson

from oncall.incidents.intake.signal import KEY_LENGTH
from rotations.errors import Invalid

MOMENT = "a time with its offset, such as 2026-11-20T03:14:00Z"


# Of PagerDuty: whoever knows it may page its people there.
PRIVATE_FIELD = "routing_key"


class Unsupported(Invalid):
    """The body is JSON, but not what this integration's sender sends: another version, another shape."""

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        super().__init__("unsupported_payload", detail, field=field)


def parsed(raw: bytes) -> "Part":
    """Read strict JSON (RFC 8259) whose top is an object.

    Raises:
        Invalid: ``invalid``, it is not JSON.
        Unsupported: its top is something else.
    """
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Invalid("invalid", f"The body is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise Unsupported("The body is not a JSON object.")
    return Part(body)


def without_secrets(raw: bytes) -> str:
    """Return a body as it is kept: without the key by which its sender is known to somebody else."""
    if PRIVATE_FIELD.encode() not in raw:
        return raw.decode()
    body = orjson.loads(raw)
    return orjson.dumps({name: "***" if name == PRIVATE_FIELD else value for name, value in body.items()}).decode()


def digest(*parts: str) -> str:
    """Return one key for ``parts`` in their order, 64 characters."""
    return sha256(orjson.dumps(parts)).hexdigest()


def as_key(text: str) -> str:
    """Return ``text`` where it fits a key of ours, else its digest."""
    text = storable(text).strip()
    return text if len(text) <= KEY_LENGTH else digest(text)


def storable(text: str) -> str:
    """Return ``text`` without NUL, the one character of JSON that PostgreSQL cannot keep."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")


class Part:
    """An object in a body, and where in the body it stands.

    Asking for a value of the wrong type raises :class:`Unsupported`; one that is missing or null is "" or empty where
    the name of the question allows it.
    """

    def __init__(self, values: Mapping[str, Any], pointer: str = "") -> None:
        self._values = values
        self._pointer = pointer

    @property
    def pointer(self) -> str:
        """Return where in the body it stands, as a JSON pointer."""
        return self._pointer

    def __contains__(self, key: str) -> bool:
        return self._values.get(key) is not None

    def raw(self, key: str) -> Any:
        return self._values.get(key)

    def text(self, key: str) -> str:
        """Return a text that must be there and not be empty."""
        text = self.text_or_empty(key)
        if not text:
            raise self._refusal(key, "a text that is not empty")
        return text

    def text_or_empty(self, key: str) -> str:
        value = self.raw(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self._refusal(key, "a text")
        return storable(value).strip()

    def part(self, key: str) -> "Part":
        """Return an object that must be there."""
        if key not in self:
            raise self._refusal(key, "an object")
        return self.part_or_empty(key)

    def part_or_empty(self, key: str) -> "Part":
        value = self.raw(key)
        if value is not None and not isinstance(value, dict):
            raise self._refusal(key, "an object")
        return Part(value or {}, f"{self._pointer}/{key}")

    def parts_or_empty(self, key: str) -> Sequence["Part"]:
        """Return a list of objects."""
        values = self._list(key)
        if not all(isinstance(inner, dict) for inner in values):
            raise self._refusal(key, "a list of objects")
        return tuple(Part(inner, f"{self._pointer}/{key}/{position}") for position, inner in enumerate(values))

    def texts_or_empty(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        values = self._list(key)
        if not all(isinstance(inner, str) for inner in values):
            raise self._refusal(key, "a list of texts")
        return tuple(storable(inner).strip() for inner in values)

    def flag_or_false(self, key: str) -> bool:
        value = self.raw(key)
        if value is not None and not isinstance(value, bool):
            raise self._refusal(key, "true or false")
        return bool(value)

    def moment(self, key: str) -> datetime:
        """Return an instant that must be there: ISO 8601 with an offset."""
        moment = self.moment_or_none(key)
        if moment is None:
            raise self._refusal(key, MOMENT)
        return moment

    def moment_or_none(self, key: str) -> datetime | None:
        text = self.text_or_empty(key)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise self._refusal(key, MOMENT)
            return moment.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise self._refusal(key, MOMENT) from error

    def _list(self, key: str) -> list[Any]:
        value = self.raw(key)
        if value is not None and not isinstance(value, list):
            raise self._refusal(key, "a list")
        return value or []

    def _refusal(self, key: str, needed: str) -> Unsupported:
        return Unsupported(f"{self._pointer}/{key} is not {needed}.", field=f"{self._pointer}/{key}")
