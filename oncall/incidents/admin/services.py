"""Services in the admin: what breaks, whose it is, and which plan staffs its incidents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin

from oncall.incidents.admin.owned import OwnedAdmin, OwnedForm
from oncall.incidents.models import Service
from oncall.incidents.services import plans
from rotations.actors import Actor
from rotations.admin.through_services import Formset


class ServiceOfTeamForm(OwnedForm):
    class Meta:
        model = Service
        fields = ("name", "slug", "team", "response_plan", "is_default")


@admin.register(Service)
class ServicesAdmin(OwnedAdmin):
    form = ServiceOfTeamForm
    list_display = ("name", "slug", "team", "response_plan", "is_default")
    list_filter = ("team", "response_plan")
    list_select_related = ("team", "response_plan")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}

    def add(self, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Service:
        return plans.add_service(**form.cleaned_data, by=by, now=now)

    def edit(self, obj: Service, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Service:
        return plans.edit_service(obj, **form.cleaned_data, by=by, now=now)
