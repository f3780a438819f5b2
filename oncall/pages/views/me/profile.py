"""How does somebody change what they may say of themselves?"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from oncall.pages.filling import filled
from oncall.pages.me.profile import ProfileForm
from oncall.pages.me.told import Told
from oncall.pages.signing_in import Visit
from oncall.pages.views.me.page import button, show_me
from rotations.actors import Actor
from rotations.services.people import edit_person


@button
def edit(request: Visit) -> HttpResponse:
    """Change the viewer's name, zone and country; every time on the page may be another afterwards."""
    now, me, form = timezone.now(), Actor.of_person(request.user), ProfileForm(request.POST)
    edited = filled(form, lambda: edit_person(request.user, **form.cleaned_data, by=me, now=now))
    if not edited:
        told = Told("profile", "That does not fit; nothing was changed.", 400)
        return show_me(request, now=now, status=400, told=told, profile=form)
    messages.success(request, "Your profile is changed.")
    return redirect("me")
