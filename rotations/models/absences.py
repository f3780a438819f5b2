"""When somebody is away."""

from django.db import models
from django.db.models import F, Q

from rotations.models.people import Person


class Absence(models.Model):
    """A person is away within ``[start, end)``; what that does to their turns is each schedule's absence policy."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="absences")
    start = models.DateTimeField()
    end = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True, help_text="Seen by everybody who signs in.")
    created_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ("start", "id")
        indexes = (models.Index(name="absence_by_person_and_end", fields=("person", "end")),)
        constraints = (
            models.CheckConstraint(
                name="an_absence_ends_after_it_starts",
                condition=Q(end__gt=F("start")),
                violation_error_message="The end must be after the start.",
                violation_error_code="end_before_start",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} away, {self.start:%Y-%m-%d %H:%M}Z to {self.end:%Y-%m-%d %H:%M}Z"
