"""What may people say of themselves?"""

from typing import Any

from django import forms
from timezone_field import TimeZoneFormField

from rotations.admin.zones import ZoneSelect
from rotations.models import Person


def shown(person: Person) -> dict[str, Any]:
    """Return what the section shows."""
    return {"profile": ProfileForm(initial={name: getattr(person, name) for name in ProfileForm.base_fields})}


class ProfileForm(forms.Form):
    """The name that colleagues read, and where a person is."""

    name = forms.CharField(label="Name", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    zone = TimeZoneFormField(
        label="Time zone", choices_display="STANDARD", widget=ZoneSelect, help_text="Times are shown to you in it."
    )
    country = forms.CharField(
        label="Country",
        max_length=2,
        required=False,
        help_text="Two letters, such as DE: for your public holidays.",
    )
