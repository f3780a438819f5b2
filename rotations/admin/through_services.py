"""How does the admin write? Through the services, whose refusals become errors of the form."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from rotations.actors import Actor
from rotations.admin.acting import acting_person
from rotations.admin.verbs import OffersVerbs
from rotations.errors import Refusal

# Django's admin classes are generic to the type checker only.
if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    ModelForm = forms.ModelForm[Any]
    Formset = BaseInlineFormSet[Any, Any, Any]
else:
    ModelAdmin = admin.ModelAdmin
    ModelForm = forms.ModelForm
    Formset = BaseInlineFormSet


class ServiceForm(ModelForm):
    """A form whose values go to a service.

    ``refusal`` is what the service answered to the same values a moment ago. ``places`` says at which field an error
    is shown: from its code, or from the name the service knows the input by, to a field of this form.
    """

    if TYPE_CHECKING:
        # What is declared differs by form: choices, querysets, widgets.
        fields: dict[str, Any]

    refusal: ClassVar[Refusal | ValidationError | None] = None
    places: ClassVar[dict[str, str]] = {}

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, which its stubs leave out
        if isinstance(self.refusal, Refusal):
            self.add_error(self.refusal.field, ValidationError(self.refusal.detail, code=self.refusal.code))
        elif self.refusal is not None:
            self.add_error(None, self.refusal)

    def add_error(self, field: str | None, error: Any) -> None:
        """Show every single error of ``error`` where ``places`` puts it, and above the form where it has no field."""
        for name, each in _each(field, error):
            place = self.places.get(each.code or "", self.places.get(name, name))
            super().add_error(place if place in self.fields else None, each)


def _each(field: str | None, error: Any) -> Iterator[tuple[str, ValidationError]]:
    given = error if isinstance(error, ValidationError) else ValidationError(error)
    if hasattr(given, "error_dict"):
        for name, errors in given.error_dict.items():
            yield from ((name, each) for each in errors)
    else:
        # A pointer such as /slots/0/person, or slots.0.person, names its field first.
        name = (field or NON_FIELD_ERRORS).lstrip("/").replace("/", ".").partition(".")[0]
        yield from ((name, each) for each in given.error_list)


class ThroughServices(OffersVerbs, ModelAdmin):
    """An admin whose every write is a service call: ``add`` and ``edit`` make it, once form and formsets are valid.

    Django validates before it saves, and a service refuses while it saves. So a refusal takes back the transaction of
    the request, and the same request runs once more with the refusal as an error of its form.
    """

    form: type[ServiceForm] = ServiceForm
    change_form_template = "rotations/admin/change_form.html"

    def add(self, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Model:
        """Call the service that makes a row of the values of ``form``; return the row."""
        raise NotImplementedError

    def edit(self, obj: Any, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Model:
        """Call the service that changes ``obj``, which is as stored; return the row."""
        raise NotImplementedError

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (Refusal, ValidationError) as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"refusal": getattr(request, "refusal", None)})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Do nothing: the row is written together with the rows that belong to it."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        by, now = Actor.of_person(acting_person(request)), timezone.now()
        if not change:
            written = self.add(form, formsets, by=by, now=now)
        elif form.has_changed() or any(formset.has_changed() for formset in formsets):
            # The form has put its values on its instance; a service compares with what is stored.
            written = self.edit(self.model._default_manager.get(pk=form.instance.pk), form, formsets, by=by, now=now)
        else:
            return
        form.instance.pk = written.pk
        form.instance.refresh_from_db()

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Name the fields; the rows of formsets are written by the service, which keeps its own record."""
        return super().construct_change_message(request, form, None, add)  # type: ignore[arg-type]  # Django allows None
