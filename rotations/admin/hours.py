"""How are the hours of the week of a rotation written in a form? One line for each: days, then from and until."""

import re
from collections.abc import Iterable, Iterator
from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from rotations.models import WEEKDAYS, Window
from rotations.services.drafts import WindowDraft

LINE = re.compile(r"(?P<days>[a-z ,-]+?)\s+(?P<start>\d\d?:\d\d)\s*(?:-|to)\s*(?P<end>\d\d?:\d\d)", re.IGNORECASE)


def hours_text(windows: Iterable[Window]) -> str:
    """Return one line such as ``mon tue 09:00-17:00`` for each window."""
    return "\n".join(f"{' '.join(window.days)} {window.start:%H:%M}-{window.end:%H:%M}" for window in windows)


def read_hours(text: str) -> list[WindowDraft]:
    """Return the windows that ``text`` writes down, one a line, such as ``mon-fri 09:00-17:00``; 24:00 is midnight.

    Raises:
        ValidationError: ``bad_hours``, one for each line that cannot be read.
    """
    windows, problems = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                windows.append(_window(line.strip()))
            except ValueError:
                problems.append(_unreadable(number, line.strip()))
    if problems:
        raise ValidationError(problems)
    return windows


def _unreadable(number: int, line: str) -> ValidationError:
    return ValidationError(f"Line {number}: “{line}” is not of the form “mon-fri 09:00-17:00”.", code="bad_hours")


def _window(line: str) -> WindowDraft:
    found = LINE.fullmatch(line.replace("\u2013", "-"))
    if found is None:
        raise ValueError(line)
    days = set(_days(found["days"].lower()))
    return WindowDraft(
        days=tuple(day for day in WEEKDAYS if day in days), start=_time(found["start"]), end=_time(found["end"])
    )


def _days(text: str) -> Iterator[str]:
    """Yield the days of ``mon-fri, sun``; a range may run over the weekend. Raises ValueError for other words."""
    for piece in re.sub(r"\s*-\s*", "-", text).replace(",", " ").split():
        first, _dash, last = piece.partition("-")
        start, end = WEEKDAYS.index(first[:3]), WEEKDAYS.index((last or first)[:3])
        yield from (WEEKDAYS[day % 7] for day in range(start, start + (end - start) % 7 + 1))


def _time(text: str) -> time:
    hour, minute = (int(part) for part in text.split(":"))
    return time(0 if (hour, minute) == (24, 0) else hour, minute)


class HoursWidget(forms.Textarea):
    """A text area of lines; with scripts, a row of days and two times for each."""

    class Media:
        css = {"all": ("rotations/admin/oncall.css",)}
        js = ("rotations/admin/lines.js", "rotations/admin/hours.js")

    def __init__(self) -> None:
        super().__init__(attrs={"rows": 3, "cols": 60, "spellcheck": "false", "data-hours": ""})


class HoursField(forms.CharField):
    """The hours of the week in which a rotation counts. Cleans to a list of ``WindowDraft``; empty means always."""

    widget = HoursWidget

    def clean(self, value: Any) -> Any:
        return read_hours(super().clean(value))
