"""What is known of one incident? Its roles, its people and its timeline, with the buttons of whoever looks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from oncall.incidents.models import Incident
from oncall.incidents.queries import (
    incident_numbered,
    incident_views,
    open_handoffs,
    spans_accepted,
    taken_over,
    timeline_of,
)
from oncall.pages.cards import incident_card, timeline_entry
from oncall.pages.forms import MergeForm
from oncall.pages.incident_forms import AskPersonForm, AskScheduleForm, EditForm, NoteForm
from oncall.pages.pressing import PART, RefusedPress
from oncall.pages.shown import news
from oncall.pages.signing_in import Visit, signed_in
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


def show_incident(
    request: Visit,
    number: int,
    *,
    now: datetime,
    filled: Mapping[str, Form] | None = None,
    refusal: RefusedPress | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page. ``filled`` are forms by name whose values were refused, ``refusal`` what a button was."""
    context = _room(request, number, now=now)
    found = context["card"].incident
    context |= _timeline(found) | _forms(found, now=now, filled=filled or {}) | {"refusal": refusal}
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
    context = _room(request, number, now=now) | {"refusal": refusal, "is_poll": is_poll, "is_part": True}
    response = render(request, "pages/parts/room_changed.html", context, status=status)
    response.headers[PART] = "room"
    return response


def incident_or_404(number: int) -> Incident:
    """Return the incident, or answer that there is none."""
    try:
        return incident_numbered(number)
    except NotThere as error:
        raise Http404 from error


def _timeline(incident: Incident) -> dict[str, Any]:
    latest = list(timeline_of(incident).reverse()[: SHOWN_ENTRIES + 1])
    return {
        "entries": [timeline_entry(row) for row in latest[:SHOWN_ENTRIES]],
        "has_earlier": len(latest) > SHOWN_ENTRIES,
    }


def _forms(incident: Incident, *, now: datetime, filled: Mapping[str, Form]) -> dict[str, Any]:
    """Return the forms of the page by name; a resolved incident only takes notes."""
    shown: dict[str, Any] = {"note": filled.get("note") or NoteForm()}
    if incident.resolved_at is None:
        seen = {"title": incident.title, "severity": incident.severity}
        shown |= {
            "asking_schedule": filled.get("asking_schedule") or AskScheduleForm(now=now),
            "asking_person": filled.get("asking_person") or AskPersonForm(),
            "editing": filled.get("editing") or EditForm(initial=seen),
            "merging": filled.get("merging") or MergeForm(incident=incident),
        }
    return shown


def _room(request: Visit, number: int, *, now: datetime) -> dict[str, Any]:
    view = incident_views([incident_or_404(number)])[0]
    waiting, taken = open_handoffs([view.incident]), taken_over(view.incident)
    card = incident_card(view, viewer=request.user, handoffs=waiting, taken=taken)
    return {
        "now": now,
        "card": card,
        "held": [] if card.is_open else list(spans_accepted(view.incident)),
        "news": news([card]),
        "waiting": int(card.waits_for_viewer),
        "page": "incident",
        "part": "room",
        "page_url": f"/incidents/{number}/",
    }
