"""Bearer tokens with which machines call the API."""

from django.core.exceptions import ValidationError
from django.db import models

from rotations.models import Person


class Scope(models.TextChoices):
    """What a token may do. Every scope includes ``read``; ``admin`` includes all."""

    READ = "read", "Read everything"
    INCIDENTS = "incidents", "Declare and work on incidents"
    SCHEDULES = "schedules", "Change schedules, overrides and swaps"
    ADMIN = "admin", "Everything an administrator may"


class ApiToken(models.Model):
    """One bearer token, shown once; only its SHA-256 is kept.

    With a ``person`` it is personal: it acts as them, with their permissions. Without one it is a service token,
    which names the person in what only people can do.
    """

    name = models.CharField(max_length=200, help_text="What uses it, such as Alert relay.")
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(default=list)
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="api_tokens",
        help_text="Leave empty for a service; choose a person for a token that acts as them.",
    )
    created_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Leave empty for a token that does not expire.")
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("name", "id")
        verbose_name = "API token"

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if not self.scopes or not isinstance(self.scopes, list) or not set(self.scopes) <= set(Scope.values):
            raise ValidationError(
                {"scopes": ValidationError(f"Choose from {', '.join(Scope.values)}.", code="unknown_scope")}
            )
