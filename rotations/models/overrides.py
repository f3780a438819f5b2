"""What changes one span of a schedule without touching its rotations."""

from django.db import models
from django.db.models import F, Q

from rotations.models.people import Person
from rotations.models.schedules import Rotation, Schedule


class OverrideKind(models.TextChoices):
    """``replace`` without a replaced person replaces everyone; ``silence`` replaces everyone by nobody."""

    REPLACE = "replace", "Replace somebody"
    ADD = "add", "Add somebody"
    REMOVE = "remove", "Take somebody out"
    SILENCE = "silence", "Planned silence"


class Override(models.Model):
    """A change of who is on call within ``[start, end)``; the latest has the last word.

    It changes only by ending early: deleting a running one sets ``end`` to now.
    """

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="overrides")
    rotation = models.ForeignKey(
        Rotation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="overrides",
        help_text="Leave empty to change the schedule's answer; choose a rotation to change only that rotation.",
    )
    kind = models.CharField(max_length=7, choices=OverrideKind, default=OverrideKind.REPLACE)
    replaces = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="overrides_replacing",
        help_text="Who is not on call in this span. Leave empty to replace everyone.",
    )
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="overrides_covering",
        help_text="Who is on call instead, or in addition.",
    )
    start = models.DateTimeField()
    end = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(editable=False)
    ended_early_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("schedule", "start", "id")
        indexes = (models.Index(name="override_by_end", fields=("schedule", "end")),)
        constraints = (
            models.CheckConstraint(
                name="an_override_ends_after_it_starts",
                # Equal when it was ended in the instant it began.
                condition=Q(end__gt=F("start")) | Q(ended_early_at__isnull=False, end=F("start")),
                violation_error_message="The end must be after the start.",
                violation_error_code="end_before_start",
            ),
            models.CheckConstraint(
                name="an_override_names_the_people_its_kind_needs",
                condition=(
                    Q(kind=OverrideKind.REPLACE, person__isnull=False)
                    | Q(kind=OverrideKind.ADD, person__isnull=False, replaces=None)
                    | Q(kind=OverrideKind.REMOVE, person=None, replaces__isnull=False)
                    | Q(kind=OverrideKind.SILENCE, person=None, replaces=None, rotation=None)
                ),
                violation_error_message=(
                    "Replace needs who takes over; add only who is added; remove only who is taken out; "
                    "silence nobody, and the whole schedule."
                ),
                violation_error_code="people_do_not_fit_kind",
            ),
            models.CheckConstraint(
                name="nobody_replaces_themselves",
                condition=Q(person=None) | Q(replaces=None) | ~Q(person=F("replaces")),
                violation_error_message="A person cannot replace themselves.",
                violation_error_code="replaces_themselves",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} in {self.schedule}, {self.start:%Y-%m-%d %H:%M}Z"
