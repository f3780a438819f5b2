"""Response plans in the admin: on one page the roles that a plan needs, and where each role's people are looked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from oncall.incidents.admin.owned import OwnedAdmin, OwnedForm
from oncall.incidents.admin.sources import SourcesField, sources_text
from oncall.incidents.models import ResponsePlan, Role, RoleRule
from oncall.incidents.services import plans
from oncall.incidents.services.plans import PlanDraft, RuleDraft
from rotations.actors import Actor
from rotations.admin.acting import ChangedByManagers
from rotations.admin.order import explained
from rotations.admin.through_services import Formset, ServiceForm
from rotations.admin.verbs import Verb
from rotations.models import Person, Schedule, Team

# Django's admin classes are generic to the type checker only.
if TYPE_CHECKING:
    StackedInline = admin.StackedInline[Any, Any]
else:
    StackedInline = admin.StackedInline

RULE_FIELDS = (
    "required_from_severity",
    "seats",
    "exclusive_group",
    "accept_within",
    "on_shift_change",
    "relief_after",
    "open_incidents_limit",
)


class RuleForm(ServiceForm):
    sources = SourcesField(
        label="Who is asked",
        required=False,
        help_text=explained(
            "In this order, until somebody is found.",
            "One line each: “on call: payments-primary”, “next on call: payments-primary”, “first to join”, "
            "“declarer”, “person: ada@example.test”, “team: payments” (who serves in the fewest open incidents), "
            "“holder of: lead”.",
        ),
    )

    class Meta:
        model = RoleRule
        fields = ("role", "position", *RULE_FIELDS)
        labels = {"position": "Order", "required_from_severity": "Needed from severity"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["sources"] = sources_text(
                self.instance.sources.select_related("schedule", "person", "team", "role")
            )
        if "sources" in self.fields:
            self.fields["sources"].widget.offer(
                Schedule.objects.filter(archived_at=None),
                Person.objects.filter(is_active=True),
                Team.objects.all(),
                Role.objects.filter(archived_at=None),
            )

    @property
    def place(self) -> tuple[bool, int]:
        """Where the rule stands among the others of the form; a new one without a number of its own comes last."""
        is_placed = self.instance.pk is not None or "position" in self.changed_data
        return not is_placed, self.cleaned_data["position"] or 0

    def draft(self) -> RuleDraft:
        """Return what the service is asked for; the form is valid."""
        return RuleDraft(
            role=self.cleaned_data["role"].pk,
            **{name: self.cleaned_data[name] for name in RULE_FIELDS},
            sources=self.cleaned_data["sources"],
        )


class RulesInline(ChangedByManagers, StackedInline):
    """The roles of a plan. A rule belongs to whoever the plan belongs to."""

    model = RoleRule
    form = RuleForm
    extra = 0
    verbose_name = "role"
    verbose_name_plural = "roles, in the order in which they are filled"
    fieldsets = (
        (None, {"fields": (("role", "required_from_severity", "seats"), "sources")}),
        (
            "More",
            {
                "classes": ("collapse",),
                "fields": (
                    ("accept_within", "relief_after"),
                    ("exclusive_group", "open_incidents_limit"),
                    ("on_shift_change", "position"),
                ),
            },
        ),
    )

    def team_of(self, obj: Any) -> Team | None:
        return obj.team if isinstance(obj, ResponsePlan) else obj.plan.team

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request) if obj is None else self.has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


class PlanForm(OwnedForm):
    class Meta:
        model = ResponsePlan
        fields = ("name", "slug", "team", "is_default")


@admin.register(ResponsePlan)
class ResponsePlansAdmin(OwnedAdmin):
    form = PlanForm
    inlines = (RulesInline,)
    list_display = ("name", "slug", "team", "roles_named", "is_default")
    list_filter = ("team",)
    list_select_related = ("team",)
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    verbs = (
        Verb(
            name="remove",
            label="Remove",
            warning="Services that use it will use the default plan. Incidents keep what they were declared with.",
            done="{} was removed.",
            perform=plans.delete_response_plan,
            offered=lambda plan: not plan.is_default,
            is_grave=True,
        ),
    )

    @admin.display(description="roles")
    def roles_named(self, plan: ResponsePlan) -> str:
        return ", ".join(str(rule.role) for rule in plan.rules.all())

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("rules__role")

    def add(self, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> ResponsePlan:
        return plans.save_response_plan(None, draft=_draft(form, formsets), by=by, now=now)

    def edit(
        self, obj: ResponsePlan, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime
    ) -> ResponsePlan:
        return plans.save_response_plan(obj, draft=_draft(form, formsets), by=by, now=now)


def _draft(form: forms.Form, formsets: Sequence[Formset]) -> PlanDraft:
    rules = [
        rule
        for formset in formsets
        for rule in formset.forms
        if rule.cleaned_data and not rule.cleaned_data.get("DELETE")
    ]
    return PlanDraft(**form.cleaned_data, rules=[rule.draft() for rule in sorted(rules, key=lambda rule: rule.place)])
