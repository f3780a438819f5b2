"""How does a role go from one person to another on the pages? A form for its holder, buttons for whoever is asked."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from oncall.incidents.models import Incident, Role
from oncall.incidents.queries import handoff_numbered
from oncall.incidents.services import handoffs
from oncall.incidents.services.handoffs import HandoffNote, offer_handoff
from oncall.pages.forms import HandoffForm
from oncall.pages.pressing import press
from oncall.pages.signing_in import Visit, signed_in
from oncall.pages.views.again import show_again
from oncall.pages.views.incident import incident_or_404
from oncall.pages.views.roles import role_or_404
from rotations.actors import Actor
from rotations.errors import NotThere, Refusal

ACTS: dict[str, Callable[..., object]] = {
    "accept": handoffs.accept_handoff,
    "decline": handoffs.decline_handoff,
    "cancel": handoffs.cancel_handoff,
}


@signed_in
def hand_off(request: Visit, number: int, role: str) -> HttpResponse:
    """Show the form, or offer the role to whom it names and return to the incident."""
    incident, held = incident_or_404(number), role_or_404(role)
    form = HandoffForm(request.POST or None, holder=request.user)
    if request.method == "POST" and form.is_valid() and _offered(request, incident, held, form):
        return redirect("incident", number)
    context = {"incident": incident, "role": held, "form": form, "now": timezone.now()}
    return render(request, "pages/hand_off.html", context, status=400 if form.errors else 200)


@signed_in
def answer_handoff(request: Visit, number: int, act: str) -> HttpResponse:
    """Let the viewer accept or decline what they are asked to take over, or take back what they offered."""
    if act not in ACTS:
        raise Http404
    try:
        handoff = handoff_numbered(number)
    except NotThere as error:
        raise Http404 from error
    incident = handoff.assignment.incident_id
    if request.method != "POST":
        return redirect("incident", incident)
    now, me = timezone.now(), Actor.of_person(request.user)
    refusal = press(incident, lambda: ACTS[act](handoff, person=request.user, by=me, now=now))
    return show_again(request, incident, refusal, now=now)


def _offered(request: Visit, incident: Incident, role: Role, form: HandoffForm) -> bool:
    """Offer what the form says; where it is refused, let the form say why."""
    values = dict(form.cleaned_data)
    to = values.pop("to")
    now, me, note = timezone.now(), Actor.of_person(request.user), HandoffNote(**values)
    try:
        offer_handoff(incident, role=role, person=request.user, to=to, note=note, by=me, now=now)
    except Refusal as refusal:
        field = (refusal.field or "").removeprefix("note.")
        form.add_error(field if field in form.fields else None, refusal.detail)
        return False
    return True
