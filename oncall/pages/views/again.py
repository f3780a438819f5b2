"""Where does somebody land who pressed a button? Where the button stood; without scripts by way of a redirect."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from oncall.pages.pressing import RefusedPress
from oncall.pages.signing_in import View, Visit, is_htmx, signed_in
from oncall.pages.views.board import show_board, show_incidents
from oncall.pages.views.incident import show_incident, show_room
from oncall.pages.views.me.page import show_roles_again

P = ParamSpec("P")


def button(view: Callable[Concatenate[Visit, P], HttpResponse]) -> View[P]:
    """Let a view of one incident be pressed; whoever only opens its address is sent to the incident."""

    @wraps(view)
    def answer(request: Visit, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method != "POST":
            return redirect("incident", kwargs["number"])
        return view(request, *args, **kwargs)

    return signed_in(answer)


def show_again(request: Visit, number: int, refusal: RefusedPress | None, *, now: datetime) -> HttpResponse:
    """Show the page or the part in which the button stood, with the refusal if there was one."""
    if request.POST.get("page") == "me":
        return show_roles_again(request, refusal, now=now)
    on_board = request.POST.get("page") == "board"
    status = refusal.status if refusal else 200
    if is_htmx(request):
        if on_board:
            return show_incidents(request, now=now, refusal=refusal, status=status)
        return show_room(request, number, now=now, refusal=refusal, status=status)
    if refusal:
        if on_board:
            return show_board(request, now=now, refusal=refusal, status=status)
        return show_incident(request, number, now=now, refusal=refusal, status=status)
    return redirect(f"{reverse('board')}#incident-{number}" if on_board else reverse("incident", args=[number]))
