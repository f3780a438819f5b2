"""What do people write on the page of an incident? A form is carried out, or shown again with what is wrong."""

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from oncall.incidents.services import bringing_in, lifecycle, merging, notes
from oncall.incidents.services.bringing_in import Asked
from oncall.pages.forms import MergeForm
from oncall.pages.incident_forms import AskPersonForm, AskScheduleForm, EditForm, NoteForm
from oncall.pages.pressing import press
from oncall.pages.signing_in import Visit
from oncall.pages.views.again import button
from oncall.pages.views.incident import incident_or_404, show_incident
from rotations.actors import Actor
from rotations.errors import Refusal


@button
def add_note(request: Visit, number: int) -> HttpResponse:
    """Add a note or a finding to the timeline."""
    now, found, form = timezone.now(), incident_or_404(number), NoteForm(request.POST)
    me = Actor.of_person(request.user)
    if _done(form, lambda: notes.add_note(found, **form.cleaned_data, by=me, now=now)):
        return redirect("incident", number)
    return show_incident(request, number, now=now, filled={"note": form}, status=400)


@button
def edit(request: Visit, number: int) -> HttpResponse:
    """Change the title or the severity, whichever is new."""
    now, found = timezone.now(), incident_or_404(number)
    form, me = EditForm(request.POST), Actor.of_person(request.user)
    if _done(form, lambda: lifecycle.edit(found, **form.changes, by=me, now=now)):
        return redirect("incident", number)
    return show_incident(request, number, now=now, filled={"editing": form}, status=400)


@button
def merge(request: Visit, number: int) -> HttpResponse:
    """End the incident in another and go there."""
    now, found = timezone.now(), incident_or_404(number)
    form, me = MergeForm(request.POST, incident=found), Actor.of_person(request.user)
    if not form.is_valid():
        return show_incident(request, number, now=now, filled={"merging": form}, status=400)
    into = form.cleaned_data["into"]
    if refusal := press(number, lambda: merging.merge(found, into=into, by=me, now=now)):
        return show_incident(request, number, now=now, refusal=refusal, status=refusal.status)
    return redirect("incident", into.pk)


@button
def ask_schedule(request: Visit, number: int) -> HttpResponse:
    """Ask everybody who is on call in a schedule to help or, with the other button, one more person there."""
    now, found = timezone.now(), incident_or_404(number)
    form, me = AskScheduleForm(request.POST, now=now), Actor.of_person(request.user)
    ask = bringing_in.ask_next_on_call if "more" in request.POST else bringing_in.ask_on_call
    if _done(form, lambda: _tell(request, ask(found, **form.cleaned_data, by=me, now=now))):
        return redirect("incident", number)
    return show_incident(request, number, now=now, filled={"asking_schedule": form}, status=400)


@button
def ask_person(request: Visit, number: int) -> HttpResponse:
    """Ask somebody by name to help."""
    now, found = timezone.now(), incident_or_404(number)
    form, me = AskPersonForm(request.POST), Actor.of_person(request.user)
    if _done(form, lambda: _tell(request, bringing_in.ask_person(found, **form.cleaned_data, by=me, now=now))):
        return redirect("incident", number)
    return show_incident(request, number, now=now, filled={"asking_person": form}, status=400)


def _done(form: Form, act: Callable[[], object]) -> bool:
    """Carry out ``act`` if the form is right; let the form say why where it is refused."""
    if not form.is_valid():
        return False
    try:
        act()
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.detail)
        return False
    return True


def _tell(request: Visit, asked: Asked) -> None:
    if asked.people:
        messages.success(request, f"Asked to help: {_names(asked.people)}.")
    else:
        messages.info(request, f"Nobody new: {_names(asked.already)}, asked before or here.")


def _names(people: "tuple[object, ...]") -> str:
    return ", ".join(str(person) for person in people)
