"""Who takes turns in a schedule, and how?"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.fields import InstantField, PersonNameField, WallClockField, ZoneField, people_named
from api.lists import listing, whole
from api.schedules import schedules
from api.schema import shown
from api.shapes import NoParameters, Shape
from api.versions import tagged, unless_stale
from oncall.access.permissions import MayChangeSchedules
from rotations.models import WEEKDAYS, Advance, Rotation, RotationVersion, Schedule, SlotMember, Unit
from rotations.queries.plans import VERSION_ROWS
from rotations.services.rotations import (
    MemberDraft,
    RotationDraft,
    WindowDraft,
    add_rotation,
    draft_of,
    edit_rotation,
    end_rotation,
    withdraw_version,
)

BODY = {
    "name": "Primary",
    "layer": 1,
    "anchor": "2026-01-05T09:00:00",
    "zone": "Europe/Berlin",
    "unit": "week",
    "every": 1,
    "advance": "turn",
    "slots": [[{"person": 7}], [{"person": 9}, {"person": 11, "shadow": True}], []],
    "windows": [{"days": ["mon", "tue", "wed", "thu", "fri"], "start": "09:00", "end": "17:00"}],
    "ends_at": None,
}
PRIMARY = {"id": 3, "effective_at": "2026-01-05T08:00:00Z", **BODY, "versions": 4}


@extend_schema_field({"type": "string", "examples": ["09:00"]})
class HourField(serializers.TimeField):
    """A reading of the clock: hours and minutes, and seconds where there are any."""

    def to_representation(self, value: time) -> str:
        return value.isoformat("seconds" if value.second else "minutes")


class MemberShape(Shape):
    """A person in a slot; a shadow watches, and is never counted as on call."""

    person = PersonNameField()
    shadow = serializers.BooleanField(required=False)


class WindowShape(Shape):
    """Hours of the week on the rotation's clock; an end at or before the start runs into the next day."""

    days = serializers.ListField(child=serializers.ChoiceField(WEEKDAYS), allow_empty=False, max_length=7)
    start = HourField()
    end = HourField()


@shown(PRIMARY, body=BODY)
class RotationShape(Shape):
    """Members taking turns. Without an anchor: today at 09:00 in the zone, the first slot on now."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=200)
    layer = serializers.IntegerField(min_value=1, max_value=32767, required=False)
    effective_at = InstantField(required=False, help_text="When this version begins; now, where it is not given.")
    anchor = WallClockField(required=False, allow_null=True)
    zone = ZoneField(required=False, help_text="The schedule's, where it is not given.")
    unit = serializers.ChoiceField(Unit.choices, required=False)
    every = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    advance = serializers.ChoiceField(Advance.choices, required=False)
    slots = serializers.ListField(child=serializers.ListField(child=MemberShape()))
    windows = serializers.ListField(child=WindowShape(), required=False)
    ends_at = InstantField(required=False, allow_null=True)
    versions = serializers.IntegerField(read_only=True)


@shown(PRIMARY | {"version": 12})
class VersionShape(RotationShape):
    """One version of a rotation: what is in force from ``effective_at`` until the next one."""

    version = serializers.IntegerField(read_only=True, help_text="Names the version, to take it back.")


def rotation_json(rotation: Rotation, *, at: datetime) -> dict[str, Any]:
    """Return a rotation, loaded with its versions, by the version in force at ``at``; before the first, by that."""
    return _version_json(rotation, _in_force([*rotation.versions.all()], at=at))


def _version_json(rotation: Rotation, version: RotationVersion) -> dict[str, Any]:
    return {
        "id": rotation.pk,
        "name": rotation.name,
        "layer": rotation.layer,
        "effective_at": version.effective_at,
        "anchor": version.anchor,
        "zone": str(version.zone),
        "unit": version.unit,
        "every": version.every,
        "advance": version.advance,
        "slots": [
            [_member_json(member) for member in slot.members.all()]
            for slot in version.slots.all()
            # People whom an edit left on call until their turn ends have no place in the order.
            if slot.position is not None
        ],
        "windows": WindowShape.each(version.windows.all()),
        "ends_at": rotation.ends_at,
        "versions": len(rotation.versions.all()),
    }


def _member_json(member: SlotMember) -> dict[str, Any]:
    return {"person": member.person_id} | ({"shadow": True} if member.shadow else {})


def _in_force(versions: list[RotationVersion], *, at: datetime) -> RotationVersion:
    begun = [version for version in versions if version.effective_at <= at]
    return begun[-1] if begun else versions[0]


def _rotations() -> "QuerySet[Rotation]":
    return Rotation.objects.filter(schedule__archived_at=None).select_related("schedule").prefetch_related(VERSION_ROWS)


def version_in_force(rotation: Rotation, *, at: datetime) -> RotationVersion:
    """Return the version of a rotation in force at ``at``, with its rows; before the first, that."""
    return _in_force([*_rotations().get(pk=rotation.pk).versions.all()], at=at)


def draft_fields(values: dict[str, Any]) -> dict[str, Any]:
    """Return what a body says about a rotation, as a draft holds it."""
    fields = {name: value for name, value in values.items() if name not in {"effective_at", "slots", "windows"}}
    if "slots" in values:
        fields["slots"] = _slots(values["slots"])
    if "windows" in values:
        fields["windows"] = [
            WindowDraft(tuple(window["days"]), window["start"], window["end"]) for window in values["windows"]
        ]
    return fields


def _slots(slots: list[list[dict[str, Any]]]) -> list[list[MemberDraft]]:
    people = people_named({member["person"] for slot in slots for member in slot}, at="slots")
    return [
        [MemberDraft(people[member["person"]].pk, member.get("shadow", False)) for member in slot] for slot in slots
    ]


class Rotations(Endpoint):
    """The rotations of one schedule."""

    permission_classes = (MayChangeSchedules,)

    @extend_schema(responses=listing(RotationShape, PRIMARY))
    def get(self, request: Request, slug: str) -> Response:
        """List a schedule's rotations as they stand now, the highest layer first; those that ended are left out."""
        NoParameters.given(request)
        schedule = get_object_or_404(schedules(), slug=slug)
        rows = (
            _rotations().filter(Q(ends_at=None) | Q(ends_at__gt=self.now), schedule=schedule).order_by("-layer", "id")
        )
        return whole(rotation_json(rotation, at=self.now) for rotation in rows)

    @extend_schema(request=RotationShape, responses={201: RotationShape})
    def post(self, request: Request, slug: str) -> Response:
        """Add a rotation. For managers of the team."""
        schedule = get_object_or_404(schedules(), slug=slug)
        values = RotationShape.read(request)
        draft = RotationDraft(**{"zone": schedule.zone} | draft_fields(values))
        effective_at = values.get("effective_at")
        rotation = add_rotation(schedule, draft=draft, effective_at=effective_at, by=self.by, now=self.now)
        content = _content(rotation.pk, at=effective_at or self.now)
        return tagged(request, content, status=201, location=f"/api/v1/rotations/{rotation.pk}/")


