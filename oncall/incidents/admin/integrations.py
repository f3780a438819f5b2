"""Integrations in the admin: made, edited, given a new address, revoked. The address is shown once, when it is made."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from oncall.incidents.intake import SENDERS
from oncall.incidents.models import Integration, IntegrationKind, Service
from oncall.incidents.services import integrations
from rotations.actors import Actor
from rotations.admin.acting import ChangedByManagers, acting_person, managed_teams
from rotations.admin.through_services import Formset, ServiceForm, ThroughServices
from rotations.admin.verbs import Verb
from rotations.models import Team

CHOSEN_ONCE = ("slug", "kind")
EDITED = ("name", "default_service", "default_severity", "severity_map")

# The least that each sender's body needs, for trying the address out.
TRIES: Mapping[str, Any] = {
    IntegrationKind.ALERTMANAGER: {
        "version": "4",
        "groupKey": "tried-with-curl",
        "status": "firing",
        "alerts": [
            {
                "status": "firing",
                "fingerprint": "tried-with-curl",
                "startsAt": "2026-01-01T00:00:00Z",
                "labels": {"alertname": "Tried with curl"},
            }
        ],
    },
    IntegrationKind.PAGERDUTY: {"event": {"id": "tried-with-curl", "event_type": "pagey.ping"}},
    IntegrationKind.PAGERDUTY_EVENTS: {
        "event_action": "trigger",
        "dedup_key": "tried-with-curl",
        "payload": {"summary": "Tried with curl", "source": "curl", "severity": "info"},
    },
    IntegrationKind.ONCALL: {"title": "Tried with curl", "is_drill": True},
}


def curl_for(integration: Integration, *, address: str) -> str:
    """Return a command that tries the address out; a signed one reads the secret from ``$SECRET``."""
    body = json.dumps(TRIES[integration.kind])
    signature = ""
    if integration.signing_secret:
        signed = f"""$(printf %s '{body}' | openssl dgst -sha256 -hmac "$SECRET" | sed 's/.* //')"""
        signature = f' -H "{SENDERS[integration.kind].SIGNATURE_HEADER}: v1={signed}"'
    return f"curl -H 'Content-Type: application/json'{signature} -d '{body}' {address}"


def _told(integration: Integration, token: str) -> SafeString:
    door = "enqueue" if integration.kind == IntegrationKind.PAGERDUTY_EVENTS else "hook"
    address = f"{settings.PUBLIC_URL}{reverse(door, args=[token])}"
    return format_html(
        "Give the sender this address now; it is not shown again: <code>{}</code><br>Try it: <code>{}</code>",
        address,
        curl_for(integration, address=address),
    )


def _new_address(integration: Integration, *, by: Actor, now: datetime) -> str:
    return _told(*integrations.rotate_integration(integration, by=by, now=now))


class IntegrationForm(ServiceForm):
    """The signing secret goes in and never comes out: left empty, it stays as it is."""

    services: ClassVar[QuerySet[Service] | None] = None

    signing_secret = forms.CharField(
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="When set, every delivery must be signed with it. Kept encrypted and never shown.",
    )
    forget_secret = forms.BooleanField(
        required=False, label="Forget the signing secret", help_text="Deliveries need no signature from then on."
    )

    class Meta:
        model = Integration
        fields = (*CHOSEN_ONCE, *EDITED)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop("signing_secret", None)
        if self.instance.pk:
            self.fields["signing_secret"].help_text = "Leave empty to keep it as it is. Kept encrypted and never shown."
        if "default_service" in self.fields and self.services is not None:
            self.fields["default_service"].queryset = self.services

    def values(self) -> dict[str, Any]:
        """Return what the service is asked for; the form is valid."""
        values = {name: self.cleaned_data[name] for name in EDITED}
        values["severity_map"] = values["severity_map"] or {}
        if self.cleaned_data["signing_secret"] or self.cleaned_data["forget_secret"]:
            values["signing_secret"] = self.cleaned_data["signing_secret"]
        return values


@admin.register(Integration)
class IntegrationsAdmin(ChangedByManagers, ThroughServices):
    """Managers see to the integrations whose default service is their team's."""

    form = IntegrationForm
    list_display = ("name", "kind", "default_service", "is_signed", "last_delivery_at", "is_revoked")
    list_filter = ("kind", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("default_service__team",)
    search_fields = ("name", "slug")
    prepopulated_fields: ClassVar[dict[str, Sequence[str]]] = {}
    verbs = (
        Verb(
            name="new-address",
            label="New address",
            warning="The old address is refused from now on; the new one is shown once.",
            done="{} has a new address.",
            perform=_new_address,
            offered=lambda integration: integration.revoked_at is None,
        ),
        Verb(
            name="revoke",
            label="Revoke",
            warning="Whatever it sends is refused from now on. Its incidents stay.",
            done="{} was revoked.",
            perform=integrations.revoke_integration,
            offered=lambda integration: integration.revoked_at is None,
            is_grave=True,
        ),
    )

    @admin.display(description="signed", boolean=True)
    def is_signed(self, integration: Integration) -> bool:
        return bool(integration.signing_secret)

    @admin.display(description="revoked", boolean=True)
    def is_revoked(self, integration: Integration) -> bool:
        return integration.revoked_at is not None

    def team_of(self, obj: Integration) -> Team | None:
        return obj.default_service.team

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators need no team: the default service that everybody has belongs to none."""
        return super().has_add_permission(request, obj) or (
            request.user.is_active and acting_person(request).is_superuser
        )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("name", *CHOSEN_ONCE, "default_service", "default_severity", "signing_secret", "severity_map")
        forget = ("forget_secret",) if obj.signing_secret else ()
        if not self.has_change_permission(request, obj):
            return ("name", *CHOSEN_ONCE, *EDITED[1:], "is_signed", *self._moments)
        return ("name", *CHOSEN_ONCE, *EDITED[1:], "signing_secret", *forget, *self._moments)

    _moments = ("created_at", "last_delivery_at", "revoked_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*CHOSEN_ONCE, "is_signed", *self._moments) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj else {"slug": ("name",)}

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:
        form = super().get_form(request, obj, change, **kwargs)
        services = Service.objects.all()
        if not acting_person(request).is_superuser:
            services = services.filter(team__in=managed_teams(request))
        return type(form.__name__, (form,), {"services": services})

    def add(self, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Integration:
        chosen = {name: form.cleaned_data[name] for name in CHOSEN_ONCE}
        integration, form.token = integrations.add_integration(**chosen, **form.values(), by=by, now=now)
        return integration

    def edit(
        self, obj: Integration, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime
    ) -> Integration:
        return integrations.edit_integration(obj, **form.values(), by=by, now=now)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change:
            self.message_user(request, _told(form.instance, form.token), messages.WARNING)
