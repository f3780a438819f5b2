"""What was said of a schedule so far, so that what changes, and what comes near, is said once."""

from django.db import models

from rotations.models import Schedule


class Watch(models.Model):
    """How far one schedule has been looked at. It answers nothing: who is on call, the schedule's plan says.

    Everything up to ``looked_at`` was told: who was on call then (``on_call``, ids in order), and which spans people
    were known to have up to ``known_until`` (``known``: person -> [[start, end], …]). ``due_at`` is when something is
    next to be said: a shift is near, somebody else is on call.
    """

    schedule = models.OneToOneField(Schedule, on_delete=models.PROTECT, primary_key=True, related_name="watch")
    revision = models.PositiveBigIntegerField()
    looked_at = models.DateTimeField()
    on_call = models.JSONField(default=list)
    known = models.JSONField(default=dict)
    known_until = models.DateTimeField()
    due_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        verbose_name_plural = "watches"

    def __str__(self) -> str:
        return f"Watch over {self.schedule}"
