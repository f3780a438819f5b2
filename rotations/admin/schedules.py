"""Schedules in the admin: the settings, and on the same page who is on call, the coming weeks, and what was changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from rotations import queries
from rotations.actors import Actor
from rotations.admin.acting import ChangedByManagers, managed_teams
from rotations.admin.history import entries_of
from rotations.admin.panel import panel_of
from rotations.admin.through_services import Formset, ServiceForm, ThroughServices
from rotations.admin.verbs import Verb
from rotations.admin.zones import ZoneSelect
from rotations.models import Schedule
from rotations.services import schedules

CHANGES_A_PAGE = 50


class ScheduleForm(ServiceForm):
    class Meta:
        model = Schedule
        fields = ("name", "slug", "team", "zone", "absence_policy", "least_rest")
        widgets = {"zone": ZoneSelect}


class ArchivedFilter(admin.SimpleListFilter):
    """Hide what is archived until it is asked for."""

    title = "archived"
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Archived"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        default, *others = super().choices(changelist)
        yield from ({**default, "display": "In use"}, *others)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(archived_at__isnull=self.value() != "yes")


@admin.register(Schedule)
class SchedulesAdmin(ChangedByManagers, ThroughServices):
    form = ScheduleForm
    change_form_template = "rotations/admin/schedule.html"
    list_display = ("name", "on_call_now", "team", "zone", "slug")
    list_filter = ("team", ArchivedFilter)
    list_select_related = ("team",)
    search_fields = ("name", "slug", "team__name")
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (("Settings", {"fields": ("name", "slug", "team", "zone", "absence_policy", "least_rest")}),)
    verbs = (
        Verb(
            name="archive",
            label="Archive",
            warning="From now on nobody is on call in it and nothing in it can be changed. Its past stays.",
            done="{} was archived.",
            perform=schedules.archive_schedule,
            offered=lambda schedule: schedule.archived_at is None,
            is_grave=True,
        ),
    )

    @admin.display(description="on call now", empty_value="nobody")
    def on_call_now(self, schedule: Any) -> str:
        return ", ".join(each.person.name for each in schedule.answer.people)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        rows = changelist.result_list
        for row, answer in zip(rows, queries.on_call(rows, at=timezone.now()), strict=True):
            row.answer = answer
        return changelist

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or obj.archived_at is None) and super().has_change_permission(request, obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "team":
            kwargs["queryset"] = managed_teams(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"team": managed_teams(request).first(), **super().get_changeform_initial_data(request)}

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        schedule = kwargs.get("obj")
        if schedule is not None:
            # The form may have put values on its own copy that nobody has saved.
            stored = Schedule.objects.select_related("team").get(pk=schedule.pk)
            context["panel"] = panel_of(stored, now=timezone.now())
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show all that was changed, wherever it was: Django's own log knows of this admin alone."""
        schedule = self.get_object(request, unquote(object_id))
        if schedule is None:
            raise Http404
        if not self.has_view_permission(request, schedule):
            raise PermissionDenied
        page = Paginator(schedule.changes.all(), CHANGES_A_PAGE).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"What was changed: {schedule}",
            "schedule": schedule,
            "page": page,
            "entries": entries_of(list(page), schedule.zone),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "rotations/admin/schedule_history.html", context)

    def add(self, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Schedule:
        return schedules.add_schedule(**form.cleaned_data, by=by, now=now)

    def edit(self, obj: Schedule, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Schedule:
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        return schedules.edit_schedule(obj, by=by, now=now, **values)
