"""What waits for me, when am I on call, and what may I set? One page of sections, each of which can be shown alone."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from oncall.pages import notices
from oncall.pages.me import absences, calendars, feeds, profile, roles, shifts, swaps
from oncall.pages.me.told import Told
from oncall.pages.pressing import PART, RefusedPress
from oncall.pages.signing_in import View, Visit, is_htmx, signed_in
from rotations.models import Person

P = ParamSpec("P")

# What a person sees in each section at a moment.
SECTIONS: dict[str, Callable[[Person, datetime], dict[str, Any]]] = {
    "roles": lambda person, _now: roles.shown(person),
    "shifts": lambda person, now: shifts.shown(person, now=now),
    "swaps": lambda person, now: swaps.shown(person, now=now),
    "absences": lambda person, now: absences.shown(person, now=now),
    "feeds": lambda person, now: feeds.shown(person, now=now),
    "calendars": lambda person, _now: calendars.shown(person),
    "notices": lambda person, _now: notices.shown(person),
    "profile": lambda person, _now: profile.shown(person),
}


@signed_in
@require_safe
def me(request: Visit) -> HttpResponse:
    """Show the whole page."""
    return show_me(request, now=timezone.now())


@signed_in
@require_safe
def section(request: Visit, name: str) -> HttpResponse:
    """Show one section alone, for the page that polls."""
    if name not in SECTIONS:
        raise Http404
    return show_section(request, name, now=timezone.now(), is_poll=True)


def button(view: Callable[Concatenate[Visit, P], HttpResponse]) -> View[P]:
    """Let a view be pressed; whoever only opens its address is sent to the page."""

    @wraps(view)
    def answer(request: Visit, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return view(request, *args, **kwargs) if request.method == "POST" else redirect("me")

    return signed_in(answer)


def show_me(request: Visit, *, now: datetime, status: int = 200, **more: Any) -> HttpResponse:
    """Render the page; ``more`` takes the place of what the sections show by themselves."""
    context: dict[str, Any] = {"now": now, "here": "me"}
    for shown in SECTIONS.values():
        context |= shown(request.user, now)
    return render(request, "pages/me.html", context | more, status=status)


def show_section(request: Visit, name: str, *, now: datetime, status: int = 200, **more: Any) -> HttpResponse:
    """Render one section alone."""
    context = {"now": now} | SECTIONS[name](request.user, now) | more
    response = render(request, f"pages/me/{name}.html", context, status=status)
    response.headers[PART] = name
    return response


def show_again(request: Visit, told: Told, *, now: datetime, **more: Any) -> HttpResponse:
    """Show the section in which a button was pressed, with what there is to tell.

    Without scripts the whole page, by way of a redirect where nothing would be lost by it.
    """
    if is_htmx(request):
        return show_section(request, told.section, now=now, status=told.status, told=told, **more)
    if told.is_refusal or more:
        return show_me(request, now=now, status=told.status, told=told, **more)
    messages.success(request, told.text)
    return redirect(f"{reverse('me')}#{told.section}")


def show_roles_again(request: Visit, refusal: RefusedPress | None, *, now: datetime) -> HttpResponse:
    """Show the roles again, in which a button of an incident was pressed."""
    status = refusal.status if refusal else 200
    if is_htmx(request):
        return show_section(request, "roles", now=now, status=status, refusal=refusal)
    if refusal:
        return show_me(request, now=now, status=status, refusal=refusal)
    return redirect(f"{reverse('me')}#roles")
