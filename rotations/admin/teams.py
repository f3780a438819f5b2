"""Teams in the admin, each with its members and managers on one page."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from rotations.actors import Actor
from rotations.admin.acting import ChangedByAdministrators
from rotations.admin.through_services import Formset, ServiceForm, ThroughServices
from rotations.models import Membership, Person, Team
from rotations.services import teams

# Django's admin classes are generic to the type checker only.
if TYPE_CHECKING:
    TabularInline = admin.TabularInline[Any, Any]
else:
    TabularInline = admin.TabularInline


class MembersInline(ChangedByAdministrators, TabularInline):
    """Who is in the team; a manager may change its schedules, services and plans, and so enters the admin."""

    model = Membership
    verbose_name = "member"
    verbose_name_plural = "members"
    autocomplete_fields = ("person",)

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 1 if obj else 5

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


class TeamForm(ServiceForm):
    class Meta:
        model = Team
        fields = ("name", "slug")


@admin.register(Team)
class TeamsAdmin(ChangedByAdministrators, ThroughServices):
    form = TeamForm
    inlines = (MembersInline,)
    list_display = ("name", "slug", "managers_named")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}

    @admin.display(description="managers")
    def managers_named(self, team: Team) -> str:
        return ", ".join(str(each.person) for each in team.memberships.all() if each.is_manager)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("memberships__person")

    def add(self, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Team:
        team = teams.add_team(**form.cleaned_data, by=by, now=now)
        write_members(team, formsets, by=by, now=now)
        return team

    def edit(self, obj: Team, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Team:
        if form.has_changed():
            teams.edit_team(obj, by=by, now=now, **{name: form.cleaned_data[name] for name in form.changed_data})
        write_members(obj, formsets, by=by, now=now)
        return obj


def write_members(team: Team, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> None:
    """Take out of ``team`` whoever was ticked or replaced, then put in whoever was added or changed."""
    rows = [row for formset in formsets for row in formset.forms if row.has_changed()]
    for row in rows:
        if row.instance.pk and (row.cleaned_data.get("DELETE") or "person" in row.changed_data):
            teams.take_out_of_team(team, person=Person.objects.get(pk=row.initial["person"]), by=by, now=now)
    for row in rows:
        if not row.cleaned_data.get("DELETE"):
            teams.put_in_team(
                team, person=row.cleaned_data["person"], is_manager=row.cleaned_data["is_manager"], by=by, now=now
            )
