"""How does somebody change a span of a schedule? Filled in from where they pressed, so that it only has to be saved."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from oncall.pages.allowed import Allowed
from oncall.pages.forms import MomentField
from oncall.pages.timeline.axis import clock
from rotations import queries
from rotations.admin.wall_clock import reading_of
from rotations.engine.intervals import Interval
from rotations.errors import Refusal
from rotations.models import Override, OverrideKind, Person, Schedule
from rotations.queries.reach import LAST
from rotations.services.previews import Preview

# How far after the span to look for who could stand in.
_LOOK: Final = timedelta(days=60)
# At which field a refusal is told that names another, or none.
PLACES: Final = {"end_before_start": "end", "in_the_past": "end", "replaces_themselves": "person", "replaces": "what"}


class ChangeForm(forms.Form):
    """A new override. ``start_at`` and ``end_at`` are the instants that were pressed: a clock may show them twice."""

    what = forms.ChoiceField(label="What?", widget=forms.RadioSelect, error_messages={"required": "Choose what to do."})
    person = forms.ModelChoiceField(Person.objects.none(), label="Who?", required=False, empty_label="Choose somebody")
    start = MomentField(label="From")
    end = MomentField(label="Until")
    reason = forms.CharField(
        label="Why? (optional)",
        required=False,
        max_length=Override._meta.get_field("reason").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "dentist"}),
    )
    replaces = forms.ModelChoiceField(Person.objects.all(), required=False, widget=forms.HiddenInput)
    start_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    end_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, schedule: Schedule, may: Allowed, zone: ZoneInfo, **options: Any) -> None:
        super().__init__(*args, **options)
        self.schedule, self.may, self.zone = schedule, may, zone
        self.replaced = self._replaced()
        ways = may.ways(self.replaced)
        cast("forms.ChoiceField", self.fields["what"]).choices = ways
        self.needs_person = any(way in ("replace", "add") for way, _ in ways)
        who = cast("forms.ModelChoiceField[Person]", self.fields["person"])
        who.queryset = Person.objects.filter(is_active=True)
        if self.needs_person:
            who.choices = [("", who.empty_label), *_grouped(schedule, without=self.replaced)]
        else:
            del self.fields["person"]
        for name in ("start", "end"):
            self.fields[name].help_text = f"As clocks in {zone} show it."

    @property
    def is_offered(self) -> bool:
        """Return whether there is any way in which the viewer may change this span."""
        return bool(cast("forms.ChoiceField", self.fields["what"]).choices)

    @property
    def span_fields(self) -> list[forms.BoundField]:
        """Return the two ends of the span."""
        return [self["start"], self["end"]]

    def clean(self) -> dict[str, Any]:
        """Ask who, where somebody is to be chosen; take the instant that was pressed where its reading was left."""
        values = self.cleaned_data
        if values.get("what") in ("replace", "add") and not values.get("person") and "person" not in self.errors:
            self.add_error("person", "Choose who.")
        for name in ("start", "end"):
            exact = values.get(f"{name}_at")
            if exact and values.get(name) and reading_of(exact, self.zone) == reading_of(values[name], self.zone):
                values[name] = exact
        return values

    def wanted(self) -> dict[str, Any]:
        """Return what the service is asked for; the form is valid."""
        values, me = self.cleaned_data, self.may.viewer
        kinds: dict[str, dict[str, Any]] = {
            "take": {"kind": OverrideKind.REPLACE if self.replaced else OverrideKind.ADD, "person": me},
            "replace": {"kind": OverrideKind.REPLACE, "person": values.get("person")},
            "add": {"kind": OverrideKind.ADD, "person": values.get("person")},
            "silence": {"kind": OverrideKind.SILENCE},
        }
        replaces = self.replaced if values["what"] in ("take", "replace") else None
        return (
            kinds[values["what"]] | {"replaces": replaces} | {name: values[name] for name in ("start", "end", "reason")}
        )

    def refuse(self, trouble: Refusal | ValidationError) -> None:
        """Let the form say what a service has refused, at the field it is about."""
        if isinstance(trouble, Refusal):
            self._say(trouble.code, trouble.field, trouble.detail)
            return
        for field, errors in trouble.error_dict.items():
            for error in errors:
                self._say(error.code or "", field, " ".join(error.messages))

    def _say(self, code: str, field: str | None, detail: str) -> None:
        place = PLACES.get(code) or PLACES.get(field or "", field)
        self.add_error(place if place in self.fields else None, detail)

    def _replaced(self) -> Person | None:
        number = str(self.data.get("replaces") or self.initial.get("replaces") or "")
        return Person.objects.filter(pk=int(number[:18])).first() if number.isdecimal() else None


def filled_in(schedule: Schedule, parameters: Mapping[str, Any], *, may: Allowed, zone: ZoneInfo) -> dict[str, Any]:
    """Return what the form starts with: the span and the person that were pressed, and who comes next.

    Raises:
        ValidationError: the address names no span.
    """
    field = MomentField()
    start, end = (field.clean(parameters.get(name)) for name in ("start", "end"))
    if end <= start:
        raise ValidationError("The end must be after the start.")
    replaces = str(parameters.get("replaces", ""))
    number = int(replaces[:18]) if replaces.isdecimal() else None
    return {
        "what": next((way for way, _ in may.ways(Person(pk=number) if number else None)), ""),
        "person": _next_after(schedule, Interval(start, end), number),
        "start": reading_of(start, zone),
        "end": reading_of(end, zone),
        "start_at": start.isoformat(),
        "end_at": end.isoformat(),
        "replaces": number,
    }


def preview_lines(preview: Preview, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Return what a change does, as pairs of kind and words; nothing where it changes nothing."""

    def span(each: Any) -> str:
        return f"{clock(each.start, zone)} to {clock(each.end, zone)}"

    return [
        *(("off", f"{each.person} is not on call, {span(each)}") for each in preview.lost),
        *(("on", f"{each.person} is on call, {span(each)}") for each in preview.gained),
        *(("gap", f"Nobody is on call, {span(each)}: a gap") for each in preview.new_gaps),
        *(("closed", f"No gap any more, {span(each)}") for each in preview.closed_gaps),
        *(("away", f"{each.person} is away, {span(each)}") for each in preview.conflicts),
    ]


def _next_after(schedule: Schedule, span: Interval, replaces: int | None) -> int | None:
    """Return who is on call next after the span, or before that in it, other than whom it is taken from."""
    window = Interval(span.start, min(max(span.end, span.start) + _LOOK, LAST, span.start + timedelta(days=400)))
    shifts = queries.shifts_of(schedule, window=window).shifts
    after = [shift for shift in shifts if shift.end > span.end] or list(shifts)
    others = (shift.person.pk for shift in after if shift.person.pk != replaces and shift.person.is_active)
    return next(others, None)


def _grouped(schedule: Schedule, *, without: Person | None) -> Iterator[tuple[Any, Any]]:
    """Yield choices of active people, those of the schedule's team first."""
    team = set(schedule.team.members.values_list("pk", flat=True))
    people: list[Person] = [each for each in Person.objects.filter(is_active=True) if each != without]
    yield schedule.team.name, [(each.pk, str(each)) for each in people if each.pk in team]
    yield "Everybody else", [(each.pk, str(each)) for each in people if each.pk not in team]
