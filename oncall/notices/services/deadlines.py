"""Whose time to answer is nearly over?"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from oncall.incidents.models import Assignment, State
from oncall.notices.queries import who
from oncall.notices.services.outbox import Telling, tell
from oncall.notices.telling.roles import deadline_near
from oncall.notices.telling.scene import Scene

NEAR: Final = timedelta(minutes=1)
BATCH: Final = 100


def remind_of_deadlines(*, now: datetime, limit: int = BATCH) -> int:
    """Remind, in order of the deadline, whoever has a minute left to answer an offer; return how many are new.

    Of an offer that waits for less than two minutes in all, nobody is reminded. Costs by what is near, not by what is
    open.
    """
    near = (
        Assignment.objects.filter(state=State.OFFERED, accept_by__gt=now, accept_by__lte=now + NEAR)
        .filter(accept_by__gte=F("since") + 2 * NEAR, person__is_active=True)
        .order_by("accept_by", "id")
    )
    if not near.exists():
        return 0
    with transaction.atomic():
        # Held, so that nobody is reminded who has just answered, or by two workers.
        held = near.select_for_update(no_key=True, of=("self",)).select_related("incident", "role", "person")
        return tell((telling for one in held[:limit] for telling in _tellings(one)), now=now)


def _tellings(one: Assignment) -> list[Telling]:
    scene = Scene(
        number=one.incident_id,
        title=one.incident.title,
        is_drill=one.incident.is_drill,
        people={one.person_id: who(one.person)},
        names={one.person_id: one.person.name},
    )
    assert one.accept_by is not None  # noqa: S101 - a constraint says so of every offer
    told = deadline_near(one.role.name, one.accept_by, one.person_id, scene)
    return [Telling(f"deadline:{one.pk}", one.accept_by - NEAR, each, one.incident_id) for each in told]
