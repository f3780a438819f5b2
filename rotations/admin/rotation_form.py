"""The form of a rotation: what a newcomer fills in to set up turns, in the order of asking."""

from datetime import datetime
from typing import Any, ClassVar, cast

from django import forms
from django.db.models import Q
from django.utils import timezone
from timezone_field import TimeZoneFormField

from rotations.admin.acting import managed_schedules, schedule_named
from rotations.admin.hours import HoursField, hours_text
from rotations.admin.order import OrderField, explained, order_text
from rotations.admin.previewing import PreviewedForm
from rotations.admin.wall_clock import WallClockField, instant_of, reading_of
from rotations.admin.zones import ZoneSelect
from rotations.models import Advance, Person, Rotation, RotationVersion, Schedule, Unit
from rotations.services.drafts import RotationDraft

FIRST_NOW = "The person listed first is on call now, unless a handoff is given below."
FINISHES_TURN = "Whoever is on call now finishes their turn; whoever stands after them in this order is next."
LINES = (
    "One line for each turn: the e-mail address of who takes it; commas between people who share it; a dash (—) alone "
    "for a turn of nobody; “(shadow)” after an address for somebody who only watches."
)


class RotationForm(PreviewedForm):
    """A rotation and one of its versions: an edit to come (``changing``), else what is in force, or will be first."""

    changing: ClassVar[RotationVersion | None] = None

    acting: ClassVar[Person | None] = None
    places = {
        "no_members": "order",
        "member_twice": "order",
        "unknown_person": "order",
        "slots": "order",
        "windows": "hours",
        "version_exists": "effective_at",
    }

    order = OrderField(label="Order", help_text=explained(FIRST_NOW, LINES))
    layer = forms.IntegerField(
        min_value=1,
        initial=1,
        help_text=Rotation._meta.get_field("layer").help_text,
        error_messages={"min_value": "Layers start at 1."},
    )
    every = forms.IntegerField(label="A turn lasts", min_value=1, max_value=1000, initial=1)
    unit = forms.ChoiceField(label="", choices=Unit, initial=Unit.WEEK)
    anchor = WallClockField(
        label="A handoff",
        required=False,
        help_text="When the person listed first takes over; all other handoffs follow from it. Leave empty to hand "
        "off at 09:00 on today's weekday, with the person listed first on call from now on.",
    )
    zone = TimeZoneFormField(
        label="Time zone",
        initial="UTC",
        widget=ZoneSelect,
        help_text="Handoffs and hours are read on a clock in this zone.",
    )
    hours = HoursField(
        label="On call",
        required=False,
        help_text=explained(
            "In the rotation's time zone. An end at or before the start runs into the next day.",
            "One line for each span, such as “mon-fri 09:00-17:00”. Leave empty for all hours.",
        ),
    )
    advance = forms.ChoiceField(
        label="The order moves on with",
        choices=Advance,
        initial=Advance.TURN,
        help_text="With hours, choose the second so that nobody loses a turn that falls outside them.",
    )
    ends_at = WallClockField(
        label="Ends", required=False, help_text="In the rotation's time zone. Leave empty to go on for good."
    )
    effective_at = WallClockField(
        label="Begins", required=False, help_text="In the rotation's time zone. Leave empty for now."
    )

    class Meta:
        model = Rotation
        fields = ("schedule", "name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        if instance is not None:
            kwargs["initial"] = {**_values_of(instance, self.changing), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if "schedule" in self.fields:
            self.fields["schedule"].queryset = managed_schedules(self.acting)
        if "order" in self.fields:
            self.fields["order"].widget.offer(_offered(self._schedule()))
        if instance is not None and instance.pk and "order" in self.fields:
            self.fields["order"].help_text = explained(FINISHES_TURN, LINES)
            self.fields["anchor"].help_text = "All other handoffs follow from this one, in the rotation's time zone."
            self.fields["effective_at"].label = "Changes apply from"

    def draft(self) -> RotationDraft:
        """Return what the service is asked for; the form is valid."""
        given = self.cleaned_data
        return RotationDraft(
            name=given["name"],
            layer=given["layer"],
            zone=given["zone"],
            unit=given["unit"],
            every=given["every"],
            advance=given["advance"],
            slots=given["order"],
            windows=given["hours"],
            anchor=given["anchor"],
            ends_at=self.instant("ends_at"),
        )

    def instant(self, field: str) -> datetime | None:
        """Return the moment that a clock in the rotation's zone shows as the value of ``field``."""
        reading = self.cleaned_data.get(field)
        return instant_of(reading, self.cleaned_data["zone"]) if reading else None

    def begins_at(self) -> datetime | None:
        """Return from when on the values apply; None for now."""
        if self.changing is not None and "effective_at" not in self.changed_data:
            # A reading shows no microseconds, and only a version of the same instant is replaced.
            return self.changing.effective_at
        return self.instant("effective_at")

    def _schedule(self) -> Schedule | None:
        if self.instance.pk:
            return cast("Schedule", self.instance.schedule)
        return schedule_named(self.data.get("schedule") or self.initial.get("schedule"))


def _values_of(rotation: Rotation, changing: RotationVersion | None) -> dict[str, Any]:
    version = changing or _in_force(rotation)
    slots = version.slots.filter(position__isnull=False).prefetch_related("members__person")
    return {
        "order": order_text(slot.members.all() for slot in slots),
        "every": version.every,
        "unit": version.unit,
        "anchor": datetime.fromisoformat(version.anchor),
        "zone": version.zone,
        "advance": version.advance,
        "hours": hours_text(version.windows.all()),
        "layer": rotation.layer,
        "ends_at": reading_of(rotation.ends_at, version.zone) if rotation.ends_at else None,
        "effective_at": reading_of(changing.effective_at, changing.zone) if changing else None,
    }


def _in_force(rotation: Rotation) -> RotationVersion:
    """Return the version in force, or the first one where none is yet."""
    begun = rotation.versions.filter(effective_at__lte=timezone.now()).last()
    return begun or rotation.versions.earliest("effective_at")


def _offered(schedule: Schedule | None) -> list[dict[str, Any]]:
    """Return everybody who may take turns, the members of the schedule's team first."""
    team = set(schedule.team.members.values_list("pk", flat=True)) if schedule else set()
    takes_turns = Q(is_active=True) | Q(slot_memberships__slot__version__rotation__schedule=schedule)
    people = Person.objects.filter(takes_turns if schedule else Q(is_active=True)).distinct()
    return [
        {"email": each.email, "name": each.name, "team": each.pk in team, "active": each.is_active}
        for each in sorted(people, key=lambda each: each.pk not in team)
    ]
