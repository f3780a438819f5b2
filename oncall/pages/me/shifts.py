"""When am I on call next, who takes over from me, and who may take a shift of mine?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self, cast
from urllib.parse import urlencode

from django import forms
from django.db.models import Exists, OuterRef
from django.utils import timezone

from oncall.pages.forms import MomentField
from rotations import queries
from rotations.admin.wall_clock import reading_of
from rotations.engine.intervals import Interval
from rotations.models import Membership, Person, Rotation, Schedule, Swap, SwapState
from rotations.queries.conflicts import asked_about
from rotations.queries.shifts import ShiftRow
from rotations.queries.swaps import swaps_given_by
from rotations.queries.upcoming import Upcoming, upcoming_shifts

# More stand in the calendar.
MOST = 5
# What fits into the column.
LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Giveable:
    """A part of a shift that can go to somebody else. Only a turn of one's own can be asked for, by its ordinal.

    ``asked`` is the request for somebody to take it, or some of it, that waits for an answer.
    """

    schedule: Schedule
    shift: ShiftRow
    span: Interval
    asked: Swap | None

    @classmethod
    def of(cls, schedule: Schedule, shift: ShiftRow, span: Interval, asked: list[Swap]) -> Self:
        """Return the part, with that of the requests which is about it."""
        return cls(schedule, shift, span, asked_about(shift, span, asked))

    @property
    def is_own_turn(self) -> bool:
        """Return whether others can be asked to take it."""
        return self.shift.is_own_turn

    @property
    def address(self) -> str:
        """Return the query of the page on which it is given to somebody."""
        source = self.shift.source
        named: dict[str, object] = {"schedule": self.schedule.slug}
        named |= {"start": self.span.start.isoformat(), "end": self.span.end.isoformat()}
        named |= {"rotation": source.rotation, "ordinal": source.ordinal} if self.is_own_turn else {}
        return urlencode(named)


@dataclass(frozen=True, slots=True)
class MyShift:
    """One shift on the page. ``away`` are the parts of it in which its person is absent."""

    of: Upcoming
    whole: Giveable
    away: tuple[Giveable, ...]
    is_running: bool
    goes_on: bool


def shown(person: Person, *, now: datetime) -> dict[str, Any]:
    """Return what the section shows."""
    asked = asked_by(person, now=now)
    return {"shifts": [_mine(each, person, asked, now=now) for each in upcoming_shifts(person, now=now, most=MOST)]}


def asked_by(person: Person, *, now: datetime) -> list[Swap]:
    """Return the requests of ``person`` that wait for an answer."""
    return [swap for swap in swaps_given_by(person, now=now) if swap.state == SwapState.ASKED]


class SpanForm(forms.Form):
    """A part of a turn of one's own."""

    rotation = forms.ModelChoiceField(Rotation.objects.select_related("schedule__team"))
    ordinal = forms.IntegerField(min_value=-LARGEST, max_value=LARGEST)
    start = MomentField(label="From")
    end = MomentField(label="Until")

    def clean(self) -> dict[str, Any]:
        """Refuse a span that is empty or runs backwards."""
        found = self.cleaned_data
        if {"start", "end"} <= found.keys() and found["end"] <= found["start"]:
            self.add_error("end", "The end must be after the start.")
        return found

    @property
    def span(self) -> Interval:
        """Return the part, of a form that is valid."""
        return Interval(self.cleaned_data["start"], self.cleaned_data["end"])


class GiveForm(SpanForm):
    """To whom a shift goes. Without a turn, as of whoever an override put on, it can be given, and not asked for.

    ``exact`` moments are those that were shown: a clock on a wall shows no split seconds, and some hours twice.
    """

    schedule = forms.ModelChoiceField(queries.active_schedules(), to_field_name="slug", widget=forms.HiddenInput)
    rotation = forms.ModelChoiceField(
        Rotation.objects.select_related("schedule__team"), required=False, widget=forms.HiddenInput
    )
    ordinal = forms.IntegerField(required=False, min_value=-LARGEST, max_value=LARGEST, widget=forms.HiddenInput)
    to = forms.ModelChoiceField(
        Person.objects.none(),
        label="To whom?",
        empty_label="Choose somebody",
        error_messages={"required": "Choose who takes it."},
    )
    reason = forms.CharField(label="Why?", max_length=200, required=False)
    exact_start = MomentField(required=False, widget=forms.HiddenInput)
    exact_end = MomentField(required=False, widget=forms.HiddenInput)
    field_order = ("to", "start", "end", "reason")

    def __init__(self, *args: Any, giver: Person, schedule: Schedule | None, **options: Any) -> None:
        super().__init__(*args, **options)
        in_team = Membership.objects.filter(person=OuterRef("pk"), team=schedule.team if schedule else None)
        others = Person.objects.filter(is_active=True).exclude(pk=giver.pk).annotate(in_team=Exists(in_team))
        # Whoever is likely to take it comes first.
        cast("forms.ModelChoiceField[Person]", self.fields["to"]).queryset = others.order_by("-in_team", "name", "pk")

    def clean(self) -> dict[str, Any]:
        """Take what was not changed as exactly as it was shown."""
        found, zone = self.cleaned_data, timezone.get_current_timezone()
        for name in ("start", "end"):
            exact = found.get(f"exact_{name}")
            if exact and name in found and reading_of(exact, zone) == reading_of(found[name], zone):
                found[name] = exact
        return super().clean()


def _mine(of: Upcoming, person: Person, asked: list[Swap], *, now: datetime) -> MyShift:
    whole = Interval(of.shift.start, of.shift.end)
    return MyShift(
        of,
        Giveable.of(of.schedule, of.shift, whole, asked),
        tuple(Giveable.of(of.schedule, of.shift, span, asked) for span in of.away),
        is_running=of.shift.start <= now,
        goes_on=person in (of.relief or ()),
    )
