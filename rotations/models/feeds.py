"""Calendars that people subscribe to."""

from django.db import models
from django.db.models import Q

from rotations.models.people import Person
from rotations.models.schedules import Schedule


class CalendarLink(models.Model):
    """A secret address under which the shifts of one schedule or one person are published.

    The token is shown once, when the link is made; only its SHA-256 is kept.
    """

    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(max_length=200)
    schedule = models.ForeignKey(
        Schedule, on_delete=models.PROTECT, null=True, blank=True, related_name="calendar_links"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="calendar_links_about"
    )
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="calendar_links")
    created_at = models.DateTimeField(editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_fetched_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_client = models.CharField(max_length=200, blank=True, editable=False)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.CheckConstraint(
                name="a_calendar_link_shows_one_schedule_or_one_person",
                condition=Q(schedule__isnull=False, person=None) | Q(schedule=None, person__isnull=False),
                violation_error_message="Choose a schedule or a person, not both.",
                violation_error_code="invalid",
            ),
        )

    def __str__(self) -> str:
        return self.name
