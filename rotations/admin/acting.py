"""Who is at the admin, and what may they write there? Everybody in it sees everything."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import QuerySet
from django.http import HttpRequest

from rotations.actors import Actor
from rotations.models import Person, Schedule, Team
from rotations.permissions import is_oneself, manages_a_team_of

# Django's admin classes are generic to the type checker only.
if TYPE_CHECKING:
    BaseModelAdmin = admin.options.BaseModelAdmin[Any]
else:
    BaseModelAdmin = admin.options.BaseModelAdmin


def acting_person(request: HttpRequest) -> Person:
    """Return who is signed in; the admin's pages are shown to nobody else."""
    return cast("Person", request.user)


def managed_teams(request: HttpRequest) -> QuerySet[Team]:
    """Return the teams whose belongings the signed-in person may change: all for an administrator."""
    person = acting_person(request)
    if person.is_superuser:
        return Team.objects.all()
    return Team.objects.filter(memberships__person=person, memberships__is_manager=True)


def managed_schedules(person: Person | None) -> QuerySet[Schedule]:
    """Return the schedules in use that ``person`` may change: all for an administrator, none for nobody."""
    schedules = Schedule.objects.filter(archived_at=None)
    if person is not None and person.is_superuser:
        return schedules
    return schedules.filter(team__memberships__person=person, team__memberships__is_manager=True)


def schedule_named(value: object) -> Schedule | None:
    """Return the schedule whose id stands in an address or a form, or None where it is nobody's."""
    text = str(value)
    return Schedule.objects.select_related("team").filter(pk=int(text)).first() if text.isdecimal() else None


class SeenByStaff(BaseModelAdmin):
    """Staff see every row and change none; nothing is ever deleted."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer to add what is not there yet; to look at or change what is, people go to its own page."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_change_related = field.widget.can_view_related = False
        return field

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_active and acting_person(request).is_staff

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ChangedByAdministrators(SeenByStaff):
    """Administrators add and change; everybody else in the admin only looks."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_active and acting_person(request).is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request)


class ChangedByManagers(SeenByStaff):
    """Managers add to and change what belongs to a team of theirs."""

    def team_of(self, obj: Any) -> Team | None:
        """Return the team that ``obj`` belongs to; what belongs to none is the administrators'."""
        return cast("Team | None", obj.team)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_theirs(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_theirs(request, obj)

    def is_theirs(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether ``obj``, or without one anything at all, belongs to a team that they manage."""
        if not self.has_view_permission(request) or acting_person(request).is_superuser:
            return self.has_view_permission(request)
        if obj is None:
            return managed_teams(request).exists()
        team = self.team_of(obj)
        return team is not None and managed_teams(request).contains(team)


class ChangedForPeople(ChangedByManagers):
    """Of a person: they themselves change it, and managers change it for the people of their teams."""

    def is_theirs(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None or not self.has_view_permission(request):
            return super().is_theirs(request, obj)
        by = Actor.of_person(acting_person(request))
        return is_oneself(by, obj.person) or manages_a_team_of(by, obj.person)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "person":
            people = Person.objects.filter(is_active=True)
            if not acting_person(request).is_superuser:
                people = people.filter(teams__in=managed_teams(request)).distinct()
            kwargs["queryset"] = people
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
