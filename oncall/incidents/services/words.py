"""What was written for an incident: text that fits, or a refusal that names the field; and how a fact says it."""

from collections.abc import Iterable

from oncall.incidents.models import MILDEST_SEVERITY, WORST_SEVERITY
from rotations.errors import Invalid
from rotations.models import Person


def fitting(text: str, *, field: str, limit: int, required: bool = False) -> str:
    """Return ``text`` without surrounding blanks.

    Raises:
        Invalid: ``invalid`` if it is longer than ``limit`` characters, empty though required, or holds a NUL
            character, which PostgreSQL does not store.
    """
    stripped = text.strip()
    if required and not stripped:
        raise Invalid("invalid", "This may not be empty.", field=field)
    if len(stripped) > limit:
        raise Invalid("invalid", f"This may have at most {limit} characters.", field=field)
    if "\x00" in stripped:
        raise Invalid("invalid", "Null characters are not allowed.", field=field)
    return stripped


def known_severity(severity: int) -> int:
    """Return ``severity``.

    Raises:
        Invalid: ``invalid`` if it is not 1 (worst) to 5.
    """
    if not WORST_SEVERITY <= severity <= MILDEST_SEVERITY:
        raise Invalid("invalid", "Severities are 1 (worst) to 5.", field="severity")
    return severity


def said(words: str) -> str:
    """Return what was said, behind a colon; nothing where nothing was."""
    return f": {words}" if words else ""


def together(people: Iterable[Person]) -> str:
    """Return several names in words: ``Ada, Bo and Cy``; nothing for nobody."""
    names = [person.name for person in people]
    *most, last = names or [""]
    return f"{', '.join(most)} and {last}" if most else last
