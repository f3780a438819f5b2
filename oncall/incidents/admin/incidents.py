"""Incidents in the admin: looked at, acknowledged and resolved; everything else happens in the incident's room."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from oncall.incidents.models import Assignment, Incident, Participant, Status, TimelineEntry, Vacancy
from oncall.incidents.services import lifecycle
from rotations.admin.acting import SeenByStaff
from rotations.admin.verbs import OffersVerbs, Verb

OPEN = {Status.DECLARED, Status.ACKNOWLEDGED, Status.MITIGATED}


class OpenFilter(admin.SimpleListFilter):
    title = "open"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Open"), ("no", "Resolved")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(resolved_at__isnull=self.value() == "yes") if self.value() else queryset


@admin.register(Incident)
class IncidentsAdmin(SeenByStaff, OffersVerbs):
    change_form_template = "incidents/admin/incident.html"
    list_display = ("number", "title", "severity", "status", "service", "is_drill", "declared_at", "resolved_at")
    list_display_links = ("number", "title")
    list_filter = (OpenFilter, "severity", "status", "service", "is_drill")
    list_select_related = ("service",)
    search_fields = ("=number", "title", "source", "dedup_key")
    date_hierarchy = "declared_at"
    fieldsets = (
        (None, {"fields": ("title", "severity", "status", "service", "is_drill")}),
        ("When", {"fields": ("occurred_at", "declared_at", "acknowledged_at", "mitigated_at", "resolved_at")}),
        ("Where it came from", {"fields": ("declared_by", "source", "dedup_key", "epoch")}),
    )
    verbs = (
        Verb(
            name="acknowledge",
            label="Acknowledge",
            warning="Everybody sees that somebody is looking at it.",
            done="{} was acknowledged.",
            perform=lifecycle.acknowledge,
            offered=lambda incident: incident.status == Status.DECLARED,
        ),
        Verb(
            name="resolve",
            label="Resolve",
            warning="The incident ends now, and with it every role that somebody holds in it.",
            done="{} was resolved.",
            perform=lifecycle.resolve,
            offered=lambda incident: incident.status in OPEN,
        ),
    )

    readonly_fields = ("declared_by",)

    @admin.display(description="declared by")
    def declared_by(self, incident: Incident) -> str:
        return f"{incident.declared_by_name} ({incident.get_declared_by_kind_display()})"

    def may_do(self, request: HttpRequest, verb: Verb, obj: Incident) -> bool:
        return self.has_view_permission(request, obj)

    def view_on_site(self, obj: Incident) -> str:
        return f"/incidents/{obj.number}/"

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        incident = kwargs.get("obj")
        about = {"incident": incident}
        context |= {
            "assignments": Assignment.objects.filter(**about).select_related("role", "person"),
            "vacancies": Vacancy.objects.filter(**about).select_related("role"),
            "participants": Participant.objects.filter(**about).select_related("person"),
            "timeline": TimelineEntry.objects.filter(**about),
        }
        return super().render_change_form(request, context, *args, **kwargs)
