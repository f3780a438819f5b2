"""How does somebody say when they are away, change it, and take back what they removed by mistake?"""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from oncall.pages.filling import filled
from oncall.pages.me import absences
from oncall.pages.me.absences import AbsenceForm, RemovedForm
from oncall.pages.me.told import Told
from oncall.pages.pressing import press
from oncall.pages.signing_in import Visit
from oncall.pages.views.me.page import button, show_again
from rotations.actors import Actor
from rotations.models import Absence
from rotations.services.absences import add_absence, delete_absence, edit_absence

SECTION = "absences"
WRONG = Told(SECTION, "That does not fit; nothing was changed.", 400)


@button
def add(request: Visit) -> HttpResponse:
    """Add an absence, or show the form again with what is wrong with it."""
    now, me = timezone.now(), Actor.of_person(request.user)
    form = AbsenceForm(request.POST, zone=request.user.zone, prefix="new-absence")
    added = filled(
        form,
        lambda: add_absence(
            request.user, start=form.start, end=form.end, reason=form.cleaned_data["reason"], by=me, now=now
        ),
    )
    if not added:
        return show_again(request, WRONG, now=now, new_absence=form)
    return show_again(request, Told(SECTION, "Added."), now=now)


@button
def edit(request: Visit, number: int) -> HttpResponse:
    """Change an absence of the viewer, or show its form again with what is wrong with it."""
    now, me, absence = timezone.now(), Actor.of_person(request.user), _own(request, number)
    form = AbsenceForm.of(absence, request.POST, now=now)
    edited = filled(
        form,
        lambda: edit_absence(
            absence,
            start=None if form.is_running else form.start,
            end=form.end,
            reason=form.cleaned_data["reason"],
            by=me,
            now=now,
        ),
    )
    if not edited:
        shown = absences.shown(request.user, now=now, with_form=form)
        return show_again(request, WRONG, now=now, **shown)
    return show_again(request, Told(SECTION, "Changed."), now=now)


@button
def remove(request: Visit, number: int) -> HttpResponse:
    """Remove an absence, or end a running one now; what was removed can be put back."""
    now, me, absence = timezone.now(), Actor.of_person(request.user), _own(request, number)
    refusal = press(number, lambda: delete_absence(absence, by=me, now=now))
    if refusal:
        return show_again(request, Told(SECTION, refusal.detail, refusal.status), now=now)
    return show_again(request, Told(SECTION, "Removed."), now=now, removed=absence)


@button
def put_back(request: Visit) -> HttpResponse:
    """Add again what was just removed, as far as it is not over."""
    now, me, form = timezone.now(), Actor.of_person(request.user), RemovedForm(request.POST)
    added = filled(form, lambda: add_absence(request.user, **form.cleaned_data, by=me, now=now))
    return show_again(request, Told(SECTION, "Put back.") if added else WRONG, now=now)


def _own(request: Visit, number: int) -> Absence:
    return get_object_or_404(Absence.objects.select_related("person"), pk=number, person=request.user)
