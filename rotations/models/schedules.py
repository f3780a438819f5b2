"""What a team configures: schedules, their rotations, and each rotation's versions."""

from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from timezone_field import TimeZoneField

from rotations.models.people import Person, Team

# A longer one would look for shifts far outside any window that is asked for.
LONGEST_REST: Final = timedelta(days=7)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class AbsencePolicy(models.TextChoices):
    """What an absence does to a turn."""

    FLAG = "flag", "Change nothing, report the conflict"
    SKIP = "skip", "Take the absent person out"
    NEXT = "next", "Put in the next person in order"


class Unit(models.TextChoices):
    HOUR = "hour", "hours"
    DAY = "day", "days"
    WEEK = "week", "weeks"
    MONTH = "month", "months"


class Advance(models.TextChoices):
    """Which turns move the order on."""

    TURN = "turn", "Every turn"
    COVERED = "covered", "Only turns in which the rotation counts"


class Schedule(models.Model):
    """One answer to "who is on call": rotations in layers, and overrides on top.

    ``revision`` rises with every write that can change an answer; ``changed_at`` is the moment of the latest one.
    Duty is recorded in ``[recorded_from, recorded_until)``, both null until it first was. ``next_change_at`` is when
    the answer next changes, after a write the moment of the write until that was looked up, null where nothing changes
    within the look-ahead. ``warnings_due_at`` is when its warnings are to be looked at again.

    ``settled_at`` is no column: the moment up to which this row, held by the current transaction, is settled.
    """

    slug = models.SlugField(unique=True, help_text="Used in addresses and by paging systems, such as payments-primary.")
    name = models.CharField(max_length=200)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="schedules")
    zone = TimeZoneField(
        "time zone", default="UTC", help_text="Shown in this zone; each rotation has its own for its handoffs."
    )
    absence_policy = models.CharField(
        max_length=8,
        choices=AbsencePolicy,
        default=AbsencePolicy.FLAG,
        help_text="What happens when the person on call is absent.",
    )
    revision = models.PositiveBigIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(editable=False)
    recorded_from = models.DateTimeField(null=True, blank=True, editable=False)
    recorded_until = models.DateTimeField(null=True, blank=True, editable=False)
    next_change_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)
    warnings_due_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)
    least_rest = models.DurationField(
        "least rest between shifts",
        null=True,
        blank=True,
        help_text="Shorter rests are reported, such as 11:00:00 for eleven hours; empty checks nothing.",
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    settled_at: datetime | None = None

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.least_rest is not None and not timedelta() < self.least_rest <= LONGEST_REST:
            message = f"A rest is longer than nothing and at most {LONGEST_REST.days} days."
            # Of an error called "invalid" Django's forms show words of their own.
            code = "max_value" if self.least_rest > LONGEST_REST else "min_value"
            raise ValidationError({"least_rest": ValidationError(message, code=code)})


class Rotation(models.Model):
    """Members taking turns. The highest layer with somebody on call answers for the schedule."""

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="rotations")
    name = models.CharField(max_length=200)
    layer = models.PositiveSmallIntegerField(
        default=1, help_text="A higher layer covers the lower ones; rotations of one layer answer together."
    )
    created_at = models.DateTimeField(editable=False)
    ends_at = models.DateTimeField(null=True, blank=True, help_text="From this moment on nobody takes a turn here.")

    class Meta:
        ordering = ("schedule", "-layer", "id")
        constraints = (
            models.CheckConstraint(
                name="a_layer_is_at_least_one",
                condition=Q(layer__gte=1),
                violation_error_message="Layers start at 1.",
                violation_error_code="invalid",
            ),
        )

    def __str__(self) -> str:
        return f"{self.schedule.name}: {self.name}"


class RotationVersion(models.Model):
    """How a rotation works from ``effective_at`` until its next version starts.

    ``anchor`` is a wall-clock reading in ``zone``: handoff n falls ``n * every`` units after it.
    ``first_ordinal`` and ``first_slot`` belong to the turn that contains ``effective_at``.
    """

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="versions")
    effective_at = models.DateTimeField()
    # Text, not a DateTimeField: with USE_TZ Django would read the naive value as an instant in UTC and a form would
    # move it into the viewer's zone. This is a clock on a wall: it belongs to ``zone`` alone.
    anchor = models.CharField(
        max_length=19, help_text="A handoff, as the clock on the wall shows it: 2026-01-05T09:00:00."
    )
    zone = TimeZoneField("time zone", help_text="Handoffs and hours are read on a clock in this zone.")
    unit = models.CharField(max_length=5, choices=Unit, default=Unit.WEEK)
    every = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(1000)])
    advance = models.CharField(max_length=7, choices=Advance, default=Advance.TURN)
    first_ordinal = models.BigIntegerField(editable=False, default=0)
    first_slot = models.PositiveIntegerField(editable=False, default=0)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ("rotation", "effective_at")
        constraints = (
            models.UniqueConstraint(
                name="a_rotation_has_one_version_from_an_instant",
                fields=("rotation", "effective_at"),
                violation_error_message="This rotation has a version that starts then already.",
                violation_error_code="version_exists",
            ),
            models.CheckConstraint(
                name="a_turn_lasts_at_least_one_unit",
                condition=Q(every__gte=1, every__lte=1000),
                violation_error_message="A turn lasts 1 to 1000 units.",
                violation_error_code="invalid",
            ),
        )

    def __str__(self) -> str:
        return f"{self.rotation} from {self.effective_at:%Y-%m-%d %H:%M}Z"


class Slot(models.Model):
    """A place in the order, of no, one or more members; without members it is a deliberate hole.

    ``position`` counts from 0. It is null for the people whom an edit left on call until their turn ended: they
    serve the turn that contains ``effective_at`` and have no place in the new order.
    """

    version = models.ForeignKey(RotationVersion, on_delete=models.CASCADE, related_name="slots")
    position = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("version", "position", "id")
        constraints = (
            models.UniqueConstraint(name="a_position_holds_one_slot", fields=("version", "position")),
            models.UniqueConstraint(
                name="a_version_carries_one_turn_over", fields=("version",), condition=Q(position=None)
            ),
        )

    def __str__(self) -> str:
        return "carried over" if self.position is None else f"place {self.position + 1}"


class SlotMember(models.Model):
    """One person in one slot. A shadow watches: never counted as on call, never a candidate for a role."""

    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="slot_memberships")
    position = models.PositiveIntegerField(default=0)
    shadow = models.BooleanField(default=False)

    class Meta:
        ordering = ("slot", "position", "id")
        constraints = (
            models.UniqueConstraint(
                name="a_person_is_once_in_a_slot",
                fields=("slot", "person"),
                violation_error_message="This person is in the slot already.",
                violation_error_code="member_twice",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} (shadow)" if self.shadow else str(self.person)


class Window(models.Model):
    """Hours of the week in which a rotation counts, by wall clock in the version's zone.

    ``end`` at or before ``start`` runs into the next day and belongs to the start day; equal means 24 hours.
    """

    version = models.ForeignKey(RotationVersion, on_delete=models.CASCADE, related_name="windows")
    days = models.JSONField(help_text='Such as ["mon", "tue"].')
    start = models.TimeField()
    end = models.TimeField()

    class Meta:
        ordering = ("version", "id")

    def __str__(self) -> str:
        return f"{' '.join(self.days)} {self.start:%H:%M}-{self.end:%H:%M}"

    def clean(self) -> None:
        if not self.days or not isinstance(self.days, list) or not set(self.days) <= set(WEEKDAYS):
            raise ValidationError({"days": ValidationError("Name at least one day, mon to sun.", code="invalid")})
