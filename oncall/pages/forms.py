"""What do people write on the pages? The shape is checked here, every rule by the service that is called."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast

from django import forms
from django.utils import timezone

from oncall.incidents.models import DEFAULT_SEVERITY, MILDEST_SEVERITY, WORST_SEVERITY, Incident, Service
from oncall.incidents.services.handoffs import NOTE_LENGTH
from rotations.admin.wall_clock import WallClockField, instant_of
from rotations.models import Person

SEVERITY_WORDS = {WORST_SEVERITY: f"{WORST_SEVERITY} · worst", MILDEST_SEVERITY: f"{MILDEST_SEVERITY} · mildest"}
SEVERITIES = [(n, SEVERITY_WORDS.get(n, str(n))) for n in range(WORST_SEVERITY, MILDEST_SEVERITY + 1)]


class SelectReadOnce(forms.Select):
    """A selection without the ``required`` attribute: to know whether it fits, Django would read the choices twice."""

    def use_required_attribute(self, _initial: object) -> bool:
        """Return False; a choice is always made, because none is empty."""
        return False


class DeclareForm(forms.Form):
    """An incident that a person declares."""

    title = forms.CharField(
        max_length=Incident._meta.get_field("title").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Checkout returns 5xx"}),
        error_messages={"required": "Say in a few words what is broken."},
    )
    severity = forms.TypedChoiceField(
        coerce=int,
        choices=SEVERITIES,
        initial=DEFAULT_SEVERITY,
        widget=forms.RadioSelect,
    )
    service = forms.ModelChoiceField(
        # The default comes first, and so is chosen until somebody chooses another.
        Service.objects.order_by("-is_default", "name", "pk"),
        empty_label=None,
        widget=SelectReadOnce,
        error_messages={"invalid_choice": "This service is not there any more."},
    )
    is_drill = forms.BooleanField(label="This is a drill", required=False)


def note_field(label: str, *, rows: int = 2) -> forms.CharField:
    """Return a field for a part of what somebody is told who takes over."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, widget=widget, max_length=NOTE_LENGTH, required=False)


class MomentField(WallClockField):
    """A moment in UTC, given as a reading of the viewer's clock or, in a link, with an offset of its own."""

    def to_python(self, value: Any) -> datetime | None:
        moment = _with_offset(value)
        if moment is not None:
            # The year is judged as that of a reading is.
            reading = super().to_python(moment.replace(tzinfo=None))
            return None if reading is None else reading.replace(tzinfo=UTC)
        reading = super().to_python(value)
        return None if reading is None else instant_of(reading, timezone.get_current_timezone())


def _with_offset(value: Any) -> datetime | None:
    # What cannot be read, or lies at the edge of the calendar, is refused as a reading.
    with suppress(TypeError, ValueError, OverflowError):
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else None
    return None


class MergeForm(forms.Form):
    """The open incident in which another one ends."""

    into = forms.ModelChoiceField(
        Incident.objects.none(),
        error_messages={
            "required": "Choose the incident that goes on.",
            "invalid_choice": "This incident is not open any more.",
        },
    )

    def __init__(self, *args: Any, incident: Incident, **options: Any) -> None:
        super().__init__(*args, **options)
        others = Incident.objects.filter(resolved_at=None, is_drill=incident.is_drill).exclude(pk=incident.pk)
        cast("forms.ModelChoiceField[Incident]", self.fields["into"]).queryset = others


class HandoffForm(forms.Form):
    """To whom a role goes, and what they need to know."""

    to = forms.ModelChoiceField(
        Person.objects.none(),
        label="To whom?",
        empty_label="Choose somebody",
        error_messages={"required": "Choose who takes over."},
    )
    status = note_field("What is the status?", rows=3)
    hypotheses_open = note_field("What may it be?")
    ruled_out = note_field("What is ruled out?")
    last_update = note_field("What was said last, and to whom?")
    next_check_in = MomentField(label="When is the next check-in?", required=False)

    def __init__(self, *args: Any, holder: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        others = Person.objects.filter(is_active=True).exclude(pk=holder.pk)
        cast("forms.ModelChoiceField[Person]", self.fields["to"]).queryset = others.order_by("name", "pk")


class ExplainForm(forms.Form):
    """The moment at which somebody is on call; now, where it is empty."""

    at = MomentField(required=False)


def day_field(label: str) -> MomentField:
    """Return a field for the first instant of a day by the viewer's clock; a link may name any moment."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return MomentField(label=label, widget=widget, input_formats=("%Y-%m-%d", *MomentField.input_formats))


class WindowForm(forms.Form):
    """The days that a page is about: from the first up to, but not including, the last."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # ``from`` is a keyword of Python, so it cannot be declared.
        self.fields = {"from": day_field("From"), "until": day_field("Up to, not including")}

    def clean(self) -> dict[str, Any]:
        """Refuse a window that is empty or runs backwards."""
        days = self.cleaned_data
        if {"from", "until"} <= days.keys() and days["until"] <= days["from"]:
            self.add_error("until", "Choose a later day than the first.")
        return days
