"""Rotations in the admin: one form for the order, the handoffs and the hours; saving it makes a new version."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from rotations.actors import Actor
from rotations.admin.acting import ChangedByManagers, schedule_named
from rotations.admin.panel import edits_to_come, loaded_versions, order_of, version_shown
from rotations.admin.previewing import ShowsPreview, shown_preview
from rotations.admin.rotation_form import RotationForm
from rotations.admin.through_services import Formset
from rotations.admin.verbs import Verb
from rotations.admin.wall_clock import shown
from rotations.models import Rotation, RotationVersion, Schedule, Team
from rotations.services import rotations
from rotations.services.previews import Preview, preview_edit, preview_end, preview_rotation

FIRST_NAMES = ("Primary", "Secondary")


@admin.register(Rotation)
class RotationsAdmin(ChangedByManagers, ShowsPreview):
    form = RotationForm
    list_display = ("name", "schedule", "layer", "order_now", "ended")
    list_filter = ("schedule__team", "schedule")
    list_select_related = ("schedule",)
    search_fields = ("name", "schedule__name", "schedule__slug")
    ordering = ("schedule__name", "-layer", "id")
    verbs = (
        Verb(
            name="end",
            label="End now",
            warning="From now on nobody takes a turn in this rotation. Its past stays.",
            done="{} has ended.",
            perform=rotations.end_rotation,
            offered=lambda rotation: rotation.ends_at is None or rotation.ends_at > timezone.now(),
            is_grave=True,
            foresee=lambda rotation, now: shown_preview(preview_end(rotation, now=now)),
        ),
        Verb(
            name="withdraw",
            label="Take back the next edit",
            warning="The nearest edit that is still to come is taken back; the rotation goes on as it is.",
            done="{}: the edit was taken back.",
            perform=rotations.withdraw_next_version,
            offered=lambda rotation: bool(edits_to_come(rotation, timezone.now())),
        ),
    )

    def team_of(self, obj: Rotation) -> Team:
        return obj.schedule.team

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        begins = ["effective_at"]
        return (
            (None, {"fields": (*(["schedule_link"] if obj else ["schedule"]), "name", "order")}),
            ("Handoffs", {"fields": (("every", "unit"), "anchor", "zone")}),
            ("Hours of the week", {"fields": ("hours",)}),
            *([("Versions", {"fields": ("versions", *begins)})] if obj else []),
            ("More", {"fields": ("layer", "advance", *([] if obj else begins), "ends_at"), "classes": ("collapse",)}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("schedule_link", "versions") if obj else ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rotation]:
        return super().get_queryset(request).select_related("schedule__team").prefetch_related(loaded_versions())

    @admin.display(description="order")
    def order_now(self, rotation: Rotation) -> str:
        return order_of(version_shown(rotation, timezone.now()))

    @admin.display(description="ended", boolean=True)
    def ended(self, rotation: Rotation) -> bool:
        return rotation.ends_at is not None and rotation.ends_at <= timezone.now()

    @admin.display(description="schedule")
    def schedule_link(self, rotation: Rotation) -> SafeString:
        return format_html('<a href="{}">{}</a>', _address_of(rotation.schedule), rotation.schedule)

    @admin.display(description="versions")
    def versions(self, rotation: Rotation) -> SafeString:
        """List what was in force from when; a version of the future takes over then, whatever is saved before."""
        zone, to_come = rotation.schedule.zone, edits_to_come(rotation, timezone.now())
        lines = (
            (shown(each.effective_at, zone), order_of(each), _link_to_change(each) if each in to_come else "")
            for each in rotation.versions.all()
        )
        return format_html("<ul>{}</ul>", format_html_join("", "<li>from {}: {}{}</li>", lines))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)
        schedule = schedule_named(initial.get("schedule"))
        if schedule is None:
            return initial
        taken = schedule.rotations.count()
        name = FIRST_NAMES[taken] if taken < len(FIRST_NAMES) else f"Rotation {taken + 1}"
        return {"name": name, "zone": schedule.zone, **initial}

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:
        form = super().get_form(request, obj, change, **kwargs)
        changing = _edit_named(request.GET.get("version", ""), obj) if obj else None
        return type(form.__name__, (form,), {"acting": request.user, "changing": changing})

    def preview(self, obj: Any, form: Any, *, now: datetime) -> Preview:
        wanted = {"draft": form.draft(), "effective_at": form.begins_at(), "now": now}
        if obj is None:
            return preview_rotation(form.cleaned_data["schedule"], **wanted)
        return preview_edit(obj, **wanted)

    def add(self, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Rotation:
        return rotations.add_rotation(
            form.cleaned_data["schedule"],
            draft=form.draft(),
            effective_at=form.begins_at(),
            by=by,
            now=now,
        )

    def edit(self, obj: Rotation, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Rotation:
        return rotations.edit_rotation(obj, draft=form.draft(), effective_at=form.begins_at(), by=by, now=now)

    def response_add(self, request: HttpRequest, obj: Rotation, post_url_continue: str | None = None) -> HttpResponse:
        return self._to_the_schedule(request, obj, super().response_add(request, obj, post_url_continue))

    def response_change(self, request: HttpRequest, obj: Rotation) -> HttpResponse:
        return self._to_the_schedule(request, obj, super().response_change(request, obj))

    def _to_the_schedule(self, request: HttpRequest, rotation: Rotation, response: HttpResponse) -> HttpResponse:
        """Lead from "Save" to the schedule, where the coming weeks show what it did."""
        goes_on = "_save" not in request.POST or IS_POPUP_VAR in request.POST
        return response if goes_on else HttpResponseRedirect(_address_of(rotation.schedule))


def _address_of(schedule: Schedule) -> str:
    return reverse("admin:rotations_schedule_change", args=[schedule.pk])


def _edit_named(number: str, rotation: Rotation) -> RotationVersion | None:
    """Return the edit to come that an address names; none once it has begun, or was taken back."""
    return next((each for each in edits_to_come(rotation, timezone.now()) if str(each.pk) == number), None)


def _link_to_change(version: RotationVersion) -> SafeString:
    return format_html(' (to come; <a href="?version={}">change this edit</a>)', version.pk)
