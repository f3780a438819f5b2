"""How is a span of a schedule changed from its timeline? A form that is filled in, saved by one press, taken back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from oncall.pages.addresses import written
from oncall.pages.allowed import allowed
from oncall.pages.change_form import ChangeForm, filled_in, preview_lines
from oncall.pages.pressing import PART, press
from oncall.pages.sheet_form import Asked, SheetForm, asked
from oncall.pages.signing_in import Visit, is_htmx, signed_in
from oncall.pages.views.timeline import schedule_or_404, show_timeline
from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.errors import Refusal
from rotations.models import Override, Person, Rotation, Schedule, Swap
from rotations.services.overrides import add_override, end_override
from rotations.services.previews import preview_override
from rotations.services.swaps import ask_swap, cancel_swap


@signed_in
def change(request: Visit, slug: str) -> HttpResponse:
    """Show the form, or save what it says and return to the timeline, where it can be taken back."""
    schedule, now = schedule_or_404(slug), timezone.now()
    here = _here(request, now=now)
    with timezone.override(here.zone):
        form = _form(request, schedule, here)
        if request.method == "POST" and "preview" not in request.POST and form.is_valid():
            override = _saved(request, schedule, form, now=now)
            if override is not None:
                return redirect(f"{reverse('timeline', args=[slug])}?{here.query(done=override.pk)}#timeline")
        return _show(request, schedule, form, here, now=now)


@signed_in
@require_safe
def preview_part(request: Visit, slug: str) -> HttpResponse:
    """Show what saving the form would change alone, while it is being filled in."""
    schedule, now = schedule_or_404(slug), timezone.now()
    here = _here(request, now=now)
    with timezone.override(here.zone):
        form = ChangeForm(request.GET, schedule=schedule, may=allowed(request.user, schedule), zone=here.zone)
        context = {"preview": _preview(schedule, form, here, now=now), "schedule": schedule}
        response = render(request, "pages/parts/preview.html", context)
    response.headers[PART] = "preview"
    return response


@signed_in
@require_POST
def end(request: Visit, slug: str, number: int) -> HttpResponse:
    """End an override that runs, or take back one that has not begun."""
    schedule, now = schedule_or_404(slug), timezone.now()
    override = get_object_or_404(Override, pk=number, schedule=schedule)
    begun = override.start < now
    told = "It was ended: from now on the plan stands." if begun else "It was taken back: nothing is changed."
    by = Actor.of_person(request.user)
    return _pressed(request, schedule, lambda: end_override(override, by=by, now=now), told, now=now)


@signed_in
@require_POST
def ask(request: Visit, slug: str) -> HttpResponse:
    """Ask the team to take over the turn, or the part of it, that the button names."""
    schedule, now = schedule_or_404(slug), timezone.now()
    rotation = get_object_or_404(Rotation, pk=_number(request, "rotation"), schedule=schedule)
    replaces = get_object_or_404(Person, pk=_number(request, "replaces"))
    ordinal, span, by = _number(request, "ordinal"), _span(request), Actor.of_person(request.user)

    def act() -> object:
        return ask_swap(rotation, ordinal=ordinal, replaces=replaces, span=span, by=by, now=now)

    told = f"{schedule.team} was asked. Until somebody accepts, {replaces} stays on call."
    return _pressed(request, schedule, act, told, now=now)


@signed_in
@require_POST
def take_back(request: Visit, slug: str, number: int) -> HttpResponse:
    """Take back a request that nobody has answered."""
    schedule, now = schedule_or_404(slug), timezone.now()
    swap = get_object_or_404(Swap, pk=number, rotation__schedule=schedule)
    by = Actor.of_person(request.user)
    return _pressed(request, schedule, lambda: cancel_swap(swap, by=by, now=now), "Nobody is asked any more.", now=now)


def _form(request: Visit, schedule: Schedule, here: Asked) -> ChangeForm:
    may = allowed(request.user, schedule)
    options: dict[str, Any] = {"schedule": schedule, "may": may, "zone": here.zone}
    if request.method == "POST":
        return ChangeForm(request.POST, **options)
    try:
        initial = filled_in(schedule, request.GET, may=may, zone=here.zone)
    except (ValidationError, Refusal) as trouble:
        raise Http404 from trouble
    return ChangeForm(initial=initial, **options)


def _saved(request: Visit, schedule: Schedule, form: ChangeForm, *, now: datetime) -> Override | None:
    """Save what the form says; where it is refused, let the form say why."""
    try:
        return add_override(schedule, **form.wanted(), by=Actor.of_person(request.user), now=now)
    except (Refusal, ValidationError) as trouble:
        form.refuse(trouble)
        return None


def _show(request: Visit, schedule: Schedule, form: ChangeForm, here: Asked, *, now: datetime) -> HttpResponse:
    tried = form if form.is_bound else ChangeForm(_as_typed(form), schedule=schedule, may=form.may, zone=here.zone)
    context = {
        "schedule": schedule,
        "form": form,
        "here": here,
        "now": now,
        "preview": _preview(schedule, tried, here, now=now),
        "why": _why(schedule, tried, now=now),
        "is_part": is_htmx(request),
    }
    page = "pages/parts/change.html" if is_htmx(request) else "pages/change.html"
    response = render(request, page, context, status=400 if form.errors else 200)
    response.headers[PART] = "change"
    return response


def _as_typed(form: ChangeForm) -> QueryDict:
    """Return what a browser would send if nobody changed the form."""
    typed = QueryDict(mutable=True)
    for field in form:
        value = field.value()
        typed[field.html_name] = "" if value is None else str(value)
    return typed


def _why(schedule: Schedule, tried: ChangeForm, *, now: datetime) -> str:
    start = tried.cleaned_data.get("start") if tried.is_valid() else None
    return f"{reverse('explain', args=[schedule.slug])}?at={written(max(start or now, now))}"


def _preview(schedule: Schedule, form: ChangeForm, here: Asked, *, now: datetime) -> dict[str, Any]:
    """Return the lines of a preview, or why there is none."""
    if not form.is_valid():
        return {}
    wanted = form.wanted()
    try:
        found = preview_override(schedule, **wanted, until=max(wanted["end"], now), now=now)
    except Refusal as refusal:
        return {"refused": refusal.detail}
    except ValidationError as error:
        return {"refused": " ".join(error.messages)}
    return {"lines": preview_lines(found, here.zone), "is_known": True}


def _pressed(
    request: Visit, schedule: Schedule, act: Callable[[], object], told: str, *, now: datetime
) -> HttpResponse:
    """Carry out what a button of the timeline asks for, and show the timeline again."""
    refusal = press(schedule.pk, act)
    if refusal is not None:
        return show_timeline(request, schedule, now=now, form=SheetForm(request.POST), refusal=refusal)
    messages.success(request, told)
    return redirect(f"{reverse('timeline', args=[schedule.slug])}?{_here(request, now=now).query()}")


def _here(request: Visit, *, now: datetime) -> Asked:
    """Return the sheet from which a form or a button was opened."""
    found = request.POST if request.method == "POST" else request.GET
    return asked(SheetForm(found), viewer_zone=request.user.zone, now=now)


def _number(request: Visit, name: str) -> int:
    value = request.POST.get(name, "")
    if not value.removeprefix("-").isdecimal() or len(value) > 18:  # as many digits as every database keeps
        raise Http404
    return int(value)


def _span(request: Visit) -> Interval:
    try:
        return Interval(*(datetime.fromisoformat(request.POST.get(name, "")) for name in ("start", "end")))
    except ValueError as error:
        raise Http404 from error
