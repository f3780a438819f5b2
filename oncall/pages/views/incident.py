"""What is known of one incident? Its roles, its people and its timeline, with the buttons of whoever looks."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from oncall.incidents.models import Incident
from oncall.incidents.queries import incident_numbered, incident_views, open_handoffs, timeline_of
from oncall.incidents.services import merging, notes
from oncall.pages.cards import incident_card, timeline_entry
from oncall.pages.forms import MergeForm, NoteForm
from oncall.pages.pressing import PART, RefusedPress, press
from oncall.pages.shown import news
from oncall.pages.signing_in import Visit, signed_in
from rotations.actors import Actor
from rotations.errors import NotThere

SHOWN_ENTRIES = 200


@signed_in
@require_safe
def incident(request: Visit, number: int) -> HttpResponse:
    """Show the whole page."""
    return show_incident(request, number, now=timezone.now())


@signed_in
@require_safe
def room_part(request: Visit, number: int) -> HttpResponse:
    """Show what changes, for the page that polls."""
    return show_room(request, number, now=timezone.now(), is_poll=True)


@signed_in
@require_safe
def timeline_part(request: Visit, number: int) -> HttpResponse:
    """Show the timeline alone, for the page that polls."""
    context = _timeline(incident_or_404(number)) | {"now": timezone.now(), "number": number}
    response = render(request, "pages/parts/timeline.html", context)
    response.headers[PART] = "timeline"
    return response


@signed_in
def add_note(request: Visit, number: int) -> HttpResponse:
    """Add a line to the timeline, or show the page again with what is wrong with it."""
    if request.method != "POST":
        return redirect("incident", number)
    now = timezone.now()
    found = incident_or_404(number)
    form = NoteForm(request.POST)
    if form.is_valid():
        text, me = form.cleaned_data["text"], Actor.of_person(request.user)
        refusal = press(number, lambda: notes.add_note(found, text=text, by=me, now=now))
        if refusal is None:
            return redirect("incident", number)
        form.add_error("text", refusal.detail)
    return show_incident(request, number, now=now, note=form, status=400)


@signed_in
def merge(request: Visit, number: int) -> HttpResponse:
    """End the incident in another and go there, or show the page again with what is wrong."""
    if request.method != "POST":
        return redirect("incident", number)
    now, found = timezone.now(), incident_or_404(number)
    form = MergeForm(request.POST, incident=found)
    if form.is_valid():
        into, me = form.cleaned_data["into"], Actor.of_person(request.user)
        refusal = press(number, lambda: merging.merge(found, into=into, by=me, now=now))
        if refusal is None:
            return redirect("incident", into.pk)
        return show_incident(request, number, now=now, refusal=refusal, status=refusal.status)
    return show_incident(request, number, now=now, merge_form=form, status=400)


def show_incident(
    request: Visit,
    number: int,
    *,
    now: datetime,
    note: NoteForm | None = None,
    merge_form: MergeForm | None = None,
    refusal: RefusedPress | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page; the forms hold what could not be noted or merged, ``refusal`` what a button was refused."""
    context = _room(request, number, now=now)
    found = context["card"].incident
    context |= _timeline(found) | {"note": note or NoteForm(), "refusal": refusal}
    if found.resolved_at is None:
        context["merging"] = merge_form or MergeForm(incident=found)
    return render(request, "pages/incident.html", context, status=status)


def show_room(
    request: Visit,
    number: int,
    *,
    now: datetime,
    refusal: RefusedPress | None = None,
    is_poll: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Render what changes alone."""
    context = _room(request, number, now=now) | {"refusal": refusal, "is_poll": is_poll}
    response = render(request, "pages/parts/room.html", context, status=status)
    response.headers[PART] = "room"
    return response


def _timeline(incident: Incident) -> dict[str, Any]:
    latest = timeline_of(incident).reverse()[:SHOWN_ENTRIES]
    return {"entries": [timeline_entry(row) for row in latest]}


def incident_or_404(number: int) -> Incident:
    """Return the incident, or answer that there is none."""
    try:
        return incident_numbered(number)
    except NotThere as error:
        raise Http404 from error


def _room(request: Visit, number: int, *, now: datetime) -> dict[str, Any]:
    view = incident_views([incident_or_404(number)])[0]
    card = incident_card(view, viewer=request.user, handoffs=open_handoffs([view.incident]))
    return {
        "now": now,
        "card": card,
        "news": news([card]),
        "waiting": int(card.waits_for_viewer),
        "page": "incident",
        "part": "room",
        "page_url": f"/incidents/{number}/",
    }
