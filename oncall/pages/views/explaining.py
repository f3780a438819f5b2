"""Why is she on call at 03:00? One page that tells it for one schedule and one moment."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from oncall.pages.forms import ExplainForm
from oncall.pages.signing_in import Visit, signed_in
from rotations import queries
from rotations.admin.wall_clock import reading_of
from rotations.errors import Invalid
from rotations.models import Schedule


@signed_in
@require_safe
def explain(request: Visit, slug: str) -> HttpResponse:
    """Show why whoever is on call is, now or at the moment that is asked for."""
    schedule = get_object_or_404(queries.active_schedules(), slug=slug)
    now = timezone.now()
    form = ExplainForm(request.GET)
    context: dict[str, Any] = {"schedule": schedule, "form": form, "now": now}
    try:
        context |= _explained(schedule, form, now=now) if form.is_valid() else {}
    except Invalid as refusal:
        form.add_error("at", refusal.detail)
    if form.errors:
        return render(request, "pages/explain.html", context, status=400)
    # The moment that was meant, as the viewer's clock shows it: a link may have named it in UTC.
    context["form"] = ExplainForm(initial={"at": reading_of(context["at"], request.user.zone)})
    return render(request, "pages/explain.html", context)


def _explained(schedule: Schedule, form: ExplainForm, *, now: datetime) -> dict[str, Any]:
    at = form.cleaned_data["at"] or now
    *reasons, answer = queries.explain(schedule, at=at)
    return {"at": at, "answer": answer, "reasons": reasons}
