"""How are moments typed and shown in the admin? As the clock on the wall shows them in the schedule's own zone."""

from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import BaseTemporalField

from rotations.engine.cadence import Cadence
from rotations.services.drafts import FIRST_YEAR, LAST_YEAR

SHOWN = "%a %d %b %Y, %H:%M"


def instant_of(reading: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which a clock in ``zone`` shows the naive ``reading``, by the rule of handoffs."""
    return Cadence(reading, zone, "day").handoff(0)


def reading_of(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return what a clock in ``zone`` shows at ``moment``: naive, to the second."""
    return moment.astimezone(zone).replace(tzinfo=None, microsecond=0)


def shown(moment: datetime, zone: ZoneInfo) -> str:
    """Return ``moment`` for people, such as ``Mon 24 Nov 2026, 09:00``, without naming the zone."""
    return moment.astimezone(zone).strftime(SHOWN)


class WallClockField(BaseTemporalField):
    """A naive moment, to be read on a clock in a zone that is named elsewhere in the form."""

    # Without a step, browsers count whole minutes from the value shown, and refuse 09:00 after a value with seconds.
    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "any"}, format="%Y-%m-%dT%H:%M:%S")
    input_formats = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")
    default_error_messages = {
        "invalid": "Write a date and a time, such as 2026-11-30T09:00.",
        # Outside them nothing is promised of any zone.
        "year": f"Choose a year from {FIRST_YEAR} to {LAST_YEAR - 1}.",
    }

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        reading = value if isinstance(value, datetime) else cast("datetime", super().to_python(value))
        if not FIRST_YEAR <= reading.year < LAST_YEAR:
            raise ValidationError(self.error_messages["year"], code="invalid")
        return reading

    def strptime(self, value: str, format: str) -> datetime:  # noqa: A002 - Django's name
        return datetime.strptime(value, format)  # noqa: DTZ007 - a clock on a wall has no zone
