"""Which calendars may I subscribe to, with which options, and what fetched them last?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings

from oncall.pages.me.subscribing import reach_of
from rotations.admin.calendar_links import AlarmsField
from rotations.models import CalendarLink, Person, Schedule, Team
from rotations.queries.calendar_links import open_links_of

Subject = Schedule | Team | Person
KINDS: dict[str, type[Subject]] = {"schedule": Schedule, "team": Team, "person": Person}


@dataclass(frozen=True, slots=True)
class MyLink:
    """One link, and the form that changes what it shows."""

    of: CalendarLink
    form: "CalendarForm"

    @property
    def words(self) -> str:
        """Return what it shows, such as ``30 days back, 180 ahead · with gaps · alarm 60 min before``."""
        link = self.of
        told = [f"{link.past_days} days back, {link.future_days} ahead"]
        told += ["with gaps"] if link.gaps else []
        told += ["turns joined"] if link.merge else []
        told += ["blocks time"] if link.busy else []
        told += [f"alarms {', '.join(map(str, link.alarms))} min before"] if link.alarms else []
        return " · ".join(told)


def shown(person: Person, *, with_form: "CalendarForm | None" = None) -> dict[str, Any]:
    """Return what the section shows; ``with_form`` is one that was refused, in place of the link's own."""
    refused = {with_form.prefix: with_form} if with_form else {}
    forms_of = {link: CalendarForm.of(link) for link in open_links_of(person)}
    return {
        "links": [MyLink(link, refused.get(form.prefix, form)) for link, form in forms_of.items()],
        "new_link": NewCalendarForm(person=person),
        "reach": reach_of(settings.PUBLIC_URL),
    }


class CalendarForm(forms.Form):
    """What a calendar shows, and how."""

    name = forms.CharField(label="What is it called?", max_length=200)
    past_days = forms.IntegerField(label="Days back", min_value=0, initial=30)
    future_days = forms.IntegerField(label="Days ahead", min_value=1, initial=180)
    alarms = AlarmsField(
        label="Alarms", required=False, help_text="Minutes before a shift starts, such as 10, 60; at most three."
    )
    gaps = forms.BooleanField(label="Show when nobody is on call", required=False)
    merge = forms.BooleanField(label="Join turns that follow each other", required=False)
    busy = forms.BooleanField(label="Show me as busy while I am on call", required=False)

    @classmethod
    def of(cls, link: CalendarLink, data: Any = None) -> "CalendarForm":
        """Return the form that changes what ``link`` shows."""
        initial = {name: getattr(link, name) for name in cls.base_fields}
        form = cls(data, initial=initial, prefix=f"link-{link.pk}")
        if link.person_id is not None:
            # Gaps are a schedule's.
            del form.fields["gaps"]
        return form

    @property
    def switches(self) -> list[forms.BoundField]:
        """Return the fields that are on or off."""
        return [self[name] for name in ("gaps", "merge", "busy") if name in self.fields]


class NewCalendarForm(CalendarForm):
    """A calendar that is not there yet."""

    what = forms.ChoiceField(label="Whose shifts?")
    field_order = ("what",)

    def __init__(self, data: Any = None, *, person: Person) -> None:
        super().__init__(data, prefix="new-link", initial={"what": f"person:{person.pk}"})
        self.fields["name"].required = False
        self.fields["name"].help_text = "Empty: as what it shows."
        self.fields["gaps"].help_text = "Of schedules and teams."
        self.fields["what"].choices = list(_choices(person))  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, Any]:
        """Return what to make, as the service takes it: the schedule, team or person by its kind, and the options."""
        values = dict(self.cleaned_data)
        kind, _, number = values.pop("what").partition(":")
        return {kind: KINDS[kind]._default_manager.get(pk=number), **values}


def _choices(person: Person) -> Iterator[tuple[str, str | list[tuple[str, str]]]]:
    yield f"person:{person.pk}", "Mine, in every schedule"
    schedules = Schedule.objects.filter(archived_at=None).order_by("name", "pk")
    yield "Everybody in one schedule", [(f"schedule:{each.pk}", each.name) for each in schedules]
    yield "Everybody in all schedules of a team", [(f"team:{each.pk}", each.name) for each in Team.objects.all()]
    others = Person.objects.filter(is_active=True).exclude(pk=person.pk)
    yield "Somebody else's, in every schedule", [(f"person:{each.pk}", each.name) for each in others]
