"""How do people answer an incident on the pages? Joining, pausing, leaving, answering for a role, moving on."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone

from oncall.incidents.models import ParticipantKind
from oncall.incidents.queries import role_named
from oncall.incidents.services import lifecycle, participants, roles
from oncall.pages.incident_forms import PersonForm
from oncall.pages.pressing import RefusedPress, press
from oncall.pages.signing_in import Visit
from oncall.pages.views.again import button, show_again
from oncall.pages.views.incident import incident_or_404
from rotations.actors import Actor

# What can be done about a role, and what may be said with it; of switches it counts that they are there.
ACTS: dict[str, tuple[Callable[..., object], tuple[str, ...]]] = {
    "accept": (roles.accept, ()),
    "decline": (roles.decline, ("reason",)),
    "take": (roles.take, ("force", "reason")),
    "release": (roles.release, ("vacate", "reason")),
}
SWITCHES = {"force", "vacate"}
STEPS: dict[str, Callable[..., object]] = {
    "acknowledge": lifecycle.acknowledge,
    "mitigate": lifecycle.mitigate,
    "resolve": lifecycle.resolve,
    "reopen": lifecycle.reopen,
}


@button
def join(request: Visit, number: int) -> HttpResponse:
    """Let the viewer take part, as a responder unless they say that they only watch."""
    kind = request.POST.get("kind", ParticipantKind.RESPONDER)
    if kind not in ParticipantKind.values:
        raise Http404
    now = timezone.now()
    incident, me = incident_or_404(number), Actor.of_person(request.user)
    refusal = press(number, lambda: participants.join(incident, person=request.user, kind=kind, by=me, now=now))
    return show_again(request, number, refusal, now=now)


@button
def leave(request: Visit, number: int) -> HttpResponse:
    """Let the viewer go; whoever holds a required role hands it off first, or leaves it empty and says why."""
    now, said = timezone.now(), _said(request, ("vacate", "reason"))
    incident, me = incident_or_404(number), Actor.of_person(request.user)
    refusal = press(number, lambda: participants.leave(incident, person=request.user, **said, by=me, now=now))
    return show_again(request, number, refusal, now=now)


@button
def change_status(request: Visit, number: int) -> HttpResponse:
    """Let the viewer say whether they are working on it."""
    now, status = timezone.now(), request.POST.get("status", "")
    incident, me = incident_or_404(number), Actor.of_person(request.user)
    act = partial(participants.change_status, incident, person=request.user, status=status, by=me, now=now)
    return show_again(request, number, press(number, act), now=now)


@button
def answer_role(request: Visit, number: int, role: str, act: str) -> HttpResponse:
    """Let the viewer accept, decline, take or give back a role for themselves."""
    if act not in ACTS:
        raise Http404
    now, (service, parts) = timezone.now(), ACTS[act]
    said = _said(request, parts)
    incident, me = incident_or_404(number), Actor.of_person(request.user)
    refusal = press(
        number, lambda: service(incident, role=role_named(role), person=request.user, **said, by=me, now=now)
    )
    return show_again(request, number, refusal, now=now)


@button
def assign(request: Visit, number: int, role: str) -> HttpResponse:
    """Ask somebody to hold a role."""
    now, incident, me = timezone.now(), incident_or_404(number), Actor.of_person(request.user)
    form = PersonForm(request.POST)
    if not form.is_valid():
        refusal: RefusedPress | None = RefusedPress(number, " ".join(map(str, form.errors["person"])), 400)
    else:
        named = form.cleaned_data["person"]
        refusal = press(number, lambda: roles.assign(incident, role=role_named(role), person=named, by=me, now=now))
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


def _said(request: Visit, parts: tuple[str, ...]) -> dict[str, Any]:
    return {part: part in request.POST if part in SWITCHES else request.POST.get(part, "") for part in parts}
