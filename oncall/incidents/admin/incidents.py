"""Incidents in the admin: looked at and moved on, their roles given and taken; all of it by the services."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from oncall.incidents.models import (
    Assignment,
    Handoff,
    Incident,
    Participant,
    Role,
    Status,
    TimelineEntry,
    Vacancy,
)
from oncall.incidents.services import lifecycle, roles
from oncall.incidents.wording import QUOTED, told, vacant_words, with_moments
from rotations.actors import Actor
from rotations.admin.acting import SeenByStaff
from rotations.admin.verbs import OffersVerbs, Verb
from rotations.models import Person

# As the template writes them.
MOMENT = "D d M Y, H:i:s"


class AssignForm(forms.Form):
    """Who is asked to hold which role."""

    role = forms.ModelChoiceField(Role.objects.filter(archived_at=None))
    person = forms.ModelChoiceField(Person.objects.filter(is_active=True).order_by("name", "pk"))


class TakeForm(forms.Form):
    """Which role is taken, and why."""

    role = forms.ModelChoiceField(Role.objects.filter(archived_at=None))
    reason = forms.CharField(max_length=roles.REASON_LENGTH, help_text="The timeline keeps it.")


def _take(incident: Incident, *, role: Role, reason: str, by: Actor, now: datetime) -> None:
    assert by.person is not None  # noqa: S101 - people are at the admin
    roles.take(incident, role=role, person=by.person, force=True, reason=reason, by=by, now=now)


def _is_open(incident: Incident) -> bool:
    return incident.resolved_at is None


class OpenFilter(admin.SimpleListFilter):
    title = "open"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Open"), ("no", "Resolved")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(resolved_at__isnull=self.value() == "yes") if self.value() else queryset


@admin.register(Incident)
class IncidentsAdmin(SeenByStaff, OffersVerbs):
    change_form_template = "incidents/admin/incident.html"
    list_display = ("number", "title", "severity", "status", "service", "is_drill", "declared_at", "resolved_at")
    list_display_links = ("number", "title")
    list_filter = (OpenFilter, "severity", "status", "service", "is_drill")
    list_select_related = ("service",)
    search_fields = ("=number", "title", "source", "dedup_key")
    date_hierarchy = "declared_at"
    fieldsets = (
        (None, {"fields": ("title", "severity", "status", "service", "is_drill")}),
        ("When", {"fields": ("occurred_at", "declared_at", "acknowledged_at", "mitigated_at", "resolved_at")}),
        ("Where it came from", {"fields": ("declared_by", "source", "dedup_key", "epoch")}),
    )
    verbs = (
        Verb(
            name="acknowledge",
            label="Acknowledge",
            warning="Everybody sees that somebody is looking at it.",
            done="{} was acknowledged.",
            perform=lifecycle.acknowledge,
            offered=lambda incident: incident.status == Status.DECLARED,
        ),
        Verb(
            name="mitigate",
            label="Mark as mitigated",
            warning="Everybody sees that it no longer hurts.",
            done="{} is mitigated.",
            perform=lifecycle.mitigate,
            offered=lambda incident: incident.status in {Status.DECLARED, Status.ACKNOWLEDGED},
        ),
        Verb(
            name="assign",
            label="Ask somebody to hold a role",
            warning="Whoever is asked has to accept. A role that somebody accepted is not offered to others.",
            done="In {}, they were asked.",
            perform=roles.assign,
            offered=_is_open,
            asks=AssignForm,
        ),
        Verb(
            name="take",
            label="Take a role",
            warning="You hold the role from now on, also if somebody accepted it; they are told.",
            done="In {}, the role is yours.",
            perform=_take,
            offered=_is_open,
            is_grave=True,
            asks=TakeForm,
        ),
        Verb(
            name="resolve",
            label="Resolve",
            warning="The incident ends now, and with it every role that somebody holds in it.",
            done="{} was resolved.",
            perform=lifecycle.resolve,
            offered=_is_open,
        ),
        Verb(
            name="reopen",
            label="Reopen",
            warning="Every role that is needed is offered again, first to whoever held it.",
            done="{} is open again.",
            perform=lifecycle.reopen,
            offered=lambda incident: not _is_open(incident) and incident.merged_into_id is None,
        ),
    )

    readonly_fields = ("declared_by",)

    @admin.display(description="declared by")
    def declared_by(self, incident: Incident) -> str:
        return f"{incident.declared_by_name} ({incident.get_declared_by_kind_display()})"

    def may_do(self, request: HttpRequest, verb: Verb, obj: Incident) -> bool:
        return self.has_view_permission(request, obj)

    def view_on_site(self, obj: Incident) -> str:
        return f"/incidents/{obj.number}/"

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        incident = kwargs.get("obj")
        about = {"incident": incident}
        held = Assignment.objects.filter(**about).select_related("role", "person")
        handoffs = Handoff.objects.filter(assignment__incident=incident).select_related(
            "person", "assignment__person", "assignment__role"
        )
        context |= {
            "assignments": [(one, _in_their_zone(one.because)) for one in held],
            "vacancies": [
                (one, vacant_words(one.because)) for one in Vacancy.objects.filter(**about).select_related("role")
            ],
            "handoffs": [(one, _note_of(one)) for one in handoffs],
            "participants": Participant.objects.filter(**about).select_related("person"),
            "timeline": [(one, _told(one)) for one in TimelineEntry.objects.filter(**about)],
        }
        return super().render_change_form(request, context, *args, **kwargs)


def _told(entry: TimelineEntry) -> str:
    text = told(entry.kind, entry.text, entry.data)
    return text if entry.kind in QUOTED else _in_their_zone(text)


def _in_their_zone(text: str) -> str:
    """Return ``text`` with its moments by the clocks of whoever looks: the admin is shown in their zone."""
    return with_moments(text, now=timezone.now(), say=_moment)


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), MOMENT)


def _note_of(handoff: Handoff) -> list[tuple[str, str]]:
    """Return what was told with a handoff, as pairs of what it is about and what is said."""
    check_in = _moment(handoff.next_check_in) if handoff.next_check_in else ""
    told_of = (
        ("Status", handoff.status),
        ("Open hypotheses", handoff.hypotheses_open),
        ("Ruled out", handoff.ruled_out),
        ("Last update", handoff.last_update),
        ("Next check-in", check_in),
    )
    return [(about, said) for about, said in told_of if said]
