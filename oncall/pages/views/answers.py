"""How do people answer an incident on the pages? Joining, leaving, answering for a role, moving on."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.utils import timezone

from oncall.incidents.models import ParticipantKind
from oncall.incidents.queries import role_named
from oncall.incidents.services import lifecycle, participants, roles
from oncall.pages.pressing import press
from oncall.pages.signing_in import Visit
from oncall.pages.views.again import button, show_again
from oncall.pages.views.incident import incident_or_404
from rotations.actors import Actor

ACTS: dict[str, Callable[..., object]] = {
    "accept": roles.accept,
    "decline": roles.decline,
    "take": roles.take,
}
STEPS: dict[str, Callable[..., object]] = {
    "acknowledge": lifecycle.acknowledge,
    "mitigate": lifecycle.mitigate,
    "resolve": lifecycle.resolve,
    "reopen": lifecycle.reopen,
}
KINDS = {ParticipantKind.RESPONDER, ParticipantKind.OBSERVER}


@button
def join(request: Visit, number: int) -> HttpResponse:
    """Let the viewer take part, as a responder unless they say that they only observe."""
    kind = request.POST.get("kind", ParticipantKind.RESPONDER)
    if kind not in KINDS:
        raise Http404
    now = timezone.now()
    incident, me = incident_or_404(number), Actor.of_person(request.user)
    refusal = press(number, lambda: participants.join(incident, person=request.user, kind=kind, by=me, now=now))
    return show_again(request, number, refusal, now=now)


@button
def leave(request: Visit, number: int) -> HttpResponse:
    """Let the viewer go; whoever holds a required role is refused until it is in other hands."""
    now = timezone.now()
    incident, me = incident_or_404(number), Actor.of_person(request.user)
    refusal = press(number, lambda: participants.leave(incident, person=request.user, by=me, now=now))
    return show_again(request, number, refusal, now=now)


@button
def answer_role(request: Visit, number: int, role: str, act: str) -> HttpResponse:
    """Let the viewer accept, decline or take a role for themselves."""
    if act not in ACTS:
        raise Http404
    now = timezone.now()
    incident, me = incident_or_404(number), Actor.of_person(request.user)
    refusal = press(number, lambda: ACTS[act](incident, role=role_named(role), person=request.user, by=me, now=now))
    return show_again(request, number, refusal, now=now)


@button
def move(request: Visit, number: int, step: str) -> HttpResponse:
    """Acknowledge, mitigate, resolve or reopen the incident."""
    if step not in STEPS:
        raise Http404
    now = timezone.now()
    incident, me = incident_or_404(number), Actor.of_person(request.user)
    refusal = press(number, lambda: STEPS[step](incident, by=me, now=now))
    return show_again(request, number, refusal, now=now)
