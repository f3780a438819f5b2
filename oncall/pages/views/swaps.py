"""How does somebody answer a request to take a turn over? On the board, beside who is on call."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from oncall.pages.pressing import press
from oncall.pages.signing_in import Visit, is_htmx, signed_in
from oncall.pages.views.board import show_board, show_on_call
from rotations.actors import Actor
from rotations.models import Swap
from rotations.services.swaps import accept_swap, decline_swap

ACTS: dict[str, Callable[..., object]] = {"accept": accept_swap, "decline": decline_swap}


@signed_in
def answer_swap(request: Visit, number: int, act: str) -> HttpResponse:
    """Let the viewer accept or decline, and show where the button stood again."""
    if act not in ACTS:
        raise Http404
    if request.method != "POST":
        return redirect("board")
    now = timezone.now()
    swap, me = get_object_or_404(Swap, pk=number), Actor.of_person(request.user)
    refusal = press(number, lambda: ACTS[act](swap, person=request.user, by=me, now=now))
    status = refusal.status if refusal else 200
    if is_htmx(request):
        return show_on_call(request, now=now, refusal=refusal, status=status)
    if refusal:
        return show_board(request, now=now, swap_refusal=refusal, status=status)
    return redirect(f"{reverse('board')}#on-call")
