"""Swaps in the admin: managers ask and answer on behalf of others, and take swaps back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from rotations.actors import Actor
from rotations.admin.acting import ChangedByManagers, managed_schedules
from rotations.admin.through_services import Formset, ServiceForm, ThroughServices
from rotations.admin.verbs import Verb
from rotations.admin.wall_clock import WallClockField, instant_of, shown
from rotations.engine.intervals import Interval
from rotations.models import Person, Rotation, Swap, SwapState, Team
from rotations.queries.turns import ordinal_of_turn
from rotations.services import swaps


class SwapForm(ServiceForm):
    """A request on somebody's behalf; the turn is the one at a moment, as a clock in the schedule's zone shows it."""

    acting: ClassVar[Person | None] = None
    # Other names than those of the model: what is typed is a reading of a clock, and no instant yet.
    places = {"ordinal": "at", "replaces_themselves": "person", "start": "only_from", "end": "only_until"}

    at = WallClockField(label="In the turn at", help_text="Any moment of the turn, in the schedule's time zone.")
    only_from = WallClockField(required=False, label="Only from", help_text="Empty: the whole turn.")
    only_until = WallClockField(required=False, label="Only until", help_text="Empty: the whole turn.")

    class Meta:
        model = Swap
        fields = ("rotation", "replaces", "person", "reason")
        labels = {"replaces": "Instead of", "person": "Who is asked"}
        widgets = {"reason": forms.TextInput(attrs={"class": "vTextField", "placeholder": "wedding"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "rotation" not in self.fields:
            return
        rotations = Rotation.objects.filter(schedule__in=managed_schedules(self.acting))
        self.fields["rotation"].queryset = rotations.select_related("schedule").order_by("schedule__name", "id")
        for name in ("replaces", "person"):
            self.fields[name].queryset = Person.objects.filter(is_active=True)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        start, end = self.cleaned_data.get("only_from"), self.cleaned_data.get("only_until")
        if (start is None) is not (end is None):
            self.add_error("only_until" if start else "only_from", "A part has a start and an end.")
        elif start and end and end <= start:
            self.add_error("only_until", "The end must be after the start.")
        return cleaned

    def instant(self, field: str) -> datetime:
        """Return the moment that a clock in the schedule's zone shows as the value of ``field``."""
        return instant_of(self.cleaned_data[field], self.cleaned_data["rotation"].schedule.zone)


def _accept(swap: Swap, *, by: Actor, now: datetime) -> Swap:
    """Accept for whom it was asked of; what the team was asked, for whoever presses the button."""
    taker = swap.person or by.person
    assert taker is not None  # noqa: S101 - people are at the admin
    return swaps.accept_swap(swap, person=taker, by=by, now=now)


def _decline(swap: Swap, *, by: Actor, now: datetime) -> Swap:
    assert swap.person is not None  # noqa: S101 - offered only where somebody was asked
    return swaps.decline_swap(swap, person=swap.person, by=by, now=now)


@admin.register(Swap)
class SwapsAdmin(ChangedByManagers, ThroughServices):
    form = SwapForm
    list_display = ("turn", "replaces", "asked_of", "starts", "ends", "state", "flag")
    list_filter = ("state", "flag", "rotation__schedule")
    list_select_related = ("rotation__schedule__team", "replaces", "person")
    search_fields = ("rotation__name", "rotation__schedule__name", "person__name", "replaces__name", "reason")
    ordering = ("-asked_at", "-id")
    fields = ("rotation", "at", "replaces", "person", "only_from", "only_until", "reason")
    shown_fields = (
        "rotation",
        "ordinal",
        "replaces",
        "asked_of",
        "starts",
        "ends",
        "reason",
        "exchange",
        "state",
        "flag",
        "asked_at",
        "asked_by",
        "answered_at",
        "accepted_at",
    )
    verbs = (
        Verb(
            name="accept",
            label="Accept",
            warning="Whoever was asked takes the turn over; if the team was asked, you do. Of an exchange, both.",
            done="{} was accepted.",
            perform=_accept,
            offered=lambda swap: swap.state == SwapState.ASKED,
        ),
        Verb(
            name="decline",
            label="Decline",
            warning="The turn stays with whose it is.",
            done="{} was declined.",
            perform=_decline,
            offered=lambda swap: swap.state == SwapState.ASKED and swap.person is not None,
        ),
        Verb(
            name="cancel",
            label="Cancel",
            warning="From now on the turn belongs to whom it did before. What happened stays.",
            done="{} was cancelled.",
            perform=swaps.cancel_swap,
            offered=lambda swap: swap.state in (SwapState.ASKED, SwapState.ACCEPTED),
            is_grave=True,
        ),
    )

    def team_of(self, obj: Swap) -> Team:
        return obj.rotation.schedule.team

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def may_do(self, request: HttpRequest, verb: Verb, obj: Swap) -> bool:
        return self.is_theirs(request, obj)

    def get_fields(self, request: HttpRequest, obj: Swap | None = None) -> Any:
        return self.shown_fields if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Swap | None = None) -> Any:
        return self.shown_fields if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"acting": request.user})

    @admin.display(description="turn", ordering="rotation")
    def turn(self, swap: Swap) -> str:
        return f"{swap.rotation}, turn {swap.ordinal}"

    @admin.display(description="asked", ordering="person")
    def asked_of(self, swap: Swap) -> str:
        return str(swap.person or "the team")

    @admin.display(description="starts", ordering="turn_start")
    def starts(self, swap: Swap) -> str:
        return _told(swap.start or swap.turn_start, swap)

    @admin.display(description="ends", ordering="turn_end")
    def ends(self, swap: Swap) -> str:
        return _told(swap.end or swap.turn_end, swap)

    def add(self, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> Swap:
        given = form.cleaned_data
        part = Interval(form.instant("only_from"), form.instant("only_until")) if given["only_from"] else None
        return swaps.ask_swap(
            given["rotation"],
            ordinal=ordinal_of_turn(given["rotation"], at=form.instant("at")),
            replaces=given["replaces"],
            person=given["person"],
            span=part,
            reason=given["reason"],
            by=by,
            now=now,
        )


def _told(moment: datetime, swap: Swap) -> str:
    zone = swap.rotation.schedule.zone
    return f"{shown(moment, zone)} ({zone})"
