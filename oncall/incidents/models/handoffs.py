"""Roles on their way from one person to another: offered, answered, and what the one tells the other."""

from typing import Final, NamedTuple

from django.db import models
from django.db.models import Q

from oncall.incidents.models.assignments import Assignment
from rotations.models import Person


class HandoffState(models.TextChoices):
    OFFERED = "offered", "Offered"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"


class HandoffStep(NamedTuple):
    """A step of a handoff, from nothing if ``before`` is None, and the fact that tells of it."""

    before: HandoffState | None
    after: HandoffState
    fact: str


# Every way in which a handoff goes on; there is no other. What was answered stays so.
HANDOFF_STEPS: Final = (
    HandoffStep(None, HandoffState.OFFERED, "handoff_offered"),
    HandoffStep(HandoffState.OFFERED, HandoffState.ACCEPTED, "handed_off"),
    HandoffStep(HandoffState.OFFERED, HandoffState.DECLINED, "handoff_declined"),
    HandoffStep(HandoffState.OFFERED, HandoffState.CANCELLED, "handoff_cancelled"),
    HandoffStep(HandoffState.OFFERED, HandoffState.EXPIRED, "handoff_expired"),
)


class CancelReason(models.TextChoices):
    """``withdrawn``: by whoever offered it. The others say what ended the assignment, or took the recipient away.

    ``off_shift``: offered at a shift change, and the schedule changed again since.
    """

    WITHDRAWN = "withdrawn", "Withdrawn"
    TAKEN = "taken", "Taken"
    RELEASED = "released", "Released"
    VACATED = "vacated", "Vacated"
    DEACTIVATED = "deactivated", "Deactivated"
    OFF_SHIFT = "off_shift", "No longer on call"
    MERGED = "merged", "Merged"
    RESOLVED = "resolved", "Resolved"


class Handoff(models.Model):
    """The holder of ``assignment`` asks ``person`` to take it over, and stays accountable until they accept.

    The note is what the recipient needs to know; every part of it may be empty. ``words`` are those of the answer.
    ``is_automatic``: offered at a shift change and not by the holder; then ``because`` says why to this person, and
    ``evidence`` lists every candidate (see ``staffing.Candidate``).
    """

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="handoffs")
    epoch = models.PositiveIntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="handoffs")
    status = models.TextField(blank=True)
    hypotheses_open = models.TextField(blank=True)
    ruled_out = models.TextField(blank=True)
    last_update = models.TextField(blank=True)
    next_check_in = models.DateTimeField(null=True)
    state = models.CharField(max_length=9, choices=HandoffState, default=HandoffState.OFFERED)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=11, choices=CancelReason, blank=True)
    words = models.CharField(max_length=500, blank=True)
    is_automatic = models.BooleanField(default=False)
    because = models.CharField(max_length=500, blank=True)
    evidence = models.JSONField(default=list)

    class Meta:
        ordering = ("assignment", "id")
        constraints = (
            models.UniqueConstraint(
                name="an_assignment_has_one_open_handoff",
                fields=("assignment",),
                condition=Q(state=HandoffState.OFFERED),
                violation_error_message="This role is being handed off already.",
                violation_error_code="handoff_open",
            ),
            models.CheckConstraint(
                name="a_handoff_waits_or_was_answered",
                condition=Q(state=HandoffState.OFFERED, answered_at=None)
                | (~Q(state=HandoffState.OFFERED) & Q(answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="a_cancelled_handoff_says_why",
                condition=(Q(state=HandoffState.CANCELLED) & ~Q(reason=""))
                | (~Q(state=HandoffState.CANCELLED) & Q(reason="")),
            ),
        )
        indexes = (
            models.Index(name="handoff_due", fields=("expires_at",), condition=Q(state=HandoffState.OFFERED)),
            models.Index(name="handoff_open_by_person", fields=("person",), condition=Q(state=HandoffState.OFFERED)),
        )

    def __str__(self) -> str:
        return f"{self.assignment} to {self.person}"
