"""Calendars that people subscribe to."""

from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from rotations.models.people import Person, Team
from rotations.models.schedules import Schedule

MOST_ALARMS: Final = 3
# Four weeks, in minutes.
EARLIEST_ALARM: Final = 40_320
MOST_DAYS: Final = 400


class CalendarLink(models.Model):
    """A secret address under which the shifts of one schedule, one team or one person are published.

    The token is shown once, when the link is made; only its SHA-256 is kept. ``past_days`` and ``future_days`` are
    counted from midnight UTC. ``alarms`` are minutes before a shift starts. ``revision`` rises whenever what the
    calendar shows is chosen anew, last at ``changed_at``.
    """

    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(max_length=200)
    schedule = models.ForeignKey(
        Schedule, on_delete=models.PROTECT, null=True, blank=True, related_name="calendar_links"
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="calendar_links")
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="calendar_links_about"
    )
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="calendar_links")
    past_days = models.PositiveSmallIntegerField(
        "days back",
        default=30,
        validators=[MaxValueValidator(MOST_DAYS)],
        help_text="How far back the calendar reaches, from midnight UTC.",
    )
    future_days = models.PositiveSmallIntegerField(
        "days ahead",
        default=180,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
        help_text=f"How far ahead it reaches; with the days back at most {MOST_DAYS}.",
    )
    gaps = models.BooleanField("show gaps", default=False, help_text="Show when nobody is on call, as events.")
    alarms = models.JSONField(default=list, blank=True)
    merge = models.BooleanField(
        "join turns", default=False, help_text="Show adjacent turns of one person as one event."
    )
    busy = models.BooleanField("block time", default=False, help_text="Show people as busy while they are on call.")
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(editable=False)
    changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_fetched_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_client = models.CharField(max_length=200, blank=True, editable=False)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.CheckConstraint(
                name="a_calendar_link_shows_one_schedule_team_or_person",
                condition=Q(schedule__isnull=False, team=None, person=None)
                | Q(schedule=None, team__isnull=False, person=None)
                | Q(schedule=None, team=None, person__isnull=False),
                violation_error_message="Choose one: a schedule, a team or a person.",
                violation_error_code="invalid",
            ),
            models.CheckConstraint(
                name="a_calendar_reaches_from_1_to_400_days",
                condition=Q(future_days__gte=1, past_days__lte=MOST_DAYS - F("future_days")),
                violation_error_message=f"A calendar shows at most {MOST_DAYS} days, back and ahead together.",
                violation_error_code="window_too_long",
            ),
            models.CheckConstraint(
                name="the_calendar_of_a_person_shows_no_gaps",
                condition=Q(gaps=False) | Q(person=None),
                violation_error_message="Gaps belong to schedules and teams; a person's calendar has none.",
                violation_error_code="invalid",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        given = self.alarms
        are_minutes = isinstance(given, list) and all(type(each) is int for each in given)
        if not are_minutes or not all(0 <= each <= EARLIEST_ALARM for each in given):
            message = f"Alarms are whole minutes before a shift starts, from 0 to {EARLIEST_ALARM}."
            raise ValidationError({"alarms": ValidationError(message, code="invalid")})
        if len(given) > MOST_ALARMS or len({*given}) < len(given):
            message = f"There are at most {MOST_ALARMS} alarms, each at another time."
            raise ValidationError({"alarms": ValidationError(message, code="invalid")})
