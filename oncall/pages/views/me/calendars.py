"""How does somebody get the address of a calendar, another one, or none any more?"""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from oncall.pages.filling import filled
from oncall.pages.me import calendars
from oncall.pages.me.calendars import CalendarForm, NewCalendarForm
from oncall.pages.me.subscribing import Subscription
from oncall.pages.me.told import Told
from oncall.pages.pressing import press
from oncall.pages.signing_in import Visit
from oncall.pages.views.me.page import button, show_again
from rotations.actors import Actor
from rotations.models import CalendarLink
from rotations.queries.calendar_links import open_links_of
from rotations.services.feeds import add_calendar_link, edit_calendar_link, revoke_calendar_link, rotate_calendar_link

SECTION = "calendars"
WRONG = Told(SECTION, "That does not fit; nothing was changed.", 400)


@button
def add(request: Visit) -> HttpResponse:
    """Make a link and show its address, for the only time, or the form again with what is wrong with it."""
    now, me, form = timezone.now(), Actor.of_person(request.user), NewCalendarForm(request.POST, person=request.user)
    made = filled(
        form,
        lambda: add_calendar_link(owner=request.user, **form.chosen, by=me, now=now),
    )
    if not made:
        return show_again(request, WRONG, now=now, new_link=form)
    told = Told(SECTION, "Made. Subscribe to it now: its address is not shown again.")
    return show_again(request, told, now=now, subscription=Subscription.to(*made))


@button
def edit(request: Visit, number: int) -> HttpResponse:
    """Change what a calendar shows; its address stays."""
    now, me, link = timezone.now(), Actor.of_person(request.user), _own(request, number)
    form = CalendarForm.of(link, request.POST)
    edited = filled(form, lambda: edit_calendar_link(link, **form.cleaned_data, by=me, now=now))
    if not edited:
        return show_again(request, WRONG, now=now, **calendars.shown(request.user, with_form=form))
    return show_again(request, Told(SECTION, "Changed. Calendars show it at their next fetch."), now=now)


@button
def rotate(request: Visit, number: int) -> HttpResponse:
    """Give a link a new address, and show it."""
    now, me, link = timezone.now(), Actor.of_person(request.user), _own(request, number)
    made: list[tuple[CalendarLink, str]] = []
    if refusal := press(number, lambda: made.append(rotate_calendar_link(link, by=me, now=now))):
        return show_again(request, Told(SECTION, refusal.detail, refusal.status), now=now)
    told = Told(SECTION, "It has a new address, which is not shown again; the old one leads nowhere.")
    return show_again(request, told, now=now, subscription=Subscription.to(link, made[0][1]))


@button
def revoke(request: Visit, number: int) -> HttpResponse:
    """Close a link for good."""
    now, me, link = timezone.now(), Actor.of_person(request.user), _own(request, number)
    refusal = press(number, lambda: revoke_calendar_link(link, by=me, now=now))
    told = Told(SECTION, refusal.detail, refusal.status) if refusal else Told(SECTION, f"{link} was revoked for good.")
    return show_again(request, told, now=now)


def _own(request: Visit, number: int) -> CalendarLink:
    return get_object_or_404(open_links_of(request.user), pk=number)
