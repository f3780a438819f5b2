"""What happened, in one line per fact: ``key=value``, with the request it belongs to, and never a secret.

The formatter scrubs the finished line, so that it does not matter which library wrote it: a token in a path is as much
a secret in Django's "Not Found" as in our own lines.
"""

import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponseBase

SCRUBBED = "***"
SECRETS = re.compile(
    r"""(?P<before>
        /(?:feeds|hooks)/+                              # the token is the next part of the path
      | authorization["']?\s*[:=]\s*["']?(?:\w+\s+)?  # a header, however it was printed
      | \bbearer\s+
    )
    [^/\s"'?&#,;}]+
    | \boc_[\w-]+                                       # a bearer token standing alone
    | (?<![\w-])(?-i:(?=[\w-]*[a-z])(?=[\w-]*[A-Z]))[\w-]{43}(?![\w-])  # 256 bits: an address that was mistyped
    """,
    re.IGNORECASE | re.VERBOSE,
)
REQUEST_ID = re.compile(r"[\w.:-]{1,64}")

request_id: ContextVar[str] = ContextVar("request_id", default="")
logger = logging.getLogger("oncall.request")


def scrub(text: str) -> str:
    """Return ``text`` with every token in it replaced; scrubbing twice changes nothing."""
    return SECRETS.sub(lambda found: (found["before"] or "") + SCRUBBED, text)


def _quoted(value: object) -> str:
    text = str(value)
    if text and not re.search(r'[\s"=]', text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


class FactFormatter(logging.Formatter):
    """One line: time, level, logger, message, the request's id and what was passed as ``extra={"facts": {…}}``."""

    def format(self, record: logging.LogRecord) -> str:
        facts: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current := request_id.get():
            facts["request"] = current
        facts |= getattr(record, "facts", {})
        if record.exc_info:
            facts["trace"] = self.formatException(record.exc_info)
        return scrub(" ".join(f"{key}={_quoted(value)}" for key, value in facts.items()))


class WithoutTokens(logging.Filter):
    """Takes the tokens out of the message itself: a handler may have a formatter of its own, as mail to admins has."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = scrub(record.getMessage()), ()
        return True


class RequestLog:
    """Give each request an id, answer with it, and log the request once, when it has been answered.

    A proxy's ``X-Request-Id`` is kept, so that one id follows a request through both logs.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-Id", "")
        current = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(current)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers["X-Request-Id"] = current
            facts = {
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "ms": round((time.perf_counter() - started) * 1000, 1),
            }
            logger.info("answered", extra={"facts": facts})
            return response
        finally:
            request_id.reset(token)
