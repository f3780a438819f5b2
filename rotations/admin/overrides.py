"""Overrides in the admin: added and ended early, never edited."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from rotations.actors import Actor
from rotations.admin.acting import ChangedByManagers, managed_schedules, schedule_named
from rotations.admin.previewing import PreviewedForm, ShowsPreview
from rotations.admin.through_services import Formset
from rotations.admin.verbs import Verb
from rotations.admin.wall_clock import WallClockField, instant_of, shown
from rotations.models import Override, Person, Rotation, Schedule, Team
from rotations.services import overrides
from rotations.services.previews import Preview, preview_override


class OverrideForm(PreviewedForm):
    """A new override; its times are read on a clock in the schedule's zone."""

    acting: ClassVar[Person | None] = None
    places = {
        "end_before_start": "end",
        "in_the_past": "end",
        "replaces_themselves": "replaces",
        "people_do_not_fit_kind": "kind",
    }

    start = WallClockField(help_text="In the schedule's time zone. A start in the past becomes now.")
    end = WallClockField(help_text="In the schedule's time zone.")

    class Meta:
        model = Override
        fields = ("schedule", "kind", "replaces", "person", "rotation", "reason")
        widgets = {"reason": forms.TextInput(attrs={"class": "vTextField", "placeholder": "dentist"})}

    class Media:
        css = {"all": ("rotations/admin/oncall.css",)}
        js = ("rotations/admin/override.js",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "schedule" not in self.fields:
            return
        self.fields["schedule"].queryset = managed_schedules(self.acting)
        schedule = self._schedule()
        rotations = Rotation.objects.filter(schedule__in=managed_schedules(self.acting)).select_related("schedule")
        self.fields["rotation"].queryset = rotations.filter(schedule=schedule) if schedule else rotations
        for name, label in (("replaces", "Instead of"), ("person", "Who is on call")):
            self.fields[name].label = label
            self.fields[name].queryset = Person.objects.filter(is_active=True)
            self.fields[name].choices = list(_grouped(schedule, self.fields[name].empty_label))
        if schedule is not None:
            for name in ("start", "end"):
                self.fields[name].help_text = self.fields[name].help_text.replace(
                    "In the schedule's time zone", f"As clocks in {schedule.zone} show it"
                )

    def wanted(self) -> dict[str, Any]:
        """Return what the service is asked for; the form has no errors."""
        given = {name: self.cleaned_data[name] for name in ("kind", "replaces", "person", "rotation", "reason")}
        return given | {"start": self.instant("start"), "end": self.instant("end")}

    def instant(self, field: str) -> datetime:
        """Return the moment that a clock in the schedule's zone shows as the value of ``field``."""
        return instant_of(self.cleaned_data[field], self.cleaned_data["schedule"].zone)

    def _schedule(self) -> Schedule | None:
        return schedule_named(self.data.get("schedule") or self.initial.get("schedule"))


def _grouped(schedule: Schedule | None, empty_label: str) -> Iterator[tuple[Any, Any]]:
    """Yield choices of active people, those of the schedule's team first."""
    team = set(schedule.team.members.values_list("pk", flat=True)) if schedule else set()
    people = list(Person.objects.filter(is_active=True))
    yield "", empty_label
    yield schedule.team.name if schedule else "Team", [(each.pk, str(each)) for each in people if each.pk in team]
    yield "Everybody else", [(each.pk, str(each)) for each in people if each.pk not in team]


class WhenFilter(admin.SimpleListFilter):
    """Past overrides pile up; the running and coming ones are what people look for."""

    title = "when"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("coming", "Running and coming"), ("past", "Past")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "coming":
                return queryset.filter(end__gt=timezone.now())
            case "past":
                return queryset.filter(end__lte=timezone.now())
            case _:
                return queryset


@admin.register(Override)
class OverridesAdmin(ChangedByManagers, ShowsPreview):
    form = OverrideForm
    list_display = ("__str__", "kind", "replaces", "person", "starts", "ends", "reason")
    list_filter = (WhenFilter, "schedule", "kind")
    list_select_related = ("schedule__team", "rotation", "replaces", "person")
    search_fields = ("schedule__name", "person__name", "replaces__name", "reason")
    ordering = ("-start", "-id")
    fields = ("schedule", "kind", "replaces", "person", "start", "end", "reason", "rotation")
    verbs = (
        Verb(
            name="end",
            label="End now",
            warning="A running override ends now; one that has not begun is removed. What happened stays.",
            done="{} was ended.",
            perform=overrides.end_override,
            offered=lambda override: override.end > timezone.now(),
            is_grave=True,
        ),
    )

    def team_of(self, obj: Override) -> Team:
        return obj.schedule.team

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def may_do(self, request: HttpRequest, verb: Verb, obj: Override) -> bool:
        return self.is_theirs(request, obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shown_instead = {"start": "starts", "end": "ends"} if obj else {}
        return [
            *(shown_instead.get(name, name) for name in self.fields),
            *(["created_at", "ended_early_at"] if obj else []),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("starts", "ends", "created_at", "ended_early_at") if obj else ()

    @admin.display(description="starts", ordering="start")
    def starts(self, override: Override) -> str:
        return f"{shown(override.start, override.schedule.zone)} ({override.schedule.zone})"

    @admin.display(description="ends", ordering="end")
    def ends(self, override: Override) -> str:
        return f"{shown(override.end, override.schedule.zone)} ({override.schedule.zone})"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"acting": request.user})

    def add(self, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Override:
        return overrides.add_override(form.cleaned_data["schedule"], **form.wanted(), by=by, now=now)

    def preview(self, obj: Any, form: Any, *, now: datetime) -> Preview:
        return preview_override(form.cleaned_data["schedule"], **form.wanted(), now=now)

    def response_add(self, request: HttpRequest, obj: Override, post_url_continue: str | None = None) -> HttpResponse:
        response = super().response_add(request, obj, post_url_continue)
        goes_on = "_save" not in request.POST or IS_POPUP_VAR in request.POST
        return response if goes_on else self.response_done(request, obj)

    def response_done(self, request: HttpRequest, obj: Override) -> HttpResponse:
        """Lead to the schedule, where the coming weeks show what it did."""
        return HttpResponseRedirect(reverse("admin:rotations_schedule_change", args=[obj.schedule_id]))
