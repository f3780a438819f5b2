"""What was changed in the configuration, by whom: facts, written in the transaction of the change."""

from django.db import models
from django.db.models import Q

from rotations.models.schedules import Schedule


class ActorKind(models.TextChoices):
    PERSON = "person", "Person"
    TOKEN = "token", "Token"
    INTEGRATION = "integration", "Integration"
    SYSTEM = "system", "System"


class ScheduleChange(models.Model):
    """One write that can change an answer of a schedule. Append-only; ``announced_at`` is null until people were told.

    ``before`` and ``after`` hold the changed thing as plain values, null where it did not exist.
    """

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    revision = models.PositiveBigIntegerField()
    what = models.CharField(max_length=40)
    summary = models.CharField(max_length=500)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    actor_kind = models.CharField(max_length=11, choices=ActorKind)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200)
    announced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(name="schedule_change_unannounced", fields=("id",), condition=Q(announced_at=None)),
            models.Index(name="schedule_change_by_schedule", fields=("schedule", "-at")),
        )

    def __str__(self) -> str:
        return self.summary
