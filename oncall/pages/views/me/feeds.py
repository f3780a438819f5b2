"""How does somebody name the calendars that say when they are away, and have them read, changed or forgotten?"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from oncall.pages.filling import filled
from oncall.pages.me import feeds
from oncall.pages.me.feeds import FeedForm, NewFeedForm
from oncall.pages.me.told import Told
from oncall.pages.pressing import press
from oncall.pages.signing_in import Visit
from oncall.pages.views.me.page import button, show_again
from rotations.actors import Actor
from rotations.models import AbsenceFeed
from rotations.services.absence_feeds import (
    add_absence_feed,
    ask_to_read,
    edit_absence_feed,
    feed_address,
    remove_absence_feed,
)

SECTION = "feeds"
WRONG = Told(SECTION, "That does not fit; nothing was changed.", 400)


@button
def add(request: Visit) -> HttpResponse:
    """Read absences from one more calendar, or show the form again with what is wrong with it."""
    now, me, form = timezone.now(), Actor.of_person(request.user), NewFeedForm(request.POST)

    def add_named() -> AbsenceFeed:
        address = feed_address(form.cleaned_data.pop("url"))
        return add_absence_feed(request.user, address=address, **form.cleaned_data, by=me, now=now)

    if not filled(form, add_named):
        return show_again(request, WRONG, now=now, new_feed=form)
    return show_again(request, Told(SECTION, "Added. It is read within a minute or two."), now=now)


@button
def edit(request: Visit, number: int) -> HttpResponse:
    """Change how a calendar is read, or show its form again with what is wrong with it."""
    now, me, feed = timezone.now(), Actor.of_person(request.user), _own(request, number)
    form = FeedForm.of(feed, request.POST)

    def edit_named() -> AbsenceFeed:
        url = form.cleaned_data.pop("url")
        return edit_absence_feed(feed, address=feed_address(url) if url else None, **form.cleaned_data, by=me, now=now)

    if not filled(form, edit_named):
        return show_again(request, WRONG, now=now, **feeds.shown(request.user, now=now, with_form=form))
    return show_again(request, Told(SECTION, "Changed. What was read stands until it is read again, soon."), now=now)


@button
def read(request: Visit, number: int) -> HttpResponse:
    """Let a calendar be read before it would be due."""
    now, me, feed = timezone.now(), Actor.of_person(request.user), _own(request, number)
    refusal = press(number, lambda: ask_to_read(feed, by=me, now=now))
    told = (
        Told(SECTION, refusal.detail, refusal.status)
        if refusal
        else Told(SECTION, "It is read within a minute or two.")
    )
    return show_again(request, told, now=now)


@button
def remove(request: Visit, number: int) -> HttpResponse:
    """Read a calendar no more; the whole page is shown, because absences above and shifts change with it."""
    now, me, feed = timezone.now(), Actor.of_person(request.user), _own(request, number)
    refusal = press(number, lambda: remove_absence_feed(feed, by=me, now=now))
    if refusal:
        return show_again(request, Told(SECTION, refusal.detail, refusal.status), now=now)
    messages.success(request, f"{feed.name} is read no more.")
    return redirect("me")


def _own(request: Visit, number: int) -> AbsenceFeed:
    return get_object_or_404(AbsenceFeed.objects.select_related("person"), pk=number, person=request.user)
