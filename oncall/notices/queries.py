"""What is known around a fact, so that people can be told of it? Rows in, values of ``telling`` out.

Each function takes a fixed number of queries, however many facts and people it is about.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from oncall.incidents.models import (
    Assignment,
    Handoff,
    HandoffState,
    Incident,
    Participant,
    ParticipantKind,
    Role,
    State,
    TimelineEntry,
    Vacancy,
)
from oncall.notices.models import Preference
from oncall.notices.models.notices import REMINDERS
from oncall.notices.telling import Who
from oncall.notices.telling.scene import HandoffNote, Offer, Scene
from oncall.notices.telling.schedules import ScheduleScene, SwapAsked
from rotations.engine.intervals import Interval
from rotations.models import Membership, Person, Schedule, Swap, SwapState

NOTE = (
    ("status", "Status"),
    ("hypotheses_open", "May be"),
    ("ruled_out", "Ruled out"),
    ("last_update", "Said last"),
)
# Under which names a fact of the timeline names people, one or several.
NAMING_ONE = ("person", "to", "taken_from")
NAMING_SEVERAL = ("to", "people", "managers")


@dataclass
class _Staff:
    """Who manages which team, and who is told where nobody does: the administrators."""

    members: dict[int, list[int]] = field(default_factory=dict)
    managers: dict[int, list[int]] = field(default_factory=dict)
    administrators: list[int] = field(default_factory=list)

    def managers_of(self, team: int | None) -> tuple[int, ...]:
        theirs = self.managers.get(team, ()) if team is not None else ()
        return tuple(theirs or self.administrators)


def scenes_of(entries: Sequence[TimelineEntry]) -> dict[int, Scene]:
    """Return each incident of ``entries`` with the people around it, by its number; ``entries`` have theirs loaded."""
    incidents = {entry.incident_id: entry.incident for entry in entries}
    staff = staff_of({one.service.team_id for one in incidents.values() if one.service.team_id is not None})
    participants = list(Participant.objects.filter(incident__in=incidents, joined_at__isnull=False, left_at=None))
    offers, handoffs = _offers(entries), _handoffs(entries)
    vacant = _vacant(incidents)
    roles = dict(Role.objects.values_list("slug", "name"))
    ids = {each.person_id for each in participants} | {one for entry in entries for one in _named(entry)}
    people = _people(ids | _ids_of(staff))
    return {
        number: Scene(
            number=number,
            title=incident.title,
            severity=incident.severity,
            is_drill=incident.is_drill,
            responders=_taking_part(participants, number, {ParticipantKind.RESPONDER}),
            taking_part=_taking_part(participants, number, set(ParticipantKind)),
            managers=staff.managers_of(incident.service.team_id),
            vacant=frozenset((role, seat) for incident, role, seat in vacant if incident == number),
            roles=roles,
            offers=offers,
            handoffs=handoffs,
            people={person.pk: who(person) for person in people if person.is_active},
            names={person.pk: person.name for person in people},
        )
        for number, incident in incidents.items()
    }


def schedule_scenes(schedules: Iterable[Schedule], *, people: Iterable[int] = ()) -> dict[int, ScheduleScene]:
    """Return each schedule with the people around it, by id; ``people`` are further ones who may be told or named."""
    listed = list(schedules)
    staff = staff_of({schedule.team_id for schedule in listed})
    known = _people({*people} | _ids_of(staff))
    active = {person.pk: who(person) for person in known if person.is_active}
    names = {person.pk: person.name for person in known}
    return {
        schedule.pk: ScheduleScene(
            slug=schedule.slug,
            name=schedule.name,
            managers=staff.managers_of(schedule.team_id),
            members=tuple(staff.members.get(schedule.team_id, ())),
            people=active,
            names=names,
        )
        for schedule in listed
    }


def staff_of(teams: Collection[int]) -> _Staff:
    """Return who is in and who manages ``teams``, and who administers; two queries."""
    staff = _Staff()
    active = Membership.objects.filter(team__in=teams, person__is_active=True).order_by("person__name", "person")
    for team, person, is_manager in active.values_list("team", "person", "is_manager"):
        staff.members.setdefault(team, []).append(person)
        if is_manager:
            staff.managers.setdefault(team, []).append(person)
    administrators = Person.objects.filter(is_superuser=True, is_active=True).order_by("name", "pk")
    staff.administrators = list(administrators.values_list("pk", flat=True))
    return staff


def swaps_asked(ids: Collection[int]) -> dict[int, SwapAsked]:
    """Return swaps as they stand now, by id; one query."""
    rows = Swap.objects.filter(pk__in=ids).select_related("rotation", "exchange").order_by("pk")
    return {row.pk: _swap_asked(row) for row in rows}


def reminders_of(people: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Return how many minutes before a shift each of ``people`` wants to hear of it, the earliest first; one query."""
    chosen = dict(Preference.objects.filter(person__in=people).values_list("person", "reminders"))
    return {person: tuple(sorted(chosen.get(person, REMINDERS), reverse=True)) for person in people}


