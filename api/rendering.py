"""How does an answer become bytes? JSON with instants in UTC, and plain text where a shell script asks."""

from typing import Any

import orjson
from django.utils.functional import Promise
from rest_framework.renderers import BaseRenderer

from rotations.models import Person

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def person_json(person: Person) -> dict[str, Any]:
    """Return a person as every answer shows them."""
    return {"id": person.pk, "name": person.name, "email": person.email}


def as_json(content: object) -> bytes:
    """Return ``content`` as JSON; people may stand in it as rows."""
    return orjson.dumps(content, default=_as_plain, option=OPTIONS)


def _as_plain(value: object) -> object:
    if isinstance(value, Person):
        return person_json(value)
    if isinstance(value, Promise):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


class JSONRenderer(BaseRenderer):
    """Many times faster than REST framework's own, which matters where an answer has thousands of shifts."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:  # noqa: ARG002
        return b"" if data is None else as_json(data)


class Lines(bytes):
    """Text that is an answer even without a line: REST framework takes empty bytes for none, and drops their type."""

    def __bool__(self) -> bool:
        return True


class LinesRenderer(BaseRenderer):
    """Plain text, one line for each tuple of texts, its parts separated by tabs; every line ends."""

    media_type = "text/plain"
    format = "text"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:  # noqa: ARG002
        return Lines("".join("\t".join(line) + "\n" for line in data).encode())
