"""API tokens in the admin: issued, renamed, revoked. The token is shown once, when it is issued."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from oncall.access.models import ApiToken, Scope
from oncall.access.services import tokens
from rotations.actors import Actor
from rotations.admin.acting import SeenByStaff, acting_person
from rotations.admin.through_services import Formset, ServiceForm, ThroughServices
from rotations.admin.verbs import Verb
from rotations.models import Person

CHOSEN_ONCE = ("person", "scopes", "expires_at")


class ApiTokenForm(ServiceForm):
    """Administrators issue tokens for anybody and for services, everybody else for themselves."""

    issuer: ClassVar[Person | None] = None

    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.READ],
        help_text="Every scope includes reading.",
    )

    class Meta:
        model = ApiToken
        fields = ("name", *CHOSEN_ONCE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            # They are on the page as they are; nothing of a token changes but its name.
            del self.fields["scopes"]
        elif self.issuer is not None:
            person = self.fields["person"]
            person.queryset = Person.objects.filter(is_active=True)
            if not self.issuer.is_superuser:
                person.queryset = Person.objects.filter(pk=self.issuer.pk)
                person.initial, person.required = self.issuer.pk, True


def _told(secret: str) -> SafeString:
    return format_html("Copy this token now; it is not shown again: <code>{}</code>", secret)


@admin.register(ApiToken)
class ApiTokensAdmin(SeenByStaff, ThroughServices):
    """Everybody in the admin has tokens of their own; administrators see and revoke all."""

    form = ApiTokenForm
    list_display = ("name", "acts_as", "may", "created_at", "last_used_at", "expires_at", "is_revoked")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), ("person", admin.EmptyFieldListFilter))
    list_select_related = ("person",)
    search_fields = ("name", "person__name", "person__email")
    verbs = (
        Verb(
            name="revoke",
            label="Revoke",
            warning="Whatever uses it is refused from now on. A revoked token never works again.",
            done="{} was revoked.",
            perform=tokens.revoke_token,
            offered=lambda token: token.revoked_at is None,
            is_grave=True,
        ),
    )

    @admin.display(description="acts as", ordering="person__name", empty_value="a service")
    def acts_as(self, token: ApiToken) -> Person | None:
        return token.person

    @admin.display(description="may")
    def may(self, token: ApiToken) -> str:
        return ", ".join(token.scopes)

    @admin.display(description="revoked", boolean=True)
    def is_revoked(self, token: ApiToken) -> bool:
        return token.revoked_at is not None

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ApiTokenForm.Meta.fields
        return ("name", "acts_as", "may", "expires_at", "created_at", "last_used_at", "revoked_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)[1:] if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"issuer": acting_person(request)})

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        person = acting_person(request)
        return rows if person.is_superuser else rows.filter(person=person)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request) and (obj is None or self.get_queryset(request).contains(obj))

    def add(self, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> ApiToken:
        token, form.secret = tokens.create_token(**form.cleaned_data, by=by, now=now)
        return token

    def edit(self, obj: ApiToken, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> ApiToken:
        return tokens.rename_token(obj, name=form.cleaned_data["name"], by=by)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change:
            self.message_user(request, _told(form.secret), messages.WARNING)
