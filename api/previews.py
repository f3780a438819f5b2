"""What would a change do, before anybody makes it?"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.fields import InstantField, RowField, fault
from api.on_call import SourceShape, source_json
from api.overrides import OverrideBody
from api.people import ADA, BO, PersonShape
from api.problems import by_place
from api.rendering import person_json
from api.rotations import BODY as ROTATION
from api.rotations import MemberShape, RotationShape, draft_fields, version_in_force
from api.schedules import schedules
from api.schema import shown
from api.shapes import Answer, Shape
from api.shifts import SpanShape, WindowAnswer, spans_json
from rotations.engine.terms import Source
from rotations.errors import Refusal
from rotations.models import Rotation, Schedule
from rotations.services.previews import (
    NEW,
    Preview,
    PreviewedShift,
    preview_edit,
    preview_end,
    preview_override,
    preview_rotation,
)
from rotations.services.rotations import RotationDraft, draft_of

TURN = {"kind": "rotation", "rotation": 3, "ordinal": 42, "layer": 1}
WEEK = {"start": "2026-11-23T09:00:00Z", "end": "2026-11-30T09:00:00Z"}
AWAY = {"start": "2026-11-25T00:00:00Z", "end": "2026-11-26T00:00:00Z"}


class PreviewRotationBody(RotationShape):
    """A rotation as it would be added; with ``id``, one as it would be changed: then only what changes is needed."""

    id = RowField(Rotation.objects.all(), required=False)  # type: ignore[assignment]
    name = serializers.CharField(max_length=200, required=False)
    slots = serializers.ListField(child=serializers.ListField(child=MemberShape()), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        missing = [] if "id" in attrs else [name for name in ("name", "slots") if name not in attrs]
        if missing:
            raise serializers.ValidationError({name: fault("required", "This is needed.").detail for name in missing})
        return attrs


@shown(
    body={"rotation": {"id": 3, **ROTATION, "effective_at": "2026-11-23T08:00:00Z"}, "until": "2027-01-20T00:00:00Z"}
)
class PreviewBody(Shape):
    """Exactly one of three: a rotation to add or change, an override to add, or a rotation to end."""

    rotation = PreviewRotationBody(required=False)
    override = OverrideBody(required=False, help_text="As it would be added.")
    remove_rotation = RowField(Rotation.objects.all(), required=False)
    until = InstantField(required=False, help_text="How far to look, at most 400 days; 60 days, where it is not given.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs.keys() & {"rotation", "override", "remove_rotation"}) != 1:
            raise fault("invalid", "Give one of `rotation`, `override` and `remove_rotation`.")
        return attrs


class PreviewShiftShape(SpanShape):
    """A shift, or the part of one, that somebody gains or loses. What is new has no id yet, and parts have no name."""

    person = PersonShape()
    source = SourceShape()  # type: ignore[assignment]
    uid = serializers.CharField(allow_null=True, help_text="Always null.")
    recorded = serializers.BooleanField(help_text="Always false: a preview looks ahead.")


class PreviewGapsShape(Answer):
    """When nobody would be on call any more, and when somebody would be again."""

    new = SpanShape(many=True)
    closed = SpanShape(many=True)


class PreviewConflictShape(SpanShape):
    """A part of a gained shift in which its person is away."""

    person = PersonShape()
    absence = serializers.IntegerField()


@shown(
    {
        "schedule": "payments-primary",
        "from": "2026-11-20T03:14:00Z",
        "until": "2027-01-20T00:00:00Z",
        "gained": [{"person": BO, **WEEK, "source": TURN, "uid": None, "recorded": False}],
        "lost": [{"person": ADA, **WEEK, "source": TURN, "uid": None, "recorded": False}],
        "gaps": {"new": [], "closed": []},
        "conflicts": [{"person": BO, "absence": 5, **AWAY}],
    }
)
class PreviewShape(WindowAnswer):
    """What a change would do from now on: who gains and loses which shifts, gaps, and conflicts with absences."""

    gained = PreviewShiftShape(many=True)
    lost = PreviewShiftShape(many=True)
    gaps = PreviewGapsShape()
    conflicts = PreviewConflictShape(many=True)


class SchedulePreview(Endpoint):
    """What a change of one schedule would do."""

    @extend_schema(request=PreviewBody, responses=PreviewShape)
    def post(self, request: Request, slug: str) -> Response:
        """Return what a change would do, and write nothing. What saving would refuse is refused here, with its code.

        Reading is harmless, so anybody may ask, with any scope; who may save it is asked when it is saved.
        """
        schedule = get_object_or_404(schedules(), slug=slug)
        values = PreviewBody.read(request)
        look = {"until": values.get("until"), "now": self.now}
        with _inside(next(name for name in ("rotation", "override", "remove_rotation") if name in values)):
            return Response(_preview_json(_preview(schedule, values, look)))


def _preview(schedule: Schedule, values: dict[str, Any], look: dict[str, Any]) -> Preview:
    if "override" in values:
        return preview_override(schedule, **values["override"], **look)
    if "remove_rotation" in values:
        return preview_end(_of_schedule(schedule, values["remove_rotation"]), **look)
    wanted = dict(values["rotation"])
    rotation, effective_at = wanted.pop("id", None), wanted.get("effective_at")
    if rotation is None:
        draft = RotationDraft(**{"zone": schedule.zone} | draft_fields(wanted))
        return preview_rotation(schedule, draft=draft, effective_at=effective_at, **look)
    old = version_in_force(_of_schedule(schedule, rotation, at="id"), at=effective_at or look["now"])
    draft = replace(draft_of(old), **draft_fields(wanted))
    return preview_edit(rotation, draft=draft, effective_at=effective_at, **look)


def _of_schedule(schedule: Schedule, rotation: Rotation, *, at: str = "") -> Rotation:
    if rotation.schedule_id != schedule.pk:
        raise fault("unknown_rotation", f"No such rotation in {schedule.name}.", at=at)
    return rotation


@contextmanager
def _inside(name: str) -> Iterator[None]:
    """Let every fault that saving would find point into the part ``name`` of the body."""
    try:
        yield
    except Refusal as refusal:
        if refusal.field is not None and refusal.field != "until":
            refusal.field = f"{name}/{refusal.field}"
        raise
    except serializers.ValidationError as invalid:
        raise serializers.ValidationError({name: invalid.detail}) from invalid
    except ModelValidationError as invalid:
        raise ModelValidationError(
            {f"{name}/{place}": found for place, found in by_place(invalid).items()}
        ) from invalid


def _preview_json(found: Preview) -> dict[str, Any]:
    return {
        "schedule": found.schedule.slug,
        "from": found.window.start,
        "until": found.window.end,
        "gained": [_shift_json(shift) for shift in found.gained],
        "lost": [_shift_json(shift) for shift in found.lost],
        "gaps": {"new": spans_json(found.new_gaps), "closed": spans_json(found.closed_gaps)},
        "conflicts": [
            {"person": person_json(each.person), "absence": each.absence, "start": each.start, "end": each.end}
            for each in found.conflicts
        ],
    }


def _shift_json(shift: PreviewedShift) -> dict[str, Any]:
    return {
        "person": person_json(shift.person),
        "start": shift.start,
        "end": shift.end,
        "source": _without_new_ids(shift.source),
        "uid": None,
        "recorded": False,
    }


def _without_new_ids(source: Source) -> dict[str, Any]:
    shown = source_json(source)
    if shown.get("override") == NEW:
        del shown["override"]
    return shown | ({"rotation": None} if shown["rotation"] == NEW else {})