class OneRotation(Endpoint):
    """One rotation."""

    permission_classes = (MayChangeSchedules,)

    @extend_schema(responses=RotationShape)
    def get(self, request: Request, number: int) -> Response:
        """Return a rotation by its version in force now; before the first begins, by that."""
        NoParameters.given(request)
        return tagged(request, _content(number, at=self.now))

    @extend_schema(request=RotationShape, responses=RotationShape)
    def patch(self, request: Request, number: int) -> Response:
        """Change a rotation from ``effective_at`` on, by a new version, which is the answer. For managers."""
        values = RotationShape.read(request, partial=True)
        effective_at = values.get("effective_at")
        moment = effective_at or self.now
        with self._held(number, people=_changed(number, values, at=moment)[1].people):
            # Once more: what the first look saw may have changed before it was held.
            rotation, draft = _changed(number, values, at=moment)
            edit_rotation(rotation, draft=draft, effective_at=effective_at, by=self.by, now=self.now)
        return tagged(request, _content(number, at=moment))

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, number: int) -> Response:  # noqa: ARG002
        """End a rotation now: from now on nobody takes a turn in it. What happened stays. For managers."""
        with self._held(number):
            end_rotation(get_object_or_404(_rotations(), pk=number), by=self.by, now=self.now)
        return Response(status=204)

    def _held(self, number: int, *, people: Iterable[int] = ()) -> AbstractContextManager[None]:
        root = Schedule.objects.filter(rotations=number)
        return unless_stale(self.request, root=root, current=lambda: _content(number, at=self.now), people=people)


class Versions(Endpoint):
    """The versions of one rotation: what was, is, and is still to come."""

    permission_classes = (MayChangeSchedules,)

    @extend_schema(responses=listing(VersionShape, PRIMARY | {"version": 12}))
    def get(self, request: Request, number: int) -> Response:
        """List a rotation's versions, the first one first."""
        NoParameters.given(request)
        rotation = get_object_or_404(_rotations(), pk=number)
        return whole(_version_json(rotation, each) | {"version": each.pk} for each in rotation.versions.all())


class OneVersion(Endpoint):
    """One version of a rotation."""

    permission_classes = (MayChangeSchedules,)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, number: int, version: int) -> Response:  # noqa: ARG002
        """Take back an edit that is still to come: what is in force before it goes on. For managers."""
        rows = RotationVersion.objects.select_related("rotation__schedule")
        row = get_object_or_404(rows, pk=version, rotation__in=_rotations().filter(pk=number).values("pk"))
        withdraw_version(row, by=self.by, now=self.now)
        return Response(status=204)


def _changed(number: int, values: dict[str, Any], *, at: datetime) -> tuple[Rotation, RotationDraft]:
    """Return a rotation, and its version in force at ``at`` with what a body changes."""
    rotation = get_object_or_404(_rotations(), pk=number)
    return rotation, replace(draft_of(_in_force([*rotation.versions.all()], at=at)), **draft_fields(values))


def _content(number: int, *, at: datetime) -> dict[str, Any]:
    return rotation_json(get_object_or_404(_rotations(), pk=number), at=at)
