"""Who is told, and what are they told? Values: a person and their clock, and a notice in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from oncall.notices.telling.kinds import Kind


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who can be told: active, and with a clock of their own."""

    id: int
    name: str
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Told:
    """What one person is told: a subject, paragraphs, and the page on which something can be done about it."""

    person: int
    kind: Kind
    subject: str
    paragraphs: tuple[str, ...]
    path: str
    action: str
    expires_at: datetime | None = None


def once_each(notices: Iterable[Told], *, without: int | None = None) -> tuple[Told, ...]:
    """Return the first notice for each person, in order; none for ``without``, who did it themselves."""
    first: dict[int, Told] = {}
    for told in notices:
        if told.person != without:
            first.setdefault(told.person, told)
    return tuple(first.values())
