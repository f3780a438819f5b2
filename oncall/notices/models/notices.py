"""What people were told, and what they want to hear."""

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import models

from oncall.incidents.models import Incident
from oncall.notices.telling import ALWAYS_TOLD, Kind, Topic
from rotations.models import Person

# Before a shift starts, in minutes: a day and an hour.
REMINDERS: Final = (1440, 60)
EARLIEST_REMINDER: Final = 7 * 1440
LATEST_REMINDER: Final = 5
MOST_REMINDERS: Final = 5


def reminders_by_default() -> list[int]:
    """Return a new list of the reminders that everybody has who chose none."""
    return [*REMINDERS]


class Notice(models.Model):
    """What one person is told of one fact. Append-only.

    ``fact`` names what it is about, such as ``timeline:812`` or ``shift:3:2026-11-23T09:00:00+00:00:60``. ``path`` is
    the page on which something can be done about it, ``action`` what the link is called. After ``expires_at`` it says
    nothing any more; null: it always does.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="notices")
    fact = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.label) for kind in Kind])
    at = models.DateTimeField()
    subject = models.CharField(max_length=400)
    text = models.TextField()
    path = models.CharField(max_length=200)
    action = models.CharField(max_length=60)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(name="a_person_is_told_of_a_fact_once", fields=("person", "fact")),)

    def __str__(self) -> str:
        return self.subject


class Preference(models.Model):
    """What one person wants to hear. Whoever has none hears everything, and of shifts a day and an hour before.

    ``muted`` lists topics; ``reminders`` are minutes before a shift starts, the earliest first.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="notice_preference")
    muted = models.JSONField(default=list, blank=True)
    reminders = models.JSONField(default=reminders_by_default, blank=True)

    def __str__(self) -> str:
        return f"What {self.person} hears"

    def clean(self) -> None:
        faults = {"muted": _fault_of_muted(self.muted), "reminders": _fault_of_reminders(self.reminders)}
        if found := {field: ValidationError(fault, code="invalid") for field, fault in faults.items() if fault}:
            raise ValidationError(found)


def _fault_of_muted(muted: Any) -> str:
    if not isinstance(muted, list) or not all(topic in list(Topic) for topic in muted):
        return f"Choose from {', '.join(topic for topic in Topic if topic not in ALWAYS_TOLD)}."
    if lost := ALWAYS_TOLD & set(muted):
        return f"What waits for an answer cannot be muted: {', '.join(sorted(lost))}."
    return ""


def _fault_of_reminders(reminders: Any) -> str:
    fits = isinstance(reminders, list) and all(
        isinstance(one, int) and not isinstance(one, bool) and LATEST_REMINDER <= one <= EARLIEST_REMINDER
        for one in reminders
    )
    if not fits or len(reminders) > MOST_REMINDERS or len(set(reminders)) < len(reminders):
        return (
            f"Write at most {MOST_REMINDERS} different numbers of minutes, "
            f"from {LATEST_REMINDER} to {EARLIEST_REMINDER} (7 days)."
        )
    return ""
