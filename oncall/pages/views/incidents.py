"""What happened, and who held what? Every incident, open or over, the latest first."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from oncall.incidents.queries import found_incidents, held_to_the_end
from oncall.pages.incident_forms import FindForm
from oncall.pages.signing_in import Visit

LISTED = 25


def show_incidents(request: Visit) -> HttpResponse:
    """Render a page of the incidents that are looked for, by default of all."""
    form = FindForm(request.GET)
    listed = list(found_incidents(**form.asked)[: LISTED + 1]) if form.is_valid() else []
    shown = listed[:LISTED]
    held = held_to_the_end(shown)
    context: dict[str, Any] = {
        "form": form,
        "rows": [{"incident": incident, "held": held.get(incident.number, ())} for incident in shown],
        "older": form.query(before=shown[-1].number) if len(listed) > LISTED else "",
        "is_asked": any(form.asked.values()) if form.is_valid() else False,
        "now": timezone.now(),
        "here": "incidents",
    }
    return render(request, "pages/incidents.html", context, status=200 if form.is_valid() else 400)
