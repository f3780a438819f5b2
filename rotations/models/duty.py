"""What really happened: the record that answers every question about the past."""

from django.db import models
from django.db.models import F, Q

from rotations.models.people import Person
from rotations.models.schedules import Schedule


class Duty(models.Model):
    """A shift, or planned silence, as it happened in ``[start, end)``. Closed rows never change.

    Only a row that ends at the schedule's ``recorded_until`` may be extended. ``person`` is null for silence. Whoever
    only watched has rows too, with ``shadow``: those are no shifts. ``source`` is the reason as the engine gave it
    (see ``rotations.queries.duty``), ``because`` the same in words with the names as they were, so that the past
    explains itself.
    """

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="duty")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="duty")
    shadow = models.BooleanField(default=False)
    start = models.DateTimeField()
    end = models.DateTimeField()
    uid = models.CharField(max_length=36, blank=True)
    source = models.JSONField()
    because = models.CharField(max_length=500)

    class Meta:
        ordering = ("schedule", "start", "id")
        verbose_name_plural = "duty"
        indexes = (
            models.Index(name="duty_by_schedule_and_end", fields=("schedule", "end")),
            models.Index(name="duty_by_person_and_end", fields=("person", "end")),
        )
        constraints = (
            models.CheckConstraint(name="duty_ends_after_it_starts", condition=Q(end__gt=F("start"))),
            models.UniqueConstraint(
                name="duty_of_a_person_starts_once", fields=("schedule", "person", "shadow", "start")
            ),
        )

    def __str__(self) -> str:
        return f"{self.person or 'nobody'} in {self.schedule}, {self.start:%Y-%m-%d %H:%M}Z"
