"""How does a shift of mine go to somebody else? The team is asked by one press; a form says to whom."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from oncall.pages.filling import filled
from oncall.pages.me.shifts import GiveForm, SpanForm
from oncall.pages.me.told import Told
from oncall.pages.pressing import press
from oncall.pages.signing_in import Visit, signed_in
from oncall.pages.views.me.page import button, show_again
from rotations import queries
from rotations.actors import Actor
from rotations.admin.wall_clock import reading_of
from rotations.models import Override, OverrideKind, Schedule, Swap
from rotations.services.overrides import add_override
from rotations.services.swaps import ask_swap


@button
def ask(request: Visit) -> HttpResponse:
    """Ask the team to take a shift of the viewer, or a part of it."""
    now, form = timezone.now(), SpanForm(request.POST)
    section = "absences" if request.POST.get("section") == "absences" else "shifts"
    if not form.is_valid():
        return show_again(request, Told(section, "This shift is not there any more.", 404), now=now)
    rotation, ordinal = form.cleaned_data["rotation"], form.cleaned_data["ordinal"]
    me = Actor.of_person(request.user)
    refusal = press(
        0,
        lambda: ask_swap(rotation, ordinal=ordinal, replaces=request.user, span=form.span, by=me, now=now),
    )
    if refusal:
        return show_again(request, Told(section, refusal.detail, refusal.status), now=now)
    told = f"{rotation.schedule.team} is asked to take it. It stays yours until somebody accepts."
    return show_again(request, Told(section, told), now=now)


@signed_in
def give(request: Visit) -> HttpResponse:
    """Show the form, or ask whom it names, or put them on at once, and return to the page."""
    given = request.POST if request.method == "POST" else request.GET
    schedule = queries.active_schedules().filter(slug=given.get("schedule", "")).first()
    if request.method != "POST":
        return _form(request, _given(request, schedule), schedule)
    form = GiveForm(request.POST, giver=request.user, schedule=schedule)
    handed = filled(form, lambda: _hand(request, form, now=timezone.now()))
    if handed is None:
        return _form(request, form, schedule)
    to = form.cleaned_data["to"]
    asked = f"{to} is asked to take it. It stays yours until they accept."
    messages.success(request, asked if isinstance(handed, Swap) else f"{to} is on call instead of you.")
    return redirect("me")


def _given(request: Visit, schedule: Schedule | None) -> GiveForm:
    """Return the form with what the address names, as the viewer's clock shows it."""
    asked = GiveForm(request.GET, giver=request.user, schedule=schedule)
    asked.is_valid()
    moments = {name: asked.cleaned_data[name] for name in ("start", "end") if name in asked.cleaned_data}
    initial = request.GET.dict() | {name: reading_of(moment, request.user.zone) for name, moment in moments.items()}
    exact = {f"exact_{name}": moment.isoformat() for name, moment in moments.items()}
    return GiveForm(initial=initial | exact, giver=request.user, schedule=schedule)


def _form(request: Visit, form: GiveForm, schedule: Schedule | None) -> HttpResponse:
    context = {"form": form, "schedule": schedule, "now": timezone.now(), "may_ask": bool(form["rotation"].value())}
    return render(request, "pages/me/give.html", context, status=400 if form.errors else 200)


def _hand(request: Visit, form: GiveForm, *, now: datetime) -> Swap | Override:
    found, me = form.cleaned_data, Actor.of_person(request.user)
    if request.POST.get("how") == "ask" and found["rotation"] is not None:
        return ask_swap(
            found["rotation"],
            ordinal=found["ordinal"],
            replaces=request.user,
            person=found["to"],
            span=form.span,
            reason=found["reason"],
            by=me,
            now=now,
        )
    return add_override(
        found["schedule"],
        kind=OverrideKind.REPLACE,
        replaces=request.user,
        person=found["to"],
        start=form.span.start,
        end=form.span.end,
        reason=found["reason"],
        by=me,
        now=now,
    )
