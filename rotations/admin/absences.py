"""Absences in the admin: added and edited by managers for the people of their teams."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from rotations.actors import Actor
from rotations.admin.acting import ChangedForPeople
from rotations.admin.overrides import WhenFilter
from rotations.admin.through_services import Formset, ServiceForm, ThroughServices
from rotations.admin.verbs import Verb
from rotations.admin.wall_clock import WallClockField, instant_of, reading_of, shown
from rotations.models import Absence, Person
from rotations.services import absences


class AbsenceForm(ServiceForm):
    """An absence; its times are read on a clock where the person is."""

    acting: ClassVar[Person | None] = None
    # Other names than those of the model: what is typed is a reading of a clock, and no instant yet.
    places = {"end_before_start": "until", "start": "since", "end": "until"}

    since = WallClockField(label="Starts", help_text="In the person's time zone. A start in the past becomes now.")
    until = WallClockField(label="Ends", help_text="In the person's time zone.")

    class Meta:
        model = Absence
        fields = ("person", "reason")
        widgets = {"reason": forms.TextInput(attrs={"class": "vTextField", "placeholder": "on holiday"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "since" in self.fields and self.instance.pk:
            zone = self.instance.person.zone
            for name, moment in (("since", self.instance.start), ("until", self.instance.end)):
                self.initial[name] = reading_of(moment, zone)
                self.fields[name].help_text = f"As clocks in {zone} show it."

    def instant(self, field: str) -> datetime:
        """Return the moment that a clock where the person is shows as the value of ``field``."""
        person = self.cleaned_data.get("person") or self.instance.person
        return instant_of(self.cleaned_data[field], person.zone)


@admin.register(Absence)
class AbsencesAdmin(ChangedForPeople, ThroughServices):
    form = AbsenceForm
    list_display = ("person", "starts", "ends", "reason", "feed")
    list_filter = (WhenFilter, ("feed", admin.EmptyFieldListFilter), "person__teams")
    list_select_related = ("person", "feed__person")
    search_fields = ("person__name", "person__email", "reason")
    ordering = ("-start", "-id")
    fields = ("person", "since", "until", "reason")
    verbs = (
        Verb(
            name="end",
            label="End now",
            warning="A running absence ends now; one that has not begun is removed. What happened stays.",
            done="{} was ended.",
            perform=absences.delete_absence,
            offered=lambda absence: absence.end > timezone.now() and absence.feed_id is None,
            is_grave=True,
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Absence | None = None) -> bool:
        return (obj is None or (obj.end > timezone.now() and obj.feed_id is None)) and self.is_theirs(request, obj)

    def may_do(self, request: HttpRequest, verb: Verb, obj: Absence) -> bool:
        return self.is_theirs(request, obj)

    def get_fields(self, request: HttpRequest, obj: Absence | None = None) -> Any:
        if obj is None or self.has_change_permission(request, obj):
            return self.fields
        return ("person", "starts", "ends", "reason", "feed")

    def get_readonly_fields(self, request: HttpRequest, obj: Absence | None = None) -> Any:
        return ("person", "starts", "ends", "feed") if obj else ()

    @admin.display(description="starts", ordering="start")
    def starts(self, absence: Absence) -> str:
        return f"{shown(absence.start, absence.person.zone)} ({absence.person.zone})"

    @admin.display(description="ends", ordering="end")
    def ends(self, absence: Absence) -> str:
        return f"{shown(absence.end, absence.person.zone)} ({absence.person.zone})"

    def add(self, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Absence:
        return absences.add_absence(
            form.cleaned_data["person"],
            start=form.instant("since"),
            end=form.instant("until"),
            reason=form.cleaned_data["reason"],
            by=by,
            now=now,
        )

    def edit(self, obj: Absence, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Absence:
        return absences.edit_absence(
            obj,
            # What was left alone stays to the microsecond, which the form does not show.
            start=form.instant("since") if "since" in form.changed_data else None,
            end=form.instant("until") if "until" in form.changed_data else None,
            reason=form.cleaned_data["reason"],
            by=by,
            now=now,
        )
