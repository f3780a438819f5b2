"""Who is on call when, in one schedule? The timeline, what is to come, and who does how much."""

from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from oncall.pages.addresses import PageAddresses
from oncall.pages.allowed import allowed
from oncall.pages.coming import coming_of
from oncall.pages.pressing import PART, RefusedPress
from oncall.pages.shares import LEGEND, MOST_LISTED, bars
from oncall.pages.sheet_form import Asked, SheetForm, asked
from oncall.pages.shown import schedule_row
from oncall.pages.signing_in import Visit, signed_in
from oncall.pages.timeline.axis import VIEWS
from oncall.pages.timeline.chart import chart_of
from oncall.pages.timeline.colours import colours_of
from oncall.pages.timeline.rows import Reading, entries_of, names_of_override, wanted_rows
from rotations import queries
from rotations.errors import Invalid
from rotations.models import Schedule
from rotations.queries.timeline import Timeline, timeline_of
from rotations.services.zones import zone_names


@signed_in
@require_safe
def timeline(request: Visit, slug: str) -> HttpResponse:
    """Show the sheet that is asked for, by default these two weeks."""
    return show_timeline(request, schedule_or_404(slug), now=timezone.now())


@signed_in
@require_safe
def now_part(request: Visit, slug: str) -> HttpResponse:
    """Show who is on call alone, for the page that polls."""
    schedule, now = schedule_or_404(slug), timezone.now()
    wanted = asked(SheetForm(request.GET), viewer_zone=request.user.zone, now=now)
    with timezone.override(wanted.zone):
        response = render(request, "pages/parts/now.html", _now(request, schedule, wanted, now=now))
    response.headers[PART] = "now"
    return response


def show_timeline(
    request: Visit,
    schedule: Schedule,
    *,
    now: datetime,
    form: SheetForm | None = None,
    refusal: RefusedPress | None = None,
) -> HttpResponse:
    """Render the page; ``form`` says which sheet, by default the address; ``refusal`` what a button was refused."""
    form = form or SheetForm(request.GET)
    wanted = asked(form, viewer_zone=request.user.zone, now=now)
    try:
        found = timeline_of(schedule, window=wanted.sheet.window, now=now)
    except Invalid as trouble:
        form.add_error("date", trouble.detail)
        wanted = asked(SheetForm({}), viewer_zone=request.user.zone, now=now)
        found = timeline_of(schedule, window=wanted.sheet.window, now=now)
    with timezone.override(wanted.zone):
        context = _now(request, schedule, wanted, now=now) | _sheet(request, found, wanted, now=now)
        context |= {"form": form, "refusal": refusal, "done": _done(request, found)}
        status = refusal.status if refusal else 400 if form.errors else 200
        return render(request, "pages/timeline.html", context, status=status)


def schedule_or_404(slug: str) -> Schedule:
    """Return the schedule, or answer that there is none."""
    return get_object_or_404(queries.active_schedules(), slug=slug)


def _now(request: Visit, schedule: Schedule, wanted: Asked, *, now: datetime) -> dict[str, Any]:
    (answer,) = queries.on_call([schedule], at=now)
    row = schedule_row(answer, viewer=request.user, foreseen=None)
    return {"schedule": schedule, "now": now, "row": row, "asked": wanted}


def _sheet(request: Visit, found: Timeline, wanted: Asked, *, now: datetime) -> dict[str, Any]:
    may = allowed(request.user, found.schedule)
    addresses = PageAddresses(found.schedule.slug, wanted.query(), may, now)
    colours = colours_of(found.members, found.people)
    reading = Reading(wanted.zone, now, colours, addresses)
    entries = entries_of(found, reading)
    return {
        "may": may,
        "asked": wanted,
        "found": found,
        "chart": chart_of(wanted.sheet, wanted_rows(found, entries, reading), zone=wanted.zone, now=now),
        "entries": entries,
        "coming": coming_of(found, may=may, now=now),
        "shares": bars(found.loads),
        "legend": LEGEND,
        "most": MOST_LISTED,
        "most_listed": f":{MOST_LISTED}",
        "views": [(view, words, wanted.query(view=view, date=_kept_day(wanted, now))) for view, words in VIEWS.items()],
        "earlier": wanted.query(date=wanted.sheet.earlier.isoformat()),
        "later": wanted.query(date=wanted.sheet.later.isoformat()),
        "today": wanted.query(date=""),
        "zones": _near_zones(request, found, wanted.zone),
        "all_zones": _all_zones(),
    }


def _kept_day(wanted: Asked, now: datetime) -> str:
    """Return the day to show in another view: today where it is on the sheet, else the first of it."""
    today = now.astimezone(wanted.zone).date()
    return "" if wanted.sheet.first <= today <= wanted.sheet.last else wanted.sheet.first.isoformat()


def _near_zones(request: Visit, found: Timeline, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Return the zones that somebody may want here, as pairs of name and words, each once."""
    of_rotations = [(each.cadence.zone.key, rot.name) for rot in found.plan.in_order for each in rot.versions[-1:]]
    wanted = [(found.schedule.zone.key, "the schedule's"), *of_rotations, ("UTC", ""), (zone.key, "")]
    near = {request.user.zone.key: "yours"}
    for key, words in wanted:
        near.setdefault(key, words)
    return [(key, f"{key} ({words})" if words else key) for key, words in near.items()]


@cache
def _all_zones() -> SafeString:
    # Six hundred options that never change: rendered once.
    return format_html_join("", '<option value="{}">{}</option>', ((name, name) for name in sorted(zone_names())))


def _done(request: Visit, found: Timeline) -> dict[str, Any] | None:
    """Return the override that was just made, to be told and taken back, where it is not over."""
    number = request.GET.get("done", "")
    done = next((row for row in found.coming if str(row.override.pk) == number), None)
    return done and {"override": done.override, "words": names_of_override(done)[0]}
