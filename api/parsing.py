"""How are the bytes of a body read? As JSON, and never more of it than is allowed."""

from typing import IO, Any

import orjson
from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from api.problems import TooLarge


class JSONParser(BaseParser):
    """Strict JSON in UTF-8 (RFC 8259): no NaN, no lone surrogates."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:  # noqa: ARG002
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        # REST framework reads the request as a stream, past the place where Django itself counts.
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(f"The body is not JSON: {error}.") from error
