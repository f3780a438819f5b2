"""How does somebody answer a request on their page, take back one of their own, or what they gave away?"""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from oncall.pages.me.told import Told
from oncall.pages.pressing import press
from oncall.pages.signing_in import Visit
from oncall.pages.views.me.page import button, show_again
from rotations.actors import Actor
from rotations.models import Override, Swap
from rotations.services.overrides import end_override
from rotations.services.swaps import accept_swap, cancel_swap, decline_swap

ANSWERS: dict[str, Callable[..., object]] = {"accept": accept_swap, "decline": decline_swap}
DONE = {
    "accept": "You take it over.",
    "decline": "You declined; it stays theirs.",
    "cancel": "It is yours again.",
}


@button
def answer(request: Visit, number: int, act: str) -> HttpResponse:
    """Let the viewer accept or decline what they are asked, or cancel what they asked for."""
    if act not in DONE:
        raise Http404
    now, me = timezone.now(), Actor.of_person(request.user)
    swap = get_object_or_404(Swap, pk=number)

    def pressed() -> object:
        if act == "cancel":
            return cancel_swap(swap, by=me, now=now)
        return ANSWERS[act](swap, person=request.user, by=me, now=now)

    refusal = press(number, pressed)
    told = Told("swaps", refusal.detail, refusal.status) if refusal else Told("swaps", DONE[act])
    return show_again(request, told, now=now)


@button
def take_back(request: Visit, number: int) -> HttpResponse:
    """Let the viewer be on call again where they had given their place to somebody."""
    now, me = timezone.now(), Actor.of_person(request.user)
    override = get_object_or_404(Override.objects.select_related("schedule"), pk=number, replaces=request.user)
    refusal = press(number, lambda: end_override(override, by=me, now=now))
    told = Told("swaps", refusal.detail, refusal.status) if refusal else Told("swaps", DONE["cancel"])
    return show_again(request, told, now=now)
