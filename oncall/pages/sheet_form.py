"""Which sheet of a timeline is asked for? The view, a day on it and the zone, each with a default."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from oncall.pages.timeline.axis import VIEWS, Sheet, View, sheet
from rotations.errors import Invalid
from rotations.services.drafts import FIRST_YEAR, LAST_YEAR
from rotations.services.zones import known_zone

DEFAULT_VIEW: View = "fortnight"


class SheetForm(forms.Form):
    """The parameters of the page's address; whatever is left out is today, in the viewer's zone."""

    view = forms.ChoiceField(
        choices=[*VIEWS.items()],
        required=False,
        error_messages={"invalid_choice": "Choose day, week, fortnight or month."},
    )
    date = forms.DateField(
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Write a day such as 2026-11-30."},
    )
    zone = forms.CharField(required=False, max_length=80)

    def clean_date(self) -> Any:
        """Refuse the days of which nothing is known."""
        day = self.cleaned_data["date"]
        if day is not None and not FIRST_YEAR <= day.year < LAST_YEAR:
            raise ValidationError(f"Choose a year from {FIRST_YEAR} to {LAST_YEAR - 1}.")
        return day

    def clean_zone(self) -> ZoneInfo | None:
        """Refuse a zone that does not exist."""
        if not self.cleaned_data["zone"]:
            return None
        try:
            return known_zone(self.cleaned_data["zone"])
        except Invalid as refusal:
            raise ValidationError(refusal.detail) from refusal


@dataclass(frozen=True, slots=True)
class Asked:
    """The sheet to show, by the clocks of ``zone``; it is the viewer's own unless they ask for another."""

    sheet: Sheet
    zone: ZoneInfo
    is_other_zone: bool

    @property
    def view(self) -> View:
        """Return the view of the sheet."""
        return self.sheet.view

    def query(self, **other: Any) -> str:
        """Return the address's parameters that show this sheet again, or ``other`` ones of it."""
        values = {"view": self.view, "date": self.sheet.first.isoformat()} | other
        if self.is_other_zone:
            values.setdefault("zone", self.zone.key)
        return urlencode({name: value for name, value in values.items() if value})


def asked(form: SheetForm, *, viewer_zone: ZoneInfo, now: datetime) -> Asked:
    """Return what ``form`` asks for; what is wrong in it is left at its default."""
    form.is_valid()
    found: Callable[[str], Any] = form.cleaned_data.get
    zone = found("zone") or viewer_zone
    day = found("date") or now.astimezone(zone).date()
    return Asked(sheet(found("view") or DEFAULT_VIEW, day, zone), zone, is_other_zone=zone != viewer_zone)
