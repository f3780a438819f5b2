"""What an incident looks like, in few words that a test can compare as a whole."""

from datetime import datetime, timedelta

from oncall.incidents.models import Assignment, Incident, TimelineEntry, Vacancy
from oncall.incidents.queries import SeatsView, incident_view, seats_at
from tests.factories.incidents import NIGHT


def minute(minutes: float) -> datetime:
    """Return the instant that many minutes after ``NIGHT``."""
    return NIGHT + timedelta(minutes=minutes)


def standing(incident: Incident) -> dict[str, str]:
    """Return each seat's state now: ``{"lead": "Ada accepted", "scribe": "vacant: no_one_on_call"}``."""
    view = incident_view(incident.number)
    return _seats(SeatsView(view.roles, view.vacancies))


def standing_at(incident: Incident, at: datetime) -> dict[str, str]:
    """Return each seat's state at an instant, as ``standing``."""
    return _seats(seats_at(incident, at))


def present(incident: Incident) -> dict[str, str]:
    """Return who takes part, in join order: ``{"Ada": "responder", "Bo": "asked", "Cy": "left"}``."""
    return {
        one.person.name: "left" if one.left_at else one.kind if one.joined_at else "asked"
        for one in incident_view(incident.number).participants
    }


def ledger(incident: Incident, slug: str = "lead") -> list[str]:
    """Return the spans of a role, by minute: ``["Ada 0-5 expired", "Bo 5- offered", "vacant 0-0 exclusive"]``."""
    held = Assignment.objects.filter(incident=incident, role__slug=slug).select_related("person").order_by("id")
    vacant = Vacancy.objects.filter(incident=incident, role__slug=slug).order_by("id")
    return [
        *(f"{one.person} {_span(one.since, one.ended_at)} {one.end_reason or one.state}" for one in held),
        *(f"vacant {_span(one.since, one.ended_at)} {one.because}" for one in vacant),
    ]


def evidence(incident: Incident, slug: str = "lead") -> dict[str, str | None]:
    """Return the candidates of a role's latest assignment or vacancy, and why each was passed over."""
    of_role = {"incident": incident, "role__slug": slug}
    row = Assignment.objects.filter(**of_role).order_by("id").last() or Vacancy.objects.get(**of_role)
    return {line["name"]: line["passed_over"] for line in row.evidence}


def facts(incident: Incident, *, after: int = 0) -> list[str]:
    """Return the kinds of the timeline's entries, in order, without the first ``after``."""
    return list(TimelineEntry.objects.filter(incident=incident).order_by("id").values_list("kind", flat=True))[after:]


def _seats(view: SeatsView) -> dict[str, str]:
    held = {_name(seat.role_slug, seat.seat): f"{seat.holder} {seat.state}" for seat in view.roles}
    return held | {_name(one.role_slug, one.seat): f"vacant: {one.because}" for one in view.vacancies}


def _name(slug: str, seat: int) -> str:
    return slug if seat == 1 else f"{slug} {seat}"


def _span(since: datetime, ended_at: datetime | None) -> str:
    return f"{_minutes(since)}-{'' if ended_at is None else _minutes(ended_at)}"


def _minutes(at: datetime) -> str:
    return f"{(at - NIGHT) / timedelta(minutes=1):g}"
