"""Who asks me to take over, whom did I ask, and what did I give away?"""

from datetime import datetime
from typing import Any

from rotations.models import Override, OverrideKind, Person
from rotations.queries.swaps import swaps_asked_of, swaps_given_by


def shown(person: Person, *, now: datetime) -> dict[str, Any]:
    """Return what the section shows."""
    return {
        "swaps": list(swaps_asked_of(person, now=now)),
        "given": list(swaps_given_by(person, now=now)),
        "overrides": list(
            Override.objects.filter(kind=OverrideKind.REPLACE, replaces=person, end__gt=now, schedule__archived_at=None)
            .select_related("schedule", "person")
            .order_by("start", "pk")
        ),
    }
