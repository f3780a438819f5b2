"""People in the admin: made with a password, edited, deactivated and reactivated; never deleted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest

from rotations.actors import Actor
from rotations.admin.acting import ChangedByAdministrators
from rotations.admin.through_services import Formset, ServiceForm, ThroughServices
from rotations.admin.verbs import Verb
from rotations.admin.zones import ZoneSelect
from rotations.models import Person
from rotations.services import people

KEPT = ("email", "name", "zone", "country", "external_ids", "is_staff", "is_superuser")


class PersonForm(ServiceForm):
    """One person. The password is checked where it is set, and never shown."""

    places = {"email_not_lower_case": "email", "last_administrator": "is_superuser"}

    password = forms.CharField(
        label="Password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    class Meta:
        model = Person
        fields = KEPT
        widgets = {"zone": ZoneSelect}
        # Django would put its own words in place of the model's where the codes are the same.
        error_messages = {"external_ids": {"invalid": 'Write pairs such as {"pagerduty": "PUSER01"}.'}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "is_superuser" in self.fields:
            self.fields["is_superuser"].label = "Administrator"
            self.fields["is_superuser"].help_text = "May change everything. Managers of a team are named on its page."
        if "password" in self.fields:
            first = "Leave empty to keep it." if self.instance.pk else "Leave empty for somebody who never signs in."
            self.fields["password"].help_text = f"{first} {' '.join(password_validators_help_texts())}"


class AdministratorFilter(admin.BooleanFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "administrator"


@admin.register(Person)
class PeopleAdmin(ChangedByAdministrators, ThroughServices):
    form = PersonForm
    list_display = ("name", "email", "zone", "teams_named", "is_administrator", "is_active")
    list_filter = ("is_active", ("is_superuser", AdministratorFilter), "teams", "country")
    search_fields = ("name", "email")
    ordering = ("-is_active", "name", "id")
    fieldsets = (
        (None, {"fields": ("name", "email", "password", "zone", "is_superuser")}),
        ("More", {"fields": ("country", "external_ids", "is_staff"), "classes": ("collapse",)}),
    )
    verbs = (
        Verb(
            name="deactivate",
            label="Deactivate",
            warning="They can no longer sign in, and their turns become gaps. What they did stays as it was.",
            done="{} was deactivated.",
            perform=people.deactivate_person,
            offered=lambda person: person.is_active,
            is_grave=True,
        ),
        Verb(
            name="reactivate",
            label="Reactivate",
            warning="They can sign in again and take their turns from now on.",
            done="{} was reactivated.",
            perform=people.reactivate_person,
            offered=lambda person: not person.is_active,
        ),
    )

    @admin.display(description="administrator", boolean=True, ordering="is_superuser")
    def is_administrator(self, person: Person) -> bool:
        return person.is_superuser

    @admin.display(description="teams")
    def teams_named(self, person: Person) -> str:
        return ", ".join(
            f"{membership.team} (manager)" if membership.is_manager else str(membership.team)
            for membership in person.memberships.all()
        )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("memberships__team")

    def add(self, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Person:
        values = {name: form.cleaned_data[name] for name in KEPT}
        return people.add_person(
            **values,
            password=form.cleaned_data["password"] or None,
            by=by,
            now=now,
        )

    def edit(self, obj: Person, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Person:
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        return people.edit_person(obj, **values, by=by, now=now)
