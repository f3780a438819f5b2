"""What somebody wants to hear is theirs to choose, as far as nothing that waits for them is lost in silence."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from oncall.notices.models import Preference, Watch
from oncall.notices.queries import preference_of
from rotations.actors import Actor
from rotations.errors import NotPermitted
from rotations.models import Person
from rotations.permissions import is_oneself
from rotations.queries import schedules_of
from rotations.services.rows import add_row, change_row


@transaction.atomic
def choose_notices(
    person: Person,
    *,
    muted: Iterable[str] | None = None,
    reminders: Iterable[int] | None = None,
    by: Actor,
    now: datetime,
) -> Preference:
    """Change what ``person`` hears: the topics they mute, the minutes before a shift; what is None stays.

    Raises:
        NotPermitted: ``by`` is somebody else, and no administrator.
        ValidationError: ``invalid`` for a topic that is not there or cannot be muted, or reminders that do not fit.
    """
    if not (is_oneself(by, person) or by.is_administrator):
        raise NotPermitted(f"Only {person} and administrators choose what {person} is told.", field="person")
    # The person's row is the lock: of two who choose at once, both are heard.
    held = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    preference = preference_of(held)
    if muted is not None:
        preference.muted = _sorted(muted)
    if reminders is not None:
        preference.reminders = sorted(reminders, reverse=True)
    if preference._state.adding:
        add_row(preference)
    else:
        change_row(preference)
    if reminders is not None:
        # Something may be due earlier than was thought.
        Watch.objects.filter(schedule__in=schedules_of(held), due_at__gt=now).update(due_at=now)
    return preference


def _sorted(muted: Iterable[Any]) -> list[Any]:
    return sorted({*muted})
