"""How does somebody choose what they are told? On a page of its own, and where it is a part of their page."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from oncall.notices.services.preferences import choose_notices
from oncall.pages.notices import NoticesForm, shown
from oncall.pages.pressing import PART
from oncall.pages.signing_in import Visit, is_htmx, signed_in
from oncall.pages.views.me.page import show_me
from rotations.actors import Actor

PLACE = "notices"
SAVED = "What you are told is changed."


@signed_in
def notices(request: Visit) -> HttpResponse:
    """Show the choices, or make them."""
    if request.method != "POST":
        return _show(request, shown(request.user))
    form = NoticesForm(request.POST, person=request.user)
    if not (form.is_valid() and _chosen(request, form, now=timezone.now())):
        return _show(request, shown(request.user) | {"notices": form}, status=400)
    if is_htmx(request):
        return _show(request, shown(request.user) | {"notices_saved": SAVED})
    messages.success(request, SAVED)
    return redirect("/me/#notices" if request.POST.get("page") == "me" else reverse("notices"))


def _chosen(request: Visit, form: NoticesForm, *, now: datetime) -> bool:
    me, reminders = Actor.of_person(request.user), form.cleaned_data["reminders"]
    try:
        choose_notices(request.user, muted=form.muted, reminders=reminders, by=me, now=now)
    except ValidationError as error:
        form.add_error("reminders", error.messages)
        return False
    return True


def _show(request: Visit, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    here = request.POST.get("page", "")
    if not is_htmx(request):
        if here == "me":
            return show_me(request, now=timezone.now(), status=status, **context)
        return render(request, "pages/notices.html", context, status=status)
    response = render(request, "pages/parts/notice_preferences.html", context | {"here": here}, status=status)
    response.headers[PART] = PLACE
    return response
