"""What do people write on the pages? The shape is checked here, every rule by the service that is called."""

from django import forms

from oncall.incidents.models import DEFAULT_SEVERITY, MILDEST_SEVERITY, WORST_SEVERITY, Incident, Service

SEVERITY_WORDS = {1: "1 · worst", 5: "5 · mildest"}


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
        choices=[(n, SEVERITY_WORDS.get(n, str(n))) for n in range(WORST_SEVERITY, MILDEST_SEVERITY + 1)],
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


class NoteForm(forms.Form):
    """A line of the timeline that a person writes."""

    text = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}), max_length=10_000, error_messages={"required": "The note is empty."}
    )
