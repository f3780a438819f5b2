"""When am I away, and what am I on call for then?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from oncall.pages.forms import MomentField
from oncall.pages.me.shifts import Giveable, asked_by
from rotations.admin.wall_clock import instant_of, reading_of
from rotations.engine.intervals import Interval
from rotations.models import Absence, FeedState, Person, Swap
from rotations.queries.conflicts import ShiftConflict, conflicts_of
from rotations.queries.upcoming import absences_to_come
from rotations.services.drafts import FIRST_YEAR, LAST_YEAR

MIDNIGHT = time()
DAY = timedelta(days=1)
# A calendar of holidays has dozens; those that collide with nothing are shown on demand.
MOST_READ: Final = 5


@dataclass(frozen=True, slots=True)
class MyAbsence:
    """One absence with the ``conflicts`` of it, and the form that changes it: none where it is read from a calendar.

    ``is_stale``: that calendar was not read for two days.
    """

    of: Absence
    conflicts: tuple[Giveable, ...]
    form: "AbsenceForm | None"
    is_running: bool
    is_stale: bool


def shown(person: Person, *, now: datetime, with_form: "AbsenceForm | None" = None) -> dict[str, Any]:
    """Return what the section shows; ``with_form`` is one that was refused, in place of the absence's own."""
    absences, asked = list(absences_to_come(person, now=now)), asked_by(person, now=now)
    conflicts = conflicts_of(person, now=now) if absences else ()
    listed, folded = _folded(
        [_mine(each, _conflicts_in(each, conflicts, asked), with_form, now=now) for each in absences]
    )
    return {
        "absences": listed,
        "more_absences": folded,
        "new_absence": AbsenceForm(zone=person.zone, prefix="new-absence"),
    }


def _folded(absences: list[MyAbsence]) -> tuple[list[MyAbsence], list[MyAbsence]]:
    """Return what is listed and what on demand alone: of those read from calendars, what is far off and harmless."""
    quiet = [each for each in absences if each.form is None and not each.conflicts]
    folded = {each.of.pk for each in quiet[MOST_READ:]}
    return (
        [each for each in absences if each.of.pk not in folded],
        [each for each in absences if each.of.pk in folded],
    )


def _mine(
    absence: Absence, conflicts: tuple[Giveable, ...], with_form: "AbsenceForm | None", *, now: datetime
) -> MyAbsence:
    form = None if absence.feed else AbsenceForm.of(absence, now=now)
    if form and with_form and form.prefix == with_form.prefix:
        form = with_form
    is_stale = absence.feed is not None and absence.feed.state_at(now) == FeedState.STALE
    return MyAbsence(absence, conflicts, form, is_running=absence.start <= now, is_stale=is_stale)


def _conflicts_in(absence: Absence, conflicts: Iterable[ShiftConflict], asked: list[Swap]) -> tuple[Giveable, ...]:
    away = Interval(absence.start, absence.end)
    return tuple(
        Giveable.of(each.schedule, each.shift, span, asked) for each in conflicts if (span := each.span.clip(away))
    )


def _in_reach(day: date) -> None:
    if not FIRST_YEAR <= day.year < LAST_YEAR:
        raise ValidationError(f"Choose a year from {FIRST_YEAR} to {LAST_YEAR - 1}.", code="year")


def day_field(label: str) -> forms.DateField:
    """Return a field for a day by the person's clock."""
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), validators=[_in_reach]
    )


def clock_field(label: str) -> forms.TimeField:
    """Return a field for an hour of that day; without it the whole day counts."""
    # Without a step, browsers refuse seconds, which a moment that was once "now" has.
    widget = forms.TimeInput(attrs={"type": "time", "step": "any"}, format="%H:%M:%S")
    return forms.TimeField(label=label, widget=widget, required=False)


class AbsenceForm(forms.Form):
    """Days off, both included, by the clock of whoever is away; with hours, parts of the first and the last day."""

    first_day = day_field("First day")
    from_time = clock_field("From")
    last_day = day_field("Last day")
    until_time = clock_field("Until")
    reason = forms.CharField(
        label="Why?",
        max_length=200,
        required=False,
        help_text="Seen by everybody who signs in.",
    )

    def __init__(self, *args: Any, zone: ZoneInfo, is_running: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.zone, self.is_running = zone, is_running
        if is_running:
            # What has passed of it stays.
            del self.fields["first_day"], self.fields["from_time"]

    @classmethod
    def of(cls, absence: Absence, data: Any = None, *, now: datetime) -> "AbsenceForm":
        """Return the form that changes ``absence``."""
        zone = absence.person.zone
        begins, ends = reading_of(absence.start, zone), reading_of(absence.end, zone)
        whole = ends.time() == MIDNIGHT
        initial = {
            "first_day": begins.date(),
            "from_time": begins.time() if begins.time() != MIDNIGHT else None,
            "last_day": (ends - DAY).date() if whole else ends.date(),
            "until_time": None if whole else ends.time(),
            "reason": absence.reason,
        }
        prefix = f"absence-{absence.pk}"
        return cls(data, initial=initial, prefix=prefix, zone=zone, is_running=absence.start <= now)

    def clean(self) -> dict[str, Any]:
        """Refuse days that run backwards."""
        found = self.cleaned_data
        if {"first_day", "last_day"} <= found.keys() and self.end <= self.start:
            self.add_error("last_day", "You are back before you leave: choose a later end.")
        return found

    @property
    def start(self) -> datetime:
        """Return when it begins; of one that has, the form does not know."""
        found = self.cleaned_data
        return self._instant(found["first_day"], found.get("from_time"))

    @property
    def end(self) -> datetime:
        """Return when they are back."""
        found = self.cleaned_data
        last, hour = found["last_day"], found.get("until_time")
        return self._instant(last, hour) if hour else self._instant(last + DAY, MIDNIGHT)

    def _instant(self, day: date, hour: time | None) -> datetime:
        return instant_of(datetime.combine(day, hour or MIDNIGHT), self.zone)


class RemovedForm(forms.Form):
    """An absence as it was, to be added again."""

    start = MomentField()
    end = MomentField()
    reason = forms.CharField(required=False)
