"""Incidents and who takes part in them."""

from typing import Final, NamedTuple

from django.db import models
from django.db.models import F, Q

from oncall.incidents.models.plans import (
    DEFAULT_SEVERITY,
    MILDEST_SEVERITY,
    SEVERITY_VALIDATORS,
    WORST_SEVERITY,
    Service,
)
from rotations.models import ActorKind, Person


class Status(models.TextChoices):
    DECLARED = "declared", "Declared"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    MITIGATED = "mitigated", "Mitigated"
    RESOLVED = "resolved", "Resolved"


class StatusStep(NamedTuple):
    """A step of an incident, from nothing if ``before`` is None, and the facts of which one tells of it."""

    before: Status | None
    after: Status
    facts: tuple[str, ...]


# Every way in which an incident goes on; there is no other, and of each the timeline says who did it.
STATUS_STEPS: Final = (
    StatusStep(None, Status.DECLARED, ("declared",)),
    StatusStep(Status.DECLARED, Status.ACKNOWLEDGED, ("acknowledged",)),
    StatusStep(Status.DECLARED, Status.MITIGATED, ("mitigated",)),
    StatusStep(Status.ACKNOWLEDGED, Status.MITIGATED, ("mitigated",)),
    *(
        StatusStep(status, Status.RESOLVED, ("resolved", "merged"))
        for status in (Status.DECLARED, Status.ACKNOWLEDGED, Status.MITIGATED)
    ),
    StatusStep(Status.RESOLVED, Status.DECLARED, ("reopened",)),
)


class Incident(models.Model):
    """Something is broken and people work on it together.

    ``plan`` is the response plan as it stood when the incident was declared (see ``staffing.PinnedPlan``).
    ``last_event_at`` keeps the spans of its ledger from running backwards. ``epoch`` counts reopenings, from 1.
    ``merged_into`` is the incident in which it ended.
    """

    number = models.BigAutoField(primary_key=True)
    title = models.CharField(max_length=300)
    severity = models.PositiveSmallIntegerField(default=DEFAULT_SEVERITY, validators=SEVERITY_VALIDATORS)
    status = models.CharField(max_length=12, choices=Status, default=Status.DECLARED)
    epoch = models.PositiveIntegerField(default=1)
    is_drill = models.BooleanField("drill", default=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="incidents")
    source = models.CharField(max_length=100, blank=True)
    dedup_key = models.CharField(max_length=255, blank=True)
    plan = models.JSONField(default=dict)
    occurred_at = models.DateTimeField(null=True)
    declared_at = models.DateTimeField()
    declared_by_kind = models.CharField(max_length=11, choices=ActorKind)
    declared_by_id = models.BigIntegerField(null=True)
    declared_by_name = models.CharField(max_length=200)
    acknowledged_at = models.DateTimeField(null=True)
    mitigated_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    last_event_at = models.DateTimeField()
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(
                name="an_open_incident_has_its_dedup_key_alone",
                fields=("source", "dedup_key"),
                condition=Q(resolved_at=None) & ~Q(dedup_key=""),
                violation_error_message="An open incident with this source and key exists.",
                violation_error_code="dedup_key_taken",
            ),
            models.CheckConstraint(
                name="a_severity_is_one_to_five",
                condition=Q(severity__gte=WORST_SEVERITY, severity__lte=MILDEST_SEVERITY),
                violation_error_message="Severities are 1 (worst) to 5.",
                violation_error_code="invalid",
            ),
            models.CheckConstraint(
                name="an_incident_is_resolved_at_a_moment",
                condition=Q(status=Status.RESOLVED, resolved_at__isnull=False)
                | (~Q(status=Status.RESOLVED) & Q(resolved_at=None)),
            ),
            models.CheckConstraint(
                name="a_merged_incident_ended_in_another",
                condition=Q(merged_into=None) | (Q(resolved_at__isnull=False) & ~Q(merged_into=F("number"))),
            ),
        )
        indexes = (
            models.Index(name="incident_open", fields=("number",), condition=Q(resolved_at=None)),
            models.Index(name="incident_by_key", fields=("source", "dedup_key", "-number")),
            models.Index(
                name="incident_merged_by_key",
                fields=("source", "dedup_key"),
                condition=Q(merged_into__isnull=False) & ~Q(dedup_key=""),
            ),
        )

    def __str__(self) -> str:
        return f"#{self.number} {self.title}"


class ParticipantKind(models.TextChoices):
    """Only responders are candidates for roles."""

    RESPONDER = "responder", "Responder"
    OBSERVER = "observer", "Observer"
    STAKEHOLDER = "stakeholder", "Stakeholder"


class ParticipantStatus(models.TextChoices):
    """Whether somebody who joined is working on it now, as they said themselves."""

    ENGAGED = "engaged", "Engaged"
    ON_BREAK = "on_break", "On a break"
    AWAY = "away", "Away"


class Participant(models.Model):
    """One person in one incident. ``joined_at`` is null while they are only asked (to help, or offered a role).

    ``asked_at`` and ``asked_because`` are set while they are asked to help and have not answered. ``status_since`` is
    null until they join. ``acknowledged_at`` is when they saw the incident, in this epoch.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="participants")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="participations")
    kind = models.CharField(max_length=11, choices=ParticipantKind, default=ParticipantKind.RESPONDER)
    joined_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=8, choices=ParticipantStatus, default=ParticipantStatus.ENGAGED)
    status_since = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    asked_because = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ("incident", "joined_at", "id")
        constraints = (
            models.UniqueConstraint(name="a_person_takes_part_once_in_an_incident", fields=("incident", "person")),
            models.CheckConstraint(
                name="whoever_is_asked_to_help_is_told_why",
                condition=Q(asked_at=None, asked_because="") | (Q(asked_at__isnull=False) & ~Q(asked_because="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} in {self.incident}"

    @property
    def is_here(self) -> bool:
        """Say whether they joined, in whichever kind, and did not leave."""
        return self.joined_at is not None and self.left_at is None

    @property
    def responds(self) -> bool:
        return self.is_here and self.kind == ParticipantKind.RESPONDER


class TimelineEntry(models.Model):
    """One fact of an incident's life. Append-only; ``announced_at`` is null until people were told."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="timeline")
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    text = models.TextField()
    data = models.JSONField(default=dict)
    actor_kind = models.CharField(max_length=11, choices=ActorKind)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200)
    announced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("incident", "id")
        indexes = (models.Index(name="timeline_entry_unannounced", fields=("id",), condition=Q(announced_at=None)),)

    def __str__(self) -> str:
        return self.text
