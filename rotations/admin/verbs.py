"""What can be done with a row besides editing it? Verbs: archive, revoke, end early, each asked back first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from rotations.actors import Actor
from rotations.admin.acting import acting_person
from rotations.errors import Refusal
from rotations.models import Override, Rotation, Schedule, Swap

# Django's admin classes are generic to the type checker only.
if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


@dataclass(frozen=True, kw_only=True)
class Verb:
    """One thing that people do with a row.

    ``perform`` is the service; where it returns a text, that is shown once, such as a new secret address. ``warning``
    says what will come of it. ``offered`` tells for which rows it makes sense. ``asks`` is a form whose values
    ``perform`` is given too; such a verb is done to one row at a time. ``foresee`` returns what the template of a
    preview shows of what will come of it.
    """

    name: str
    label: str
    warning: str
    done: str
    perform: Callable[..., object]
    offered: Callable[[Any], bool] = lambda _obj: True
    is_grave: bool = False
    asks: type[forms.Form] | None = None
    foresee: Callable[..., object] | None = None


class OffersVerbs(ModelAdmin):
    """An admin with verbs: each a page that asks back, and an action on the rows ticked in the list."""

    verbs: Sequence[Verb] = ()

    def may_do(self, request: HttpRequest, verb: Verb, obj: Any) -> bool:
        """Tell whether the signed-in person may do ``verb`` to ``obj``."""
        return self.has_change_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path(
                f"<path:object_id>/{verb.name}/",
                self.admin_site.admin_view(partial(self._verb_view, verb=verb)),
                name=self._verb_url_name(verb),
            )
            for verb in self.verbs
        ]
        return [*pages, *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id)) if object_id and request.method == "GET" else None
        offers = [
            (verb, reverse(f"admin:{self._verb_url_name(verb)}", args=[object_id]))
            for verb in self.verbs
            if obj is not None and verb.offered(obj) and self.may_do(request, verb, obj)
        ]
        context = {"verbs": offers, "history": _history_of(obj), **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        if not self.has_view_permission(request):
            return actions
        ours = {
            verb.name: (partial(_act, verb=verb), verb.name, f"{verb.label} the selected")
            for verb in self.verbs
            if verb.asks is None
        }
        return {**actions, **ours}

    def _verb_url_name(self, verb: Verb) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{verb.name}"

    def _verb_view(self, request: HttpRequest, object_id: str, *, verb: Verb) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.may_do(request, verb, obj):
            raise PermissionDenied
        change_page = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])
        form = verb.asks(request.POST or None) if verb.asks else None
        if request.method == "POST" and (form is None or form.is_valid()):
            self.do(request, verb, obj, **(form.cleaned_data if form else {}))
            return self.response_done(request, obj)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{verb.label}: {obj}",
            "opts": self.opts,
            "original": obj,
            "verb": verb,
            "form": form,
            "preview": _foreseen(verb, obj),
            "change_page": change_page,
            "media": self.media,
        }
        return TemplateResponse(request, "rotations/admin/verb.html", context)

    def response_done(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Lead from a verb that was done, or refused, back to the row or, where it is gone, to the list."""
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}_"
        if self.get_queryset(request).filter(pk=obj.pk).exists():
            return HttpResponseRedirect(reverse(f"{page}change", args=[obj.pk]))
        return HttpResponseRedirect(reverse(f"{page}changelist"))

    def do(self, request: HttpRequest, verb: Verb, obj: Model, **asked: Any) -> None:
        """Do ``verb`` to ``obj`` and say what came of it; a refusal is said too, and nothing was written."""
        now: datetime = timezone.now()
        try:
            told = verb.perform(obj, **asked, by=Actor.of_person(acting_person(request)), now=now)
        except Refusal as refusal:
            self.message_user(request, f"{obj}: {refusal.detail}", messages.ERROR)
        except ValidationError as refusal:
            self.message_user(request, f"{obj}: {' '.join(refusal.messages)}", messages.ERROR)
        else:
            self.log_change(request, obj, verb.label)
            self.message_user(request, verb.done.format(obj), messages.SUCCESS)
            if isinstance(told, str):
                self.message_user(request, told, messages.WARNING)


def _foreseen(verb: Verb, obj: Any) -> object:
    if verb.foresee is None:
        return None
    try:
        return verb.foresee(obj, now=timezone.now())
    except Refusal:
        # What is refused changes nothing; why is said to whoever does it.
        return None


def _history_of(obj: Any) -> str | None:
    """Return where it stands what was changed of ``obj``, by whomever; Django's log knows of this admin alone."""
    match obj:
        case Schedule():
            schedule = obj
        case Rotation() | Override():
            schedule = obj.schedule
        case Swap():
            schedule = obj.rotation.schedule
        case _:
            return None
    return reverse("admin:rotations_schedule_history", args=[schedule.pk])


def _act(site: OffersVerbs, request: HttpRequest, rows: QuerySet[Any], *, verb: Verb) -> None:
    for obj in rows:
        if not site.may_do(request, verb, obj):
            site.message_user(request, f"{obj}: this is not yours to change.", messages.ERROR)
        elif not verb.offered(obj):
            site.message_user(request, f"{obj}: nothing to do.", messages.INFO)
        else:
            site.do(request, verb, obj)
