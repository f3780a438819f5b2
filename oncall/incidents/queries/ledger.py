"""Who holds which role in which incident, now and then? Rows as views, in a number of queries that no count changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from oncall.incidents.models import (
    Assignment,
    EndReason,
    Handoff,
    HandoffState,
    Incident,
    Participant,
    Role,
    State,
    TimelineEntry,
    Vacancy,
)
from rotations.errors import NotThere
from rotations.models import Person

# What fits into a number of the database.
MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class SeatView:
    """A seat that somebody holds. The API calls ``role_slug`` role.

    ``since`` is when they were asked, ``accepted_at`` when they accepted; ``accept_by`` is set while an offer waits.
    """

    role_slug: str
    role_name: str
    seat: int
    assignment_id: int
    holder: Person
    state: str
    since: datetime
    accepted_at: datetime | None
    accept_by: datetime | None
    because: str


@dataclass(frozen=True, slots=True)
class VacancyView:
    """A required seat that nobody holds, and why."""

    role_slug: str
    role_name: str
    seat: int
    because: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ParticipantView:
    """``joined_at`` is None for somebody who was only asked, ``status`` for whoever is not here.

    ``asked_at`` and ``asked_because`` are of whoever is asked to help and has not answered.
    """

    person: Person
    kind: str
    joined_at: datetime | None
    left_at: datetime | None
    status: str | None = None
    status_since: datetime | None = None
    acknowledged_at: datetime | None = None
    asked_at: datetime | None = None
    asked_because: str = ""


@dataclass(frozen=True, slots=True)
class SeatsView:
    """The seats of one incident at one instant, in the order of its plan, then of role and seat."""

    roles: tuple[SeatView, ...]
    vacancies: tuple[VacancyView, ...]


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident as it stands, its ``service`` loaded; participants in join order, those only asked last."""

    incident: Incident
    roles: tuple[SeatView, ...]
    vacancies: tuple[VacancyView, ...]
    participants: tuple[ParticipantView, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a seat was held or vacant over ``[since, ended_at)``: every candidate, and why each was passed over.

    ``person`` and ``state`` are None for a vacancy. ``evidence`` is a list of ``staffing.Candidate`` as JSON.
    """

    role_slug: str
    seat: int
    epoch: int
    person: Person | None
    state: str | None
    since: datetime
    ended_at: datetime | None
    end_reason: str
    end_note: str
    because: str
    evidence: list[dict[str, Any]]


def incidents() -> QuerySet[Incident]:
    """Return every incident with its service, latest first; filter and page it, then ask ``incident_views``."""
    return Incident.objects.select_related("service", "service__team").order_by("-number")


def found_incidents(*, words: str = "", is_open: bool | None = None, before: int | None = None) -> QuerySet[Incident]:
    """Return the incidents, latest first, with ``words`` in their title or as their number.

    With ``before``, those with a smaller number alone.
    """
    found = incidents()
    if words:
        digits = words.removeprefix("#")
        numbers = [int(digits)] if digits.isdecimal() and len(digits) <= MOST_DIGITS else []
        found = found.filter(Q(title__icontains=words) | Q(number__in=numbers))
    if is_open is not None:
        found = found.filter(resolved_at__isnull=is_open)
    return found if before is None else found.filter(number__lt=before)


def open_incidents() -> QuerySet[Incident]:
    """Return the incidents that are not resolved, worst first, then latest first."""
    return incidents().filter(resolved_at=None).order_by("severity", "-number")


def open_incidents_of(person: Person) -> QuerySet[Incident]:
    """Return the open incidents in which ``person`` holds a role or is asked to take one over, worst first."""
    held = Assignment.objects.filter(person=person, ended_at=None)
    offered = Handoff.objects.filter(person=person, state=HandoffState.OFFERED)
    return open_incidents().filter(Q(pk__in=held.values("incident")) | Q(pk__in=offered.values("assignment__incident")))


def incident_numbered(number: int) -> Incident:
    """Return one incident with its service.

    Raises:
        NotThere: no incident has this number.
    """
    if incident := incidents().filter(number=number).first():
        return incident
    raise NotThere(f"There is no incident #{number}.")


def role_named(slug: str) -> Role:
    """Return the role of this slug.

    Raises:
        NotThere: no role has it.
    """
    if role := Role.objects.filter(slug=slug).first():
        return role
    raise NotThere(f"There is no role {slug}.")


def incident_view(number: int) -> IncidentView:
    """Return one incident as it stands, in four queries.

    Raises:
        NotThere: no incident has this number.
    """
    return incident_views([incident_numbered(number)])[0]


def incident_views(rows: Iterable[Incident]) -> list[IncidentView]:
    """Return a view of each incident, in the order given: three queries at any number."""
    listed = list(rows)
    numbers = [incident.number for incident in listed]
    held = _seats_held().filter(incident__in=numbers, ended_at=None)
    vacant = _seats_vacant().filter(incident__in=numbers, ended_at=None)
    taking_part = (
        Participant.objects.filter(incident__in=numbers)
        .select_related("person")
        .order_by(F("joined_at").asc(nulls_last=True), "id")
    )
    by_incident = (_grouped(held), _grouped(vacant), _grouped(taking_part))
    return [_view(incident, *(groups.get(incident.number, []) for groups in by_incident)) for incident in listed]


def view_of(
    incident: Incident, held: Iterable[Assignment], vacant: Iterable[Vacancy], participants: Iterable[Participant]
) -> IncidentView:
    """Return the view of an incident whose open rows are at hand, their roles and people loaded."""
    in_join_order = sorted(participants, key=lambda row: (row.joined_at is None, row.joined_at or row.pk, row.pk))
    return _view(incident, list(held), list(vacant), in_join_order)


def seats_at(incident: Incident, at: datetime) -> SeatsView:
    """Return who held which role at ``at``, and which were vacant; spans are half-open, whatever the instant."""
    is_then = Q(since__lte=at) & (Q(ended_at=None) | Q(ended_at__gt=at))
    # An offer that nobody answered stays one until somebody looks: the timeline knows since when its holder acts.
    acted = TimelineEntry.objects.annotate(
        assignment=Cast(KeyTextTransform("assignment", "data"), BigIntegerField())
    ).filter(incident=incident, kind="acting", at__lte=at, assignment=OuterRef("pk"))
    held = _seats_held().filter(is_then, incident=incident).annotate(acted=Exists(acted))
    vacant = _seats_vacant().filter(is_then, incident=incident)
    return _seats(incident, list(held), list(vacant), at=at)


def held_to_the_end(rows: Iterable[Incident]) -> dict[int, list[Assignment]]:
    """Return, by incident, the spans of those who are accountable or were when it ended: one query at any number."""
    to_the_end = Q(ended_at=None) | Q(end_reason__in=(EndReason.RESOLVED, EndReason.MERGED))
    held = _seats_held().filter(to_the_end, incident__in=[row.number for row in rows], accepted_at__isnull=False)
    held = held.order_by("role", "seat", "id")
    # Of one that was reopened, the last who held it.
    return _grouped({(one.incident_id, one.role_id, one.seat): one for one in held}.values())


def spans_accepted(incident: Incident) -> QuerySet[Assignment]:
    """Return every span in which somebody was accountable for a role, by role and seat, then in order of time."""
    held = Assignment.objects.filter(incident=incident, accepted_at__isnull=False).select_related("person", "role")
    return held.defer("evidence").order_by("role", "seat", "accepted_at", "id")


def holder_of(incident: Incident, role: Role, at: datetime, *, seat: int = 1) -> Person | None:
    """Return who held a seat of ``role`` at ``at``, in whichever state; None if nobody did."""
    is_then = Q(since__lte=at) & (Q(ended_at=None) | Q(ended_at__gt=at))
    held = Assignment.objects.filter(is_then, incident=incident, role=role, seat=seat)
    assignment = held.select_related("person").order_by("id").last()
    return assignment.person if assignment else None


def timeline_of(incident: Incident) -> QuerySet[TimelineEntry]:
    """Return the facts of an incident in the order in which they became true; page it by id."""
    return TimelineEntry.objects.filter(incident=incident).order_by("id")


def explained(incident: Incident, role: Role) -> list[Explanation]:
    """Return every span of a role in this incident with its evidence, in order of time, then seat."""
    held = Assignment.objects.filter(incident=incident, role=role).select_related("person", "role").order_by("id")
    vacant = Vacancy.objects.filter(incident=incident, role=role).select_related("role").order_by("id")
    spans = [*(_assignment_explained(one) for one in held), *(_vacancy_explained(one) for one in vacant)]
    return sorted(spans, key=lambda span: (span.since, span.ended_at is None, span.seat))


def _seats_held() -> QuerySet[Assignment]:
    # The evidence can be long, and only an explanation shows it.
    return Assignment.objects.select_related("person", "role").defer("evidence").order_by("id")


def _seats_vacant() -> QuerySet[Vacancy]:
    return Vacancy.objects.select_related("role").defer("evidence").order_by("id")


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = {}
    for row in rows:
        groups.setdefault(row.incident_id, []).append(row)
    return groups


def _view(
    incident: Incident, held: list[Assignment], vacant: list[Vacancy], participants: list[Participant]
) -> IncidentView:
    seats = _seats(incident, held, vacant)
    return IncidentView(incident, seats.roles, seats.vacancies, tuple(_participant(one) for one in participants))


def _participant(row: Participant) -> ParticipantView:
    return ParticipantView(
        person=row.person,
        kind=row.kind,
        joined_at=row.joined_at,
        left_at=row.left_at,
        status=row.status if row.is_here else None,
        status_since=(row.status_since or row.joined_at) if row.is_here else None,
        acknowledged_at=row.acknowledged_at,
        asked_at=row.asked_at,
        asked_because=row.asked_because,
    )


def _seats(
    incident: Incident, held: Sequence[Assignment], vacant: Sequence[Vacancy], *, at: datetime | None = None
) -> SeatsView:
    places = {rule["role"]: place for place, rule in enumerate(incident.plan.get("rules", ()))}

    def in_order(row: Assignment | Vacancy) -> tuple[int, int, int]:
        return places.get(row.role_id, len(places)), row.role_id, row.seat

    return SeatsView(
        tuple(_seat(one, at) for one in sorted(held, key=in_order)),
        tuple(
            VacancyView(one.role.slug, one.role.name, one.seat, one.because, one.since)
            for one in sorted(vacant, key=in_order)
        ),
    )


def _seat(row: Assignment, at: datetime | None) -> SeatView:
    state = row.state if at is None else _state_at(row, at)
    return SeatView(
        role_slug=row.role.slug,
        role_name=row.role.name,
        seat=row.seat,
        assignment_id=row.pk,
        holder=row.person,
        state=state,
        since=row.since,
        accepted_at=row.accepted_at if state == State.ACCEPTED else None,
        accept_by=row.accept_by if state == State.OFFERED else None,
        because=row.because,
    )


def _state_at(row: Any, at: datetime) -> str:
    """Return the state at an instant of the span; ``row`` says whether its person ``acted`` by then."""
    if row.accepted_at is not None and row.accepted_at <= at:
        return State.ACCEPTED
    return State.ACTING if row.acted else State.OFFERED


def _assignment_explained(row: Assignment) -> Explanation:
    return Explanation(
        role_slug=row.role.slug,
        seat=row.seat,
        epoch=row.epoch,
        person=row.person,
        state=row.state,
        since=row.since,
        ended_at=row.ended_at,
        end_reason=row.end_reason,
        end_note=row.end_note,
        because=row.because,
        evidence=_in_words(row.evidence),
    )


def _vacancy_explained(row: Vacancy) -> Explanation:
    return Explanation(
        role_slug=row.role.slug,
        seat=row.seat,
        epoch=row.epoch,
        person=None,
        state=None,
        since=row.since,
        ended_at=row.ended_at,
        end_reason="",
        end_note="",
        because=row.because,
        evidence=_in_words(row.evidence),
    )


def _in_words(evidence: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # What was kept before it had a sentence of its own says at least where somebody was found.
    return [{"words": f"{one['name']}: {one['because']}"} | one for one in evidence]
