"""Which schedules does an open incident look at, and when do other people go on call there?"""

from django.db import models

from oncall.incidents.models.incidents import Incident
from rotations.models import Schedule


class WatchedSchedule(models.Model):
    """A schedule in which people for an open incident are looked for, as it was when it was last looked at.

    ``people`` are the ids of who was on call then. It is looked at again at ``look_at``, when others will be, null if
    nobody ever is; or when ``revision`` is not the schedule's any more. A resolved incident watches nothing.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="watched")
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="+")
    people = models.JSONField(default=list)
    revision = models.PositiveBigIntegerField()
    look_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        ordering = ("incident", "id")
        constraints = (
            models.UniqueConstraint(name="an_incident_watches_a_schedule_once", fields=("incident", "schedule")),
        )
        indexes = (models.Index(name="watched_by_revision", fields=("schedule", "revision")),)

    def __str__(self) -> str:
        return f"{self.schedule} for {self.incident}"
