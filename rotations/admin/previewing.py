"""What would saving this form do? Shown on the same page, before anybody saves it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone

from rotations.admin.through_services import ServiceForm, ThroughServices
from rotations.admin.wall_clock import shown
from rotations.models import Person
from rotations.services.previews import Preview, PreviewedShift

PREVIEW_VAR = "_preview"
SHIFTS_OPEN = 16

Span = tuple[str, str]
"""From and until, as the schedule's clocks show it."""


@dataclass(frozen=True)
class PersonChange:
    """What one person gains and loses."""

    person: Person
    gained: tuple[Span, ...]
    lost: tuple[Span, ...]


@dataclass(frozen=True)
class ShownPreview:
    """A preview for the template; moments as the schedule's clocks show them."""

    zone: ZoneInfo
    until: str
    people: tuple[PersonChange, ...]
    new_gaps: tuple[Span, ...]
    closed_gaps: tuple[Span, ...]
    conflicts: tuple[tuple[Person, Span], ...]
    is_empty: bool
    is_short: bool


class PreviewedForm(ServiceForm):
    """A form that can be looked at before it is saved: while ``is_preview``, it is never valid to be saved."""

    is_preview: ClassVar[bool] = False

    def is_valid(self) -> bool:
        return super().is_valid() and not self.is_preview


class ShowsPreview(ThroughServices):
    """An admin whose forms have a button "Preview" beside "Save". It runs what saving runs, and writes nothing."""

    form: type[PreviewedForm] = PreviewedForm

    def preview(self, obj: Any, form: Any, *, now: datetime) -> Preview:
        """Return what saving the values of ``form`` would do; ``obj`` is None for a row that is new."""
        raise NotImplementedError

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"is_preview": PREVIEW_VAR in request.POST})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        form = context["adminform"].form
        context["may_preview"] = True
        if form.is_preview and not form.errors:
            found = self.preview(kwargs.get("obj"), form, now=timezone.now())
            context["preview"] = shown_preview(found)
        return super().render_change_form(request, context, *args, **kwargs)


def shown_preview(preview: Preview) -> ShownPreview:
    """Return what the template shows of ``preview``."""
    zone = preview.schedule.zone
    people = {each.person.pk: each.person for each in (*preview.gained, *preview.lost)}
    return ShownPreview(
        zone=zone,
        until=shown(preview.window.end, zone),
        people=tuple(
            PersonChange(person, _spans(_of(preview.gained, person), zone), _spans(_of(preview.lost, person), zone))
            for person in sorted(people.values(), key=lambda person: (person.name, person.pk))
        ),
        new_gaps=_spans(preview.new_gaps, zone),
        closed_gaps=_spans(preview.closed_gaps, zone),
        conflicts=tuple((each.person, (shown(each.start, zone), shown(each.end, zone))) for each in preview.conflicts),
        is_empty=preview.is_empty,
        is_short=len(preview.gained) + len(preview.lost) <= SHIFTS_OPEN,
    )


def _of(shifts: Iterable[PreviewedShift], person: Person) -> list[PreviewedShift]:
    return [shift for shift in shifts if shift.person == person]


def _spans(spans: Iterable[Any], zone: ZoneInfo) -> tuple[Span, ...]:
    return tuple((shown(span.start, zone), shown(span.end, zone)) for span in spans)
