"""Refusals of the services: raised where they are known, translated once per door."""

from typing import Any


class Refusal(Exception):
    """A request that a rule refuses. Nothing was written.

    ``code`` is stable and documented; ``field`` names the offending input as in the request (a JSON key or a form
    field), if one does; ``extra`` is added to the answer.
    """

    def __init__(self, code: str, detail: str, *, field: str | None = None, **extra: Any) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.field = field
        self.extra = extra


class Invalid(Refusal):
    """The input can never be right (400)."""


class Conflict(Refusal):
    """The input does not fit what is there now (409)."""


class NotPermitted(Refusal):
    """Seen, but not allowed for whoever acts (403)."""

    def __init__(self, detail: str, *, field: str | None = None, **extra: Any) -> None:
        super().__init__("not_permitted", detail, field=field, **extra)


class NotThere(Refusal):
    """Nothing of that name (404)."""

    def __init__(self, detail: str, *, code: str = "not_found", field: str | None = None, **extra: Any) -> None:
        super().__init__(code, detail, field=field, **extra)
