"""What will go wrong unless somebody does something."""

from django.db import models
from django.db.models import Q

from rotations.models.people import Person
from rotations.models.schedules import Schedule
from rotations.models.swaps import Swap


class WarningKind(models.TextChoices):
    GAP = "gap", "Nobody is on call"
    ABSENT = "absent", "Somebody on call is away"
    DEACTIVATED = "deactivated", "A turn belongs to somebody deactivated"
    SWAP_FLAGGED = "swap_flagged", "A swap wants another look"


class ScheduleWarning(models.Model):
    """Trouble foreseen within ``[start, end)`` of a schedule; ``cleared_at`` is when it was no longer foreseen."""

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="warnings")
    kind = models.CharField(max_length=12, choices=WarningKind)
    start = models.DateTimeField()
    end = models.DateTimeField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    swap = models.ForeignKey(Swap, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.CharField(max_length=500)
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    announced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("schedule", "start", "id")
        verbose_name = "warning"
        indexes = (
            models.Index(name="warning_open", fields=("schedule", "start"), condition=Q(cleared_at=None)),
            models.Index(name="warning_unannounced", fields=("id",), condition=Q(announced_at=None)),
        )

    def __str__(self) -> str:
        return self.text
