"""Who was told what? As lines, one for each notice: ``Ada role_offered: You are asked to be Lead: #1 Checkout 5xx``."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from oncall.incidents.models import Incident, TimelineEntry
from oncall.notices.models import Event, Notice
from oncall.notices.services.announcing import announce
from oncall.notices.services.watching import look_again
from rotations.models import Schedule, ScheduleChange, ScheduleWarning
from tests.factories.incidents import NIGHT
from tests.write_guard import arranging


def minutes(count: float) -> datetime:
    """Return the moment so many minutes into the night."""
    return NIGHT + timedelta(minutes=count)


def heard(*, at: datetime = NIGHT) -> list[str]:
    """Announce everything that waits, and return what people hear of it, in order."""
    last = Notice.objects.order_by("id").values_list("pk", flat=True).last() or 0
    while announce(now=at):
        pass
    new = Notice.objects.filter(pk__gt=last).select_related("person").order_by("id")
    return [f"{one.person.name} {one.kind}: {one.subject}" for one in new]


def told(*, at: datetime = NIGHT) -> set[tuple[str, str]]:
    """Announce everything that waits, and return who hears which kind of notice."""
    return {(line.split()[0], line.split()[1].rstrip(":")) for line in heard(at=at)}


def nothing_waits() -> None:
    """Take note of what was arranged as if it had been announced: a test hears of what it is about alone."""
    with arranging():
        for model in (TimelineEntry, ScheduleChange, ScheduleWarning):
            model._default_manager.update(announced_at=NIGHT)
    with transaction.atomic():
        for unwatched in Schedule.objects.filter(watch=None):
            look_again(unwatched, changes=(), now=NIGHT)


def noted(one: Incident, kind: str, text: str = "It happened", /, **data: Any) -> TimelineEntry:
    """Write a fact of a timeline as another part of the house will."""
    with arranging():
        return TimelineEntry.objects.create(
            incident=one, at=NIGHT, kind=kind, text=text, data=data, actor_kind="system", actor_name="Oncall"
        )


def published() -> list[tuple[str, Any]]:
    """Return the events that webhooks hear, oldest first."""
    return [(one.type, one.data) for one in Event.objects.order_by("at", "fact")]
