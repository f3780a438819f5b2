"""Which systems are told of changes, and what they are told."""

from datetime import datetime
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q

from oncall.notices.telling import EventType
from rotations.models import Team
from rotations.secrets import EncryptedTextField

EVENT_TYPES = [(kind.value, kind.value) for kind in EventType]
CHOSEN_TYPES = [one for one in EventType if one is not EventType.WEBHOOK_TEST]


class Endpoint(models.Model):
    """An address of another system, told by signed webhooks (Standard Webhooks).

    The address may hold a key, and the secret is read back for signing: both are encrypted. While ``previous_until``
    has not come, what is sent is signed with the previous secret, too. ``last_*`` tell what came of the latest attempt.
    """

    name = models.CharField(max_length=200, help_text="What is told, such as Status page.")
    url = EncryptedTextField("address", help_text="Such as https://hooks.example.com/oncall; kept encrypted.")
    types = models.JSONField("events", default=list)
    team = models.ForeignKey(
        Team,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Tells of this team's schedules and services alone; empty: of all.",
    )
    secret = EncryptedTextField(editable=False)
    previous_secret = EncryptedTextField(blank=True, editable=False)
    previous_until = models.DateTimeField("old secret until", null=True, blank=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    disabled_at = models.DateTimeField(null=True, blank=True, editable=False)
    disabled_because = models.CharField(max_length=200, blank=True, editable=False)
    last_tried_at = models.DateTimeField("last tried", null=True, blank=True, editable=False)
    last_result = models.CharField(max_length=300, blank=True, editable=False)

    class Meta:
        ordering = ("name", "id")
        verbose_name = "webhook"
        constraints = (
            models.CheckConstraint(
                name="a_disabled_webhook_says_why",
                condition=Q(disabled_at=None, disabled_because="")
                | (Q(disabled_at__isnull=False) & ~Q(disabled_because="")),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """Return where it leads, without what may be a key."""
        return urlsplit(self.url).hostname or ""

    def secrets_at(self, now: datetime) -> tuple[str, ...]:
        """Return the secrets that what is sent at ``now`` is signed with, the newest first."""
        is_in_time = self.previous_until is not None and now < self.previous_until
        return (self.secret, self.previous_secret) if is_in_time else (self.secret,)

    def clean(self) -> None:
        if not self.types or not isinstance(self.types, list) or not set(self.types) <= set(CHOSEN_TYPES):
            raise ValidationError(
                {"types": ValidationError(f"Choose from {', '.join(CHOSEN_TYPES)}.", code="invalid_choice")}
            )
        try:
            URLValidator(schemes=["https", "http"])(self.url)
        except ValidationError as error:
            raise ValidationError({"url": ValidationError("This is no web address.", code="invalid_url")}) from error


class Event(models.Model):
    """One fact as webhooks tell it; ``fact`` is told of once. ``data`` is the body's, as it was when it happened."""

    fact = models.CharField(max_length=100, unique=True)
    type = models.CharField(max_length=30, choices=EVENT_TYPES)
    at = models.DateTimeField()
    data = models.JSONField()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.type}, {self.at:%Y-%m-%d %H:%M:%S}Z"
