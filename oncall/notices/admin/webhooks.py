"""Webhooks in the admin: added, edited, tried, given a new secret, switched off. The secret is shown once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from oncall.notices.models import CHOSEN_TYPES, Endpoint
from oncall.notices.services import endpoints
from oncall.notices.services.endpoints import BOTH_FOR
from rotations.actors import Actor
from rotations.admin.acting import ChangedByManagers, acting_person, managed_teams
from rotations.admin.through_services import Formset, ServiceForm, ThroughServices
from rotations.admin.verbs import Verb
from rotations.models import Team

EDITED = ("name", "url", "types", "team")
KEPT = ("created_at", "last_tried_at", "last_result", "disabled_at", "disabled_because", "previous_until")


def _told(endpoint: Endpoint, secret: str) -> SafeString:
    words = "Give {} this secret now, by which it checks the signatures; it is not shown again: <code>{}</code>"
    return format_html(words, endpoint, secret)


def _new_secret(endpoint: Endpoint, *, by: Actor, now: datetime) -> str:
    return _told(*endpoints.rotate_secret(endpoint, by=by, now=now))


def _test(endpoint: Endpoint, *, by: Actor, now: datetime) -> None:
    endpoints.send_test(endpoint, by=by, now=now)


def _disable(endpoint: Endpoint, *, by: Actor, now: datetime) -> None:
    endpoints.disable_endpoint(endpoint, by=by, now=now)


def _enable(endpoint: Endpoint, *, by: Actor, now: datetime) -> None:
    endpoints.enable_endpoint(endpoint, by=by, now=now)


class EndpointForm(ServiceForm):
    """Managers choose a team of theirs; only administrators tell a system of all teams."""

    teams: ClassVar[QuerySet[Team] | None] = None
    may_tell_of_all: ClassVar[bool] = False

    url = forms.CharField(
        label="Address",
        widget=forms.URLInput(attrs={"class": "vURLField", "autocomplete": "off"}),
        help_text="Such as https://hooks.example.com/oncall. It may hold a key, so it is kept encrypted.",
    )
    types = forms.MultipleChoiceField(
        label="Events",
        choices=[(kind.value, kind.value) for kind in CHOSEN_TYPES],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Endpoint
        fields = EDITED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "team" in self.fields and self.teams is not None:
            self.fields["team"].queryset = self.teams
            self.fields["team"].required = not self.may_tell_of_all

    def values(self) -> dict[str, Any]:
        """Return what the service is asked for; the form is valid."""
        return {name: self.cleaned_data[name] for name in EDITED}


@admin.register(Endpoint)
class EndpointsAdmin(ChangedByManagers, ThroughServices):
    """Managers see to the webhooks of their teams, administrators to all; nobody else sees an address."""

    form = EndpointForm
    list_display = ("name", "team", "host", "last_tried_at", "last_result", "is_enabled")
    list_filter = (("disabled_at", admin.EmptyFieldListFilter), "team")
    list_select_related = ("team",)
    search_fields = ("name",)
    verbs = (
        Verb(
            name="test",
            label="Send a test",
            warning="It is sent an event of type webhook.test; what came of it stands here a moment later.",
            done="{} is sent a test.",
            perform=_test,
            offered=lambda endpoint: endpoint.disabled_at is None,
        ),
        Verb(
            name="new-secret",
            label="New secret",
            warning=f"For {BOTH_FOR.days * 24} hours what is sent is signed with the old secret, too, then with the "
            "new one alone. The new one is shown once.",
            done="{} has a new secret.",
            perform=_new_secret,
        ),
        Verb(
            name="disable",
            label="Disable",
            warning="Nothing more is sent there, and what waits to be sent is dropped.",
            done="{} was disabled.",
            perform=_disable,
            offered=lambda endpoint: endpoint.disabled_at is None,
            is_grave=True,
        ),
        Verb(
            name="enable",
            label="Enable",
            warning="It is told of what happens from now on; what was missed is not sent.",
            done="{} is enabled.",
            perform=_enable,
            offered=lambda endpoint: endpoint.disabled_at is not None,
        ),
    )

    @admin.display(description="enabled", boolean=True)
    def is_enabled(self, endpoint: Endpoint) -> bool:
        return endpoint.disabled_at is None

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return EDITED
        if not self.has_change_permission(request, obj):
            return ("name", "host", "types", "team", *KEPT)
        return (*EDITED, *KEPT)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("host", *KEPT) if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:
        form = super().get_form(request, obj, change, **kwargs)
        choices = {"teams": managed_teams(request), "may_tell_of_all": acting_person(request).is_superuser}
        return type(form.__name__, (form,), choices)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators need no team: they tell systems of all."""
        return super().has_add_permission(request, obj) or (
            request.user.is_active and acting_person(request).is_superuser
        )

    def add(self, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Endpoint:
        endpoint, form.secret = endpoints.add_endpoint(**form.values(), by=by, now=now)
        return endpoint

    def edit(self, obj: Endpoint, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Endpoint:
        return endpoints.edit_endpoint(obj, **form.values(), by=by, now=now)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change:
            self.message_user(request, _told(form.instance, form.secret), messages.WARNING)
