"""Why does somebody hold this role, and what can be done about it? The page of one role of one incident."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from oncall.incidents.models import Incident, Role, State
from oncall.incidents.queries import Explanation, explained, incident_views, role_named, taken_over
from oncall.incidents.services.answers import may_force
from oncall.incidents.staffing import PinnedPlan
from oncall.pages.cards import barred_roles, responds
from oncall.pages.incident_forms import PersonForm
from oncall.pages.pressing import PART
from oncall.pages.reasons import spans_in_words
from oncall.pages.signing_in import Visit, is_htmx, signed_in
from oncall.pages.views.incident import incident_or_404
from rotations.actors import Actor
from rotations.errors import NotThere
from rotations.models import Person


@dataclass(frozen=True, slots=True)
class Acts:
    """What the viewer may do about a role. ``must_say_why``: it is required, so it is not given back without a word.

    ``hint`` says why they may not take what could be taken.
    """

    answer: bool
    take: bool
    hint: str
    assign: bool
    give_back: bool
    must_say_why: bool
    force: bool

    @property
    def any(self) -> bool:
        """Return whether there is anything that they may do."""
        return self.answer or self.take or bool(self.hint) or self.assign or self.give_back or self.force


@signed_in
@require_safe
def role(request: Visit, number: int, role: str) -> HttpResponse:
    """Show the page, or its part alone where the incident's page opens it; of one seat, where ``seat`` names it."""
    incident, held = incident_or_404(number), role_or_404(role)
    seat = request.GET.get("seat", "")
    spans = [one for one in explained(incident, held) if not seat.isdecimal() or one.seat == int(seat)]
    context = {
        "incident": incident,
        "role": held,
        "number": number,
        "key": f"{held.slug}-{seat}" if seat else held.slug,
        "role_name": held.name,
        "spans": spans_in_words(spans, taken_over(incident)),
        "may": _acts(incident, held, spans, viewer=request.user),
        "asking": PersonForm(auto_id=f"id_{held.slug}{seat}_%s"),
        "now": timezone.now(),
        "page": "incident",
        "part": "room",
    }
    template = "pages/parts/role.html" if is_htmx(request) else "pages/role.html"
    response = render(request, template, context)
    response.headers[PART] = "role"
    return response


def role_or_404(slug: str) -> Role:
    """Return the role, or answer that there is none."""
    try:
        return role_named(slug)
    except NotThere as error:
        raise Http404 from error


def _hint(incident: Incident, role: Role, viewer: Person) -> str:
    """Return why ``viewer`` may not take a role that has a seat; empty if they may."""
    [view] = incident_views([incident])
    if not responds(view, viewer):
        return "Join as a responder to take it."
    if role.slug in barred_roles(view, viewer):
        return "Whoever holds your other role may not hold this one as well."
    return ""


def _acts(incident: Incident, role: Role, spans: list[Explanation], *, viewer: Person) -> Acts:
    going_on = [one for one in spans if one.ended_at is None]
    mine = next((one for one in going_on if one.person == viewer), None)
    is_open = incident.resolved_at is None
    accepted = [one for one in going_on if one.state == State.ACCEPTED]
    has_seat = is_open and (not going_on or len(accepted) < len(going_on))
    rule = PinnedPlan.from_json(incident.plan).rule_of(role.pk)
    holds = mine is not None and mine.state == State.ACCEPTED
    is_free = has_seat and mine is None
    hint = _hint(incident, role, viewer) if is_free else ""
    return Acts(
        answer=mine is not None and not holds,
        take=is_free and not hint,
        hint=hint,
        assign=has_seat,
        give_back=holds,
        must_say_why=rule is not None and rule.is_required_at(incident.severity),
        force=bool(accepted) and not has_seat and mine is None and may_force(incident, Actor.of_person(viewer)),
    )