def preference_of(person: Person) -> Preference:
    """Return what one person wants to hear: what they chose, or what everybody has who did not."""
    return Preference.objects.filter(person=person).first() or Preference(person=person)


def who(person: Person) -> Who:
    """Return somebody as they are told."""
    return Who(person.pk, person.name, person.zone)


def plain_person(person: Person) -> dict[str, Any]:
    """Return somebody as answers and webhooks show them."""
    return {"id": person.pk, "name": person.name, "email": person.email}


def plain_schedule(schedule: Schedule) -> dict[str, Any]:
    """Return a schedule as webhooks name it."""
    url = f"{settings.PUBLIC_URL}/schedules/{schedule.slug}/"
    return {"slug": schedule.slug, "name": schedule.name, "url": url}


def plain_incident(incident: Incident) -> dict[str, Any]:
    """Return an incident, its service loaded, as webhooks name it."""
    return {
        "number": incident.number,
        "title": incident.title,
        "severity": incident.severity,
        "status": incident.status,
        "service": incident.service.slug,
        "is_drill": incident.is_drill,
        "url": f"{settings.PUBLIC_URL}/incidents/{incident.number}/",
    }


def people_named_by(entries: Iterable[TimelineEntry]) -> dict[int, Person]:
    """Return the people that facts of a timeline name, by id; one query."""
    return Person.objects.in_bulk({one for entry in entries for one in _named(entry)})


def _people(ids: Collection[int]) -> list[Person]:
    return list(Person.objects.filter(pk__in=ids).order_by("name", "pk"))


def _ids_of(staff: _Staff) -> set[int]:
    return {one for each in staff.members.values() for one in each} | {*staff.administrators}


def _named(entry: TimelineEntry) -> Iterator[int]:
    for name in {*NAMING_ONE, *NAMING_SEVERAL}:
        named = entry.data.get(name)
        yield from (one for one in (named if isinstance(named, list) else [named]) if isinstance(one, int))


def _taking_part(
    participants: Iterable[Participant], number: int, kinds: Collection[ParticipantKind]
) -> tuple[int, ...]:
    return tuple(one.person_id for one in participants if one.incident_id == number and one.kind in kinds)


def _vacant(incidents: Iterable[int]) -> list[tuple[int, str, int]]:
    """Return the incident, the role and the seat of every vacancy there is."""
    open_ones = Vacancy.objects.filter(incident__in=incidents, ended_at=None).order_by("pk")
    return list(open_ones.values_list("incident", "role__slug", "seat"))


def _offers(entries: Iterable[TimelineEntry]) -> dict[int, Offer]:
    ids = {entry.data.get("assignment") for entry in entries if entry.kind == "offered"}
    rows = Assignment.objects.filter(pk__in=ids).values_list("pk", "accept_by", "because", "state")
    return {pk: Offer(accept_by, because, state == State.OFFERED) for pk, accept_by, because, state in rows}


def _handoffs(entries: Iterable[TimelineEntry]) -> dict[int, HandoffNote]:
    ids = {entry.data.get("handoff") for entry in entries if entry.kind == "handoff_offered"}
    return {
        row.pk: HandoffNote(
            expires_at=row.expires_at,
            is_open=row.state == HandoffState.OFFERED,
            said=tuple((words, getattr(row, name)) for name, words in NOTE),
            next_check_in=row.next_check_in,
        )
        for row in Handoff.objects.filter(pk__in=ids)
    }


def _swap_asked(row: Swap) -> SwapAsked:
    back = row.exchange
    return SwapAsked(
        rotation=row.rotation.name,
        replaces=row.replaces_id,
        person=row.person_id,
        part=_span_of(row),
        reason=row.reason,
        asked_by=row.asked_by_id,
        is_open=row.state == SwapState.ASKED,
        back=_span_of(back) if back else None,
        is_counterpart=back is not None and back.pk < row.pk,
    )


def _span_of(row: Swap) -> Interval:
    return Interval(row.start or row.turn_start, row.end or row.turn_end)
