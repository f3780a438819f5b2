"""How does a person declare an incident? With the form of the board."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from oncall.incidents.services.declaring import declare as declare_incident
from oncall.pages.forms import DeclareForm
from oncall.pages.signing_in import Visit, signed_in
from oncall.pages.views.board import show_board
from oncall.pages.views.incidents import show_incidents
from rotations.actors import Actor
from rotations.errors import Refusal


@signed_in
def declare(request: Visit) -> HttpResponse:
    """Declare what the form says and open the incident, or show the board again with what is wrong.

    Whoever only looks is shown every incident.
    """
    if request.method != "POST":
        return show_incidents(request)
    now = timezone.now()
    form = DeclareForm(request.POST)
    if not form.is_valid():
        return show_board(request, now=now, form=form, status=400)
    try:
        declared = declare_incident(**form.cleaned_data, by=Actor.of_person(request.user), now=now)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.detail)
        return show_board(request, now=now, form=form, status=400)
    messages.success(request, f"Declared as incident {declared.incident.number}.")
    return redirect("incident", declared.incident.number)
