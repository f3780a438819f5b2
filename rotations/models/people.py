"""Who can be on call, and which team they belong to."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from timezone_field import TimeZoneField


class PeopleManager(BaseUserManager["Person"]):
    """Django asks this for ``createsuperuser`` and for signing in; everything else goes through services."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email=(username or "").strip().lower())

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """Make the first administrator; Django's ``createsuperuser`` command is the only caller.

        It stands here and not in a service because that command asks the manager for it.
        """
        person = self.model(email=email.strip().lower(), is_staff=True, is_superuser=True, **fields)
        person.set_password(password)
        person.full_clean()
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in and takes turns. Deactivated, never deleted, so that the past keeps its names.

    ``is_superuser`` makes an administrator; ``is_staff`` opens the admin site (managers of a team are staff).
    """

    email = models.EmailField(
        "e-mail",
        unique=True,
        help_text="Used to sign in; kept in lower case.",
        error_messages={"unique": "Somebody with this e-mail address exists already."},
    )
    name = models.CharField(max_length=200, help_text="As colleagues know them; shown wherever they are on call.")
    zone = TimeZoneField(
        "time zone", default="UTC", help_text="Times are shown to this person in this zone.", choices_display="STANDARD"
    )
    country = models.CharField(
        max_length=2, blank=True, help_text="Two letters (ISO 3166), such as DE; decides their public holidays."
    )
    external_ids = models.JSONField(
        default=dict,
        blank=True,
        help_text='Who they are in other systems, such as {"pagerduty": "PUSER01"}.',
    )
    is_active = models.BooleanField(
        "active", default=True, help_text="Deactivated people cannot sign in, and their turns become gaps."
    )
    deactivated_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_staff = models.BooleanField("may use the admin site", default=False)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[PeopleManager] = PeopleManager()

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        ordering = ("name", "id")
        constraints = (
            models.CheckConstraint(
                name="person_email_is_lower_case",
                condition=models.Q(email=Lower("email")),
                violation_error_message="An e-mail address is kept in lower case.",
                violation_error_code="email_not_lower_case",
            ),
            models.CheckConstraint(
                name="person_is_either_active_or_deactivated_at_a_moment",
                condition=models.Q(is_active=True, deactivated_at=None)
                | models.Q(is_active=False, deactivated_at__isnull=False),
                violation_error_message="A deactivated person has a moment of deactivation, an active one has none.",
                violation_error_code="deactivation_mismatch",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()
        self.country = self.country.upper()
        if not isinstance(self.external_ids, dict) or not all(
            isinstance(value, str) for value in self.external_ids.values()
        ):
            raise ValidationError(
                {"external_ids": ValidationError('Write pairs such as {"pagerduty": "PUSER01"}.', code="invalid")}
            )

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]


class Team(models.Model):
    """People who share schedules. Its managers edit what belongs to it."""

    slug = models.SlugField(unique=True, help_text="Used in addresses, such as payments.")
    name = models.CharField(max_length=200, unique=True)
    members = models.ManyToManyField(Person, through="Membership", related_name="teams")

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One person in one team; ``is_manager`` lets them edit the team's schedules, services and plans."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    is_manager = models.BooleanField("manager", default=False)

    class Meta:
        ordering = ("team", "person__name", "id")
        constraints = (
            models.UniqueConstraint(
                name="a_person_is_once_in_a_team",
                fields=("team", "person"),
                violation_error_message="This person is in the team already.",
                violation_error_code="already_in_team",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} in {self.team}"
