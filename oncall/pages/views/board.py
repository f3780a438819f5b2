"""Who is on call, who leads each open incident, and what waits for whoever looks? One page, and its two live parts."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from oncall.incidents.queries import incident_views, open_handoffs, open_incidents
from oncall.pages.cards import incident_card
from oncall.pages.forms import DeclareForm
from oncall.pages.pressing import PART, RefusedPress
from oncall.pages.shown import by_urgency, news, schedule_row
from oncall.pages.signing_in import Visit, signed_in
from rotations.models import Schedule
from rotations.queries import on_call
from rotations.queries.swaps import swaps_asked_of
from rotations.queries.warnings import next_warnings


@signed_in
@require_safe
def board(request: Visit) -> HttpResponse:
    """Show the whole board."""
    return show_board(request, now=timezone.now())


@signed_in
@require_safe
def incidents_part(request: Visit) -> HttpResponse:
    """Show the open incidents alone, for the page that polls."""
    return show_incidents(request, now=timezone.now(), is_poll=True)


@signed_in
@require_safe
def on_call_part(request: Visit) -> HttpResponse:
    """Show who is on call alone, for the page that polls."""
    return show_on_call(request, now=timezone.now())


def show_board(
    request: Visit,
    *,
    now: datetime,
    form: DeclareForm | None = None,
    refusal: RefusedPress | None = None,
    swap_refusal: RefusedPress | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the board; ``form`` holds what could not be declared, the refusals what a button was refused."""
    context = _incidents(request, now=now) | _on_call(request, now=now)
    context |= {"form": form or DeclareForm(), "here": "board", "refusal": refusal, "swap_refusal": swap_refusal}
    return render(request, "pages/board.html", context, status=status)


def show_incidents(
    request: Visit, *, now: datetime, refusal: RefusedPress | None = None, is_poll: bool = False, status: int = 200
) -> HttpResponse:
    """Render the open incidents alone."""
    context = _incidents(request, now=now) | {"refusal": refusal, "is_poll": is_poll}
    response = render(request, "pages/parts/incidents.html", context, status=status)
    response.headers[PART] = "incidents"
    return response


def show_on_call(
    request: Visit, *, now: datetime, refusal: RefusedPress | None = None, status: int = 200
) -> HttpResponse:
    """Render who is on call, and what the viewer is asked to take over, alone."""
    context = _on_call(request, now=now) | {"swap_refusal": refusal}
    response = render(request, "pages/parts/on_call.html", context, status=status)
    response.headers[PART] = "on-call"
    return response


def _incidents(request: Visit, *, now: datetime) -> dict[str, Any]:
    views = incident_views(open_incidents())
    handoffs = open_handoffs(view.incident for view in views)
    cards = sorted((incident_card(view, viewer=request.user, handoffs=handoffs) for view in views), key=by_urgency)
    return {
        "now": now,
        "cards": cards,
        "news": news(cards),
        "waiting": sum(card.waits_for_viewer for card in cards),
        "page": "board",
        "part": "incidents",
        "page_url": "/",
    }


def _on_call(request: Visit, *, now: datetime) -> dict[str, Any]:
    schedules = Schedule.objects.filter(archived_at=None).select_related("team").order_by("team__name", "name", "pk")
    foreseen = next_warnings(schedules, now=now)
    return {
        "now": now,
        "swaps": list(swaps_asked_of(request.user, now=now)),
        "rows": [
            schedule_row(answer, viewer=request.user, foreseen=foreseen.get(answer.schedule.pk))
            for answer in on_call(schedules, at=now)
        ],
    }
