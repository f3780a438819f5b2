"""What is configured before an incident: roles, services, and the response plan that staffs the roles."""

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from rotations.models import Person, Schedule, Team

WORST_SEVERITY = 1
MILDEST_SEVERITY = 5
DEFAULT_SEVERITY = 3
SEVERITY_VALIDATORS = (MinValueValidator(WORST_SEVERITY), MaxValueValidator(MILDEST_SEVERITY))


class Role(models.Model):
    """Something one person does in an incident, such as lead or scribe. Archived, never deleted."""

    slug = models.SlugField(unique=True, help_text="Used in addresses, such as lead.")
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True, help_text="What is expected of whoever holds it.")
    archived_at = models.DateTimeField(null=True, blank=True, help_text="Held until released, not offered again.")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class ResponsePlan(models.Model):
    """Which roles an incident needs, and who is asked for each. An incident pins it as it stands when declared."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="response_plans")
    is_default = models.BooleanField("default", default=False, help_text="Used by services that name no plan.")

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(
                name="one_response_plan_is_the_default",
                fields=("is_default",),
                condition=Q(is_default=True),
                violation_error_message="Another plan is the default already.",
                violation_error_code="default_exists",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Service(models.Model):
    """What breaks. Paging systems name it by slug; its plan staffs the incident."""

    slug = models.SlugField(unique=True, help_text="As paging systems name it, such as checkout.")
    name = models.CharField(max_length=200)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="services")
    response_plan = models.ForeignKey(
        ResponsePlan,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="services",
        help_text="Leave empty to use the default plan.",
    )
    is_default = models.BooleanField("default", default=False, help_text="Takes incidents that name no service.")

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(
                name="one_service_is_the_default",
                fields=("is_default",),
                condition=Q(is_default=True),
                violation_error_message="Another service is the default already.",
                violation_error_code="default_exists",
            ),
        )

    def __str__(self) -> str:
        return self.name


class ShiftChangePolicy(models.TextChoices):
    """What happens to a role when others are on call where its people are looked for, and its holder is not."""

    KEEP = "keep", "The holder keeps it; the incoming person is told"
    OFFER = "offer", "A handoff is offered to whoever is on call now"


class RoleRule(models.Model):
    """When a plan needs a role, how many people hold it, and how long they have to accept."""

    plan = models.ForeignKey(ResponsePlan, on_delete=models.CASCADE, related_name="rules")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="rules")
    position = models.PositiveIntegerField(default=0)
    required_from_severity = models.PositiveSmallIntegerField(
        default=MILDEST_SEVERITY,
        validators=SEVERITY_VALIDATORS,
        help_text="Needed in incidents of this severity or worse; 5 means in every incident, 1 only in the worst.",
    )
    seats = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(20)])
    exclusive_group = models.SlugField(
        blank=True, help_text="Roles of one group are never held by the same person in one incident."
    )
    accept_within = models.DurationField(
        default=timedelta(minutes=5), help_text="How long an offer waits: hours:minutes:seconds."
    )
    on_shift_change = models.CharField(max_length=5, choices=ShiftChangePolicy, default=ShiftChangePolicy.KEEP)
    relief_after = models.DurationField(default=timedelta(hours=4), help_text="When relief is suggested to the holder.")
    open_incidents_limit = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="How many open incidents one person serves in this role before others are asked; empty: any number.",
    )

    class Meta:
        ordering = ("plan", "position", "id")
        constraints = (
            models.UniqueConstraint(
                name="a_plan_has_one_rule_for_a_role",
                fields=("plan", "role"),
                violation_error_message="This plan has a rule for that role already.",
                violation_error_code="role_twice",
            ),
            models.CheckConstraint(
                name="a_role_is_required_from_a_severity_of_one_to_five",
                condition=Q(required_from_severity__gte=WORST_SEVERITY, required_from_severity__lte=MILDEST_SEVERITY),
                violation_error_message="Severities are 1 (worst) to 5.",
                violation_error_code="invalid",
            ),
            models.CheckConstraint(
                name="a_role_has_at_least_one_seat",
                condition=Q(seats__gte=1),
                violation_error_message="A role has at least one seat.",
                violation_error_code="invalid",
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} in {self.plan}"


class SourceKind(models.TextChoices):
    """Where a role's people are looked for."""

    ON_CALL = "on_call", "Who is on call in a schedule"
    NEXT_ON_CALL = "next_on_call", "Who is next on call in a schedule"
    FIRST_TO_JOIN = "first_to_join", "Who joins first"
    DECLARER = "declarer", "Who declared the incident"
    PERSON = "person", "A person"
    TEAM = "team", "The least-loaded member of a team"
    ROLE_HOLDER = "role_holder", "Who holds another role"


class RuleSource(models.Model):
    """One place to look for a role's person; a rule asks its sources in order of ``position``."""

    rule = models.ForeignKey(RoleRule, on_delete=models.CASCADE, related_name="sources")
    position = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=13, choices=SourceKind, default=SourceKind.ON_CALL)
    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("rule", "position", "id")
        constraints = (
            models.CheckConstraint(
                name="a_source_names_what_its_kind_needs",
                condition=(
                    Q(
                        kind__in=(SourceKind.ON_CALL, SourceKind.NEXT_ON_CALL),
                        schedule__isnull=False,
                        person=None,
                        team=None,
                        role=None,
                    )
                    | Q(
                        kind__in=(SourceKind.FIRST_TO_JOIN, SourceKind.DECLARER),
                        schedule=None,
                        person=None,
                        team=None,
                        role=None,
                    )
                    | Q(kind=SourceKind.PERSON, schedule=None, person__isnull=False, team=None, role=None)
                    | Q(kind=SourceKind.TEAM, schedule=None, person=None, team__isnull=False, role=None)
                    | Q(kind=SourceKind.ROLE_HOLDER, schedule=None, person=None, team=None, role__isnull=False)
                ),
                violation_error_message=(
                    "On call needs a schedule, a person a person, a team a team, a holder a role; the others nothing."
                ),
                violation_error_code="source_does_not_fit_kind",
            ),
        )

    def __str__(self) -> str:
        named = self.schedule or self.person or self.team or self.role
        return f"{self.get_kind_display()}: {named or 'anyone'}"
