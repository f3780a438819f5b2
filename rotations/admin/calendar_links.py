"""Calendar links in the admin: made, given a new address, revoked. The address is shown once, when it is made."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from rotations.actors import Actor
from rotations.admin.acting import SeenByStaff, acting_person
from rotations.admin.through_services import Formset, ServiceForm, ThroughServices
from rotations.admin.verbs import Verb
from rotations.models import CalendarLink, Person, Schedule
from rotations.queries.calendar_links import address_of
from rotations.services import feeds

SUBJECTS = ("schedule", "team", "person")
OPTIONS = ("name", "past_days", "future_days", "gaps", "alarms", "merge", "busy")


class AlarmsField(forms.CharField):
    """Minutes, typed as ``10, 60``."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        words = (super().to_python(value) or "").replace(",", " ").split()
        if not all(word.isascii() and word.isdecimal() and len(word) < 10 for word in words):
            raise ValidationError("Write minutes with commas between them, such as 10, 60.", code="invalid")
        return [int(word) for word in words]


class CalendarLinkForm(ServiceForm):
    alarms = AlarmsField(
        required=False, help_text="Minutes before a shift starts, such as 10, 60; at most three. Empty: no alarm."
    )

    class Meta:
        model = CalendarLink
        fields = (*SUBJECTS, *OPTIONS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name" in self.fields:
            self.fields["name"].required = self.instance.pk is not None
        if "schedule" not in self.fields:
            return
        self.fields["schedule"].queryset = Schedule.objects.filter(archived_at=None)
        self.fields["schedule"].help_text = "Everybody's shifts in one schedule,"
        self.fields["team"].help_text = "or in all schedules of one team,"
        self.fields["person"].queryset = Person.objects.filter(is_active=True)
        self.fields["person"].help_text = "or one person's shifts in every schedule."
        self.fields["name"].help_text = "What this link is called; empty: as what it shows."


def _told(link: CalendarLink, token: str) -> SafeString:
    told = "Subscribe to this address now; it is not shown again: <code>{}</code>"
    return format_html(told, address_of(link, token))


def _new_address(link: CalendarLink, *, by: Actor, now: datetime) -> str:
    return _told(*feeds.rotate_calendar_link(link, by=by, now=now))


@admin.register(CalendarLink)
class CalendarLinksAdmin(SeenByStaff, ThroughServices):
    """Everybody in the admin has links of their own; administrators see and revoke all."""

    form = CalendarLinkForm
    list_display = (
        "name",
        "schedule",
        "team",
        "person",
        "owner",
        "created_at",
        "last_fetched_at",
        "last_client",
        "revoked_at",
    )
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "schedule")
    list_select_related = ("schedule", "team", "person", "owner")
    search_fields = ("name", "owner__name", "schedule__name", "team__name", "person__name")
    verbs = (
        Verb(
            name="new-address",
            label="New address",
            warning="The old address leads nowhere from now on; the new one is shown once.",
            done="{} has a new address.",
            perform=_new_address,
            offered=lambda link: link.revoked_at is None,
        ),
        Verb(
            name="revoke",
            label="Revoke",
            warning="Its address leads nowhere from now on, in every calendar that subscribed to it.",
            done="{} was revoked.",
            perform=feeds.revoke_calendar_link,
            offered=lambda link: link.revoked_at is None,
            is_grave=True,
        ),
    )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        kept = ("owner", "created_at", "revoked_at", "last_fetched_at", "last_client")
        return (*CalendarLinkForm.Meta.fields, *(kept if obj else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ()
        return [name for name in self.get_fields(request, obj) if name not in OPTIONS]

    def get_queryset(self, request: HttpRequest) -> Any:
        links = super().get_queryset(request)
        person = acting_person(request)
        return links if person.is_superuser else links.filter(owner=person)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None:
            return self.has_view_permission(request)
        return obj.revoked_at is None and bool(self.get_queryset(request).contains(obj))

    def may_do(self, request: HttpRequest, verb: Verb, obj: CalendarLink) -> bool:
        return bool(self.get_queryset(request).contains(obj))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change:
            return
        self.message_user(request, _told(form.instance, form.token), messages.WARNING)

    def add(self, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> CalendarLink:
        owner = cast("Person", by.person)
        link, form.token = feeds.add_calendar_link(owner=owner, **form.cleaned_data, by=by, now=now)
        return link

    def edit(self, obj: CalendarLink, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Any:
        return feeds.edit_calendar_link(obj, **form.cleaned_data, by=by, now=now)
