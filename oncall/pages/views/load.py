"""How is the work of a schedule shared? A table and a chart of one window, by default this month."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from oncall.pages.forms import WindowForm
from oncall.pages.shares import LEGEND, MOST_LISTED, bars, csv_address, total, without_holidays
from oncall.pages.signing_in import Visit, signed_in
from rotations import queries
from rotations.admin.wall_clock import instant_of, reading_of
from rotations.engine.intervals import Interval
from rotations.errors import Invalid
from rotations.models import Schedule
from rotations.queries.load import load_of
from rotations.queries.warnings import open_warnings


@signed_in
@require_safe
def load(request: Visit, slug: str) -> HttpResponse:
    """Show the load of each person in the window that is asked for, and what is foreseen to go wrong."""
    schedule = get_object_or_404(queries.active_schedules(), slug=slug)
    now = timezone.now()
    form = WindowForm(request.GET or None, initial=_month(reading_of(now, request.user.zone)))
    context: dict[str, Any] = {"schedule": schedule, "form": form, "now": now}
    try:
        window = _window(form, request)
        context |= {} if window is None else _shown(schedule, window, request, now=now)
    except Invalid as refusal:
        form.add_error(refusal.field, refusal.detail)
    return render(request, "pages/load.html", context, status=400 if form.errors else 200)


def _window(form: WindowForm, request: Visit) -> Interval | None:
    """Return the window of the form, without one this month; None where it makes no sense."""
    if not form.is_bound:
        start, end = (instant_of(day, request.user.zone) for day in form.initial.values())
        return Interval(start, end)
    return Interval(form.cleaned_data["from"], form.cleaned_data["until"]) if form.is_valid() else None


def _shown(schedule: Schedule, window: Interval, request: Visit, *, now: datetime) -> dict[str, Any]:
    found = load_of(schedule, window=window)
    first = reading_of(window.start, request.user.zone)
    earlier, later = _month(_month(first)["from"] - timedelta(days=1)), _month(_month(first)["until"])
    return {
        "found": found,
        "shares": bars(found.people),
        "csv": csv_address(found),
        "without_holidays": without_holidays(found),
        "gap_time": total(found.gaps),
        "legend": LEGEND,
        "most": MOST_LISTED,
        "most_listed": f":{MOST_LISTED}",
        "earlier": earlier,
        "later": later,
        "warnings": open_warnings([schedule], now=now)[schedule.pk],
    }


def _month(reading: datetime) -> dict[str, datetime]:
    """Return the first midnights of the month of ``reading`` and of the next one, by the clock on the wall."""
    first = reading.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return {"from": first, "until": (first + timedelta(days=31)).replace(day=1)}
