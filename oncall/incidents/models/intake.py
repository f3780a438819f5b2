"""What paging and alerting systems sent, and what came of it."""

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from oncall.incidents.models.incidents import Incident
from oncall.incidents.models.plans import (
    DEFAULT_SEVERITY,
    MILDEST_SEVERITY,
    SEVERITY_VALIDATORS,
    WORST_SEVERITY,
    Service,
)
from rotations.secrets import EncryptedTextField


class IntegrationKind(models.TextChoices):
    ALERTMANAGER = "alertmanager", "Prometheus Alertmanager (v4)"
    PAGERDUTY = "pagerduty", "PagerDuty webhooks (v3)"
    PAGERDUTY_EVENTS = "pagerduty_events", "PagerDuty Events API (v2)"
    ONCALL = "oncall", "Oncall's own body"


UNSIGNED_KINDS = frozenset({IntegrationKind.ALERTMANAGER, IntegrationKind.PAGERDUTY_EVENTS})


class Integration(models.Model):
    """A system that sends to ``/hooks/{token}/``. ``slug`` becomes the ``source`` of its incidents.

    The token is shown once; only its SHA-256 is kept. The signing secret is read back to check signatures, so it is
    encrypted.
    """

    slug = models.SlugField(unique=True, help_text="Shown as the source of its incidents, such as alertmanager.")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=IntegrationKind)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    signing_secret = EncryptedTextField(
        blank=True, help_text="When set, every delivery must be signed with it; kept encrypted."
    )
    default_service = models.ForeignKey(
        Service, on_delete=models.PROTECT, related_name="+", help_text="Takes signals that name no known service."
    )
    default_severity = models.PositiveSmallIntegerField(
        default=DEFAULT_SEVERITY, validators=SEVERITY_VALIDATORS, help_text="1 is worst; used when none is sent."
    )
    severity_map = models.JSONField(
        default=dict, blank=True, help_text='What the sender says -> our severity, such as {"page": 1, "ticket": 4}.'
    )
    created_at = models.DateTimeField(editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_delivery_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.CheckConstraint(
                name="an_integration_defaults_to_a_severity_of_one_to_five",
                condition=Q(default_severity__gte=WORST_SEVERITY, default_severity__lte=MILDEST_SEVERITY),
                violation_error_message="Severities are 1 (worst) to 5.",
                violation_error_code="invalid",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if not isinstance(self.severity_map, dict) or not all(map(_is_severity, self.severity_map.values())):
            raise ValidationError(
                {"severity_map": ValidationError('Write pairs such as {"page": 1, "ticket": 4}.', code="invalid")}
            )
        if self.signing_secret and self.kind in UNSIGNED_KINDS:
            raise ValidationError(
                {"signing_secret": ValidationError("This sender cannot sign; leave it empty.", code="cannot_sign")}
            )


def _is_severity(value: object) -> bool:
    # JSON's true is an int to Python.
    return isinstance(value, int) and not isinstance(value, bool) and WORST_SEVERITY <= value <= MILDEST_SEVERITY


class Outcome(models.TextChoices):
    """What a delivery led to; empty while it is only stored."""

    DECLARED = "declared", "Declared"
    ATTACHED = "attached", "Attached"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    RESOLVED = "resolved", "Resolved"
    REOPENED = "reopened", "Reopened"
    UPDATED = "updated", "Updated"
    IGNORED = "ignored", "Ignored"
    STALE = "stale", "Stale"


class Delivery(models.Model):
    """One message as it arrived, stored before it is acted on; the same ``key`` again gives the stored answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="deliveries")
    key = models.CharField(max_length=255)
    received_at = models.DateTimeField()
    body = models.TextField()
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="deliveries")
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-received_at",)
        verbose_name_plural = "deliveries"
        constraints = (models.UniqueConstraint(name="a_delivery_is_stored_once", fields=("integration", "key")),)

    def __str__(self) -> str:
        return f"{self.integration}, {self.received_at:%Y-%m-%d %H:%M:%S}Z"


class SignalKey(models.Model):
    """The latest signal of one sender's key, so that signals count in the order in which they were sent.

    The row is the lock under which a key's signals are handled. ``incident`` is the latest incident of the key.
    """

    source = models.CharField(max_length=100)
    dedup_key = models.CharField(max_length=255)
    last_at = models.DateTimeField(null=True)
    last_action = models.CharField(max_length=12, blank=True)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(name="a_key_of_a_source_is_kept_once", fields=("source", "dedup_key")),)

    def __str__(self) -> str:
        return f"{self.source}: {self.dedup_key}"
