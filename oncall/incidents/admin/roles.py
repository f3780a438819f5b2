"""Roles in the admin: what people do in an incident. Archived, never deleted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin

from oncall.incidents.models import Role
from oncall.incidents.services import plans
from rotations.actors import Actor
from rotations.admin.acting import ChangedByAdministrators
from rotations.admin.through_services import Formset, ServiceForm, ThroughServices
from rotations.admin.verbs import Verb


class RoleForm(ServiceForm):
    class Meta:
        model = Role
        fields = ("name", "slug", "description")


@admin.register(Role)
class RolesAdmin(ChangedByAdministrators, ThroughServices):
    form = RoleForm
    list_display = ("name", "slug", "description", "archived_at")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    verbs = (
        Verb(
            name="archive",
            label="Archive",
            warning="It is offered to nobody any more. Whoever holds it keeps it until they give it back.",
            done="{} was archived.",
            perform=plans.archive_role,
            offered=lambda role: role.archived_at is None,
            is_grave=True,
        ),
        Verb(
            name="restore",
            label="Use again",
            warning="Incidents declared from now on may need it again, as their response plan says.",
            done="{} is in use again.",
            perform=plans.restore_role,
            offered=lambda role: role.archived_at is not None,
        ),
    )

    def add(self, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Role:
        return plans.add_role(**form.cleaned_data, by=by, now=now)

    def edit(self, obj: Role, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Role:
        return plans.edit_role(obj, **form.cleaned_data, by=by, now=now)
