"""Who did it: the acting person, token, integration or the system, as the ledgers keep it."""

from dataclasses import dataclass
from typing import Self

from rotations.models import ActorKind, Person


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts. ``id`` is null for the system.

    ``person`` is who the act counts for: the person itself, or whom a token acts as; null where nobody does.
    ``is_administrator`` is true for administrators and for tokens of scope ``admin``; ``manages_every_team`` for
    service tokens of scope ``schedules``, which belong to no team.
    """

    kind: ActorKind
    id: int | None
    name: str
    person: Person | None = None
    is_administrator: bool = False
    manages_every_team: bool = False

    @classmethod
    def of_person(cls, person: Person) -> Self:
        return cls(ActorKind.PERSON, person.pk, person.name, person, person.is_superuser)

    @classmethod
    def system(cls) -> Self:
        return cls(ActorKind.SYSTEM, None, "Oncall", is_administrator=True)
