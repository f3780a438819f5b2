"""What do people write on the page of an incident? Notes, corrections, calls for help, names for a role."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

from django import forms

from oncall.incidents.models import Incident
from oncall.incidents.services.bringing_in import REASON_LENGTH
from oncall.incidents.services.notes import NOTE_LENGTH
from oncall.pages.forms import SEVERITIES, SelectReadOnce
from rotations import queries
from rotations.models import Person, Schedule


def _reason() -> forms.CharField:
    return forms.CharField(
        label="What for?",
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def _people(label: str) -> "forms.ModelChoiceField[Person]":
    return forms.ModelChoiceField(
        Person.objects.filter(is_active=True).order_by("name", "pk"),
        label=label,
        widget=SelectReadOnce,
        empty_label="Choose somebody",
        error_messages={"required": "Choose whom to ask.", "invalid_choice": "They are not active any more."},
    )


class NoteForm(forms.Form):
    """A line of the timeline that a person writes; a finding is what they found out."""

    text = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=NOTE_LENGTH,
        error_messages={"required": "The note is empty."},
    )
    kind = forms.ChoiceField(
        choices=[("note", "Note"), ("finding", "Finding")], initial="note", required=False, widget=forms.RadioSelect
    )

    def clean_kind(self) -> str:
        """Return the kind; a note, where none is chosen."""
        return self.cleaned_data["kind"] or "note"


class EditForm(forms.Form):
    """Title and severity. What a person saw comes back, so that only what they changed is written."""

    title = forms.CharField(
        max_length=Incident._meta.get_field("title").max_length,
        show_hidden_initial=True,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say in a few words what is broken."},
    )
    severity = forms.TypedChoiceField(
        coerce=int, choices=SEVERITIES, show_hidden_initial=True, widget=forms.RadioSelect
    )

    @property
    def severity_seen(self) -> str:
        """Return the hidden field that says which severity the person saw."""
        return self["severity"].as_hidden(only_initial=True)

    @property
    def changes(self) -> dict[str, Any]:
        """Return what was changed."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class AskScheduleForm(forms.Form):
    """A schedule whose people are asked to help; each choice says who is on call there now."""

    schedule = forms.ChoiceField(
        label="Who is on call in",
        error_messages={
            "required": "Choose where to ask.",
            "invalid_choice": "This schedule is not in use any more.",
        },
    )
    reason = _reason()

    def __init__(self, *args: Any, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.schedules: Mapping[str, Schedule] = {one.slug: one for one in queries.active_schedules()}
        answers = queries.on_call(self.schedules.values(), at=now)
        field = cast("forms.ChoiceField", self.fields["schedule"])
        # Chosen by hand: a thumb that slips asks nobody.
        field.choices = [("", "Choose a schedule"), *((answer.schedule.slug, _who_is_on(answer)) for answer in answers)]

    def clean_schedule(self) -> Schedule:
        """Return the schedule that was chosen."""
        return self.schedules[self.cleaned_data["schedule"]]


class PersonForm(forms.Form):
    """Whom to ask to hold a role."""

    person = _people("Whom?")


class AskPersonForm(forms.Form):
    """Whom to ask to help."""

    person = _people("Somebody by name")
    reason = _reason()

    def __init__(self, *args: Any, **options: Any) -> None:
        # Stands beside the form above, whose reason has the same name.
        super().__init__(*args, **options | {"auto_id": "id_person_%s"})


def _who_is_on(answer: queries.OnCall) -> str:
    names = ", ".join(one.person.name for one in answer.people)
    return f"{answer.schedule.name}: {names or 'nobody now'}"


class FindForm(forms.Form):
    """Which incidents are looked for."""

    words = forms.CharField(label="Title or number", max_length=100, required=False, widget=forms.SearchInput)
    which = forms.ChoiceField(
        label="Which", choices=(("", "All"), ("open", "Open"), ("resolved", "Resolved")), required=False
    )
    before = forms.IntegerField(min_value=1, max_value=10**18, required=False, widget=forms.HiddenInput)

    @property
    def asked(self) -> dict[str, Any]:
        """Return what ``found_incidents`` is asked; for a form that is valid."""
        said = self.cleaned_data
        is_open = said["which"] == "open" if said["which"] else None
        return {"words": said["words"], "is_open": is_open, "before": said["before"]}

    def query(self, **changed: Any) -> str:
        """Return the address of the same search, with some of it ``changed``."""
        said = {name: value for name, value in (self.cleaned_data | changed).items() if value}
        return urlencode(said)
