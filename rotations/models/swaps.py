"""When one person takes the turn of another."""

from django.db import models
from django.db.models import F, Q

from rotations.models.people import Person
from rotations.models.schedules import Rotation


class SwapState(models.TextChoices):
    """Only an accepted swap changes who is on call."""

    ASKED = "asked", "Asked"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Cancelled"


class SwapFlag(models.TextChoices):
    """Why a swap wants another look after an edit; an accepted one stays in force as far as it can."""

    MOVED = "moved", "The turn overlaps its old span by under half"
    NOT_THEIRS = "not_theirs", "The person replaced no longer holds the turn"
    LEFT = "left", "The person who takes over was deactivated"


class Swap(models.Model):
    """``person`` takes the turn ``ordinal`` of ``replaces``, or the part of it within ``[start, end)``.

    ``person`` is null while the whole team is asked. ``turn_start`` and ``turn_end`` are the turn's span when it was
    asked for: an edit that moves the turn away from there flags the swap. ``exchange`` is the swap that goes the
    other way; the two are accepted together.

    It counts from ``accepted_at`` on. One that is cancelled while it runs keeps that, with the part that had passed as
    its ``[start, end)``; one that is cancelled before it began has none.
    """

    rotation = models.ForeignKey(Rotation, on_delete=models.PROTECT, related_name="swaps")
    ordinal = models.BigIntegerField()
    replaces = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="swaps_given")
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="swaps_taken",
        help_text="Empty: the team.",
    )
    start = models.DateTimeField(null=True, blank=True)
    end = models.DateTimeField(null=True, blank=True)
    turn_start = models.DateTimeField(editable=False)
    turn_end = models.DateTimeField(editable=False)
    exchange = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=9, choices=SwapState, default=SwapState.ASKED)
    reason = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField(editable=False)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField(null=True, blank=True, editable=False)
    flag = models.CharField(max_length=10, choices=SwapFlag, blank=True, editable=False)
    flagged_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("-asked_at", "-id")
        indexes = (models.Index(name="swap_by_turn", fields=("rotation", "ordinal")),)
        constraints = (
            models.CheckConstraint(
                name="nobody_swaps_with_themselves",
                condition=Q(person=None) | ~Q(person=F("replaces")),
                violation_error_message="A person cannot swap with themselves.",
                violation_error_code="replaces_themselves",
            ),
            models.CheckConstraint(
                name="a_part_of_a_turn_ends_after_it_starts",
                # A comparison with nothing is neither true nor false, and a check lets that pass.
                condition=Q(start=None, end=None) | Q(start__isnull=False, end__isnull=False, end__gt=F("start")),
                violation_error_message="The end must be after the start; leave both empty for the whole turn.",
                violation_error_code="end_before_start",
            ),
            models.CheckConstraint(
                name="an_accepted_swap_says_who_takes_over_and_since_when",
                condition=~Q(state=SwapState.ACCEPTED) | Q(person__isnull=False, accepted_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.person or 'the team'} for {self.replaces}, turn {self.ordinal} of {self.rotation}"
