"""What is there before anybody configures anything: enough to declare an incident and have somebody lead it."""

from django.db import transaction

from oncall.incidents.models import ResponsePlan, Role, RoleRule, RuleSource, Service, SourceKind


@transaction.atomic
def ensure_defaults() -> None:
    """Add a default plan, with a lead who is the first to join, and a default service, where there is none.

    Calling twice is harmless; what was configured since is left alone.
    """
    if not ResponsePlan.objects.filter(is_default=True).exists():
        lead, _ = Role.objects.get_or_create(
            slug="lead",
            defaults={"name": "Lead", "description": "Decides, and keeps everybody working on the same thing."},
        )
        plan = ResponsePlan.objects.create(slug=_free_slug(ResponsePlan, "default"), name="Default", is_default=True)
        rule = RoleRule.objects.create(plan=plan, role=lead)
        RuleSource.objects.create(rule=rule, kind=SourceKind.FIRST_TO_JOIN)
    if not Service.objects.filter(is_default=True).exists():
        Service.objects.create(slug=_free_slug(Service, "general"), name="General", is_default=True)


def _free_slug(model: type[ResponsePlan | Service], slug: str) -> str:
    taken = set(model._default_manager.filter(slug__startswith=slug).values_list("slug", flat=True))
    numbered = (slug if number == 1 else f"{slug}-{number}" for number in range(1, len(taken) + 2))
    return next(candidate for candidate in numbered if candidate not in taken)
