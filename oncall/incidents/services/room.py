"""How does an incident change? One change at a time: whoever changes it is in its room, and the room holds its lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from django.db import transaction

from oncall.incidents.models import (
    Assignment,
    Handoff,
    HandoffState,
    Incident,
    Participant,
    Role,
    State,
    TimelineEntry,
    Vacancy,
    WatchedSchedule,
)
from oncall.incidents.staffing import Held, PinnedPlan, RuleValue
from rotations.actors import Actor
from rotations.errors import Conflict, Invalid
from rotations.models import Person

SAVED_OF_PARTICIPANTS = (
    "kind",
    "joined_at",
    "left_at",
    "status",
    "status_since",
    "acknowledged_at",
    "asked_at",
    "asked_because",
)


class Room:
    """An incident under its row lock, at the moment used.

    ``at`` is the later of now and the incident's last event, so that its ledger never runs backwards. What was read
    here stays true until the transaction ends. Rows that end are saved at once, new rows on leaving (a seat is left
    before it is taken), in bulk.
    """

    def __init__(self, incident: Incident, *, by: Actor, now: datetime) -> None:
        self.incident = incident
        self.is_new = False
        self.by = by
        self.at = max(now, incident.last_event_at)
        self.plan = PinnedPlan.from_json(incident.plan)
        self._changed: set[str] = set()
        self._new_assignments: list[Assignment] = []
        self._new_vacancies: list[Vacancy] = []
        self._new_watched: dict[int, WatchedSchedule] = {}
        self._participants_to_save: dict[int, Participant] = {}
        self._entries: list[tuple[TimelineEntry, Assignment | None]] = []

    @classmethod
    def of_new(cls, incident: Incident, *, by: Actor, now: datetime) -> Self:
        """Return the room of an incident inserted in this transaction: nobody else sees it, and it is empty."""
        room = cls(incident, by=by, now=now)
        room.is_new = True
        room.open, room.vacancies, room.handoffs, room.participants, room.archived_roles = [], [], [], {}, frozenset()
        room.watched = []
        return room

    @cached_property
    def open(self) -> list[Assignment]:
        """The open assignments, in order of role and seat as read."""
        return list(
            Assignment.objects.filter(incident=self.incident, ended_at=None)
            .select_related("person", "role")
            .order_by("role", "seat")
        )

    @cached_property
    def vacancies(self) -> list[Vacancy]:
        """The open vacancies."""
        return list(
            Vacancy.objects.filter(incident=self.incident, ended_at=None)
            .select_related("role")
            .order_by("role", "seat")
        )

    @cached_property
    def handoffs(self) -> list[Handoff]:
        """The handoffs that wait for an answer, in the order in which they were offered."""
        return list(
            Handoff.objects.filter(assignment__incident=self.incident, state=HandoffState.OFFERED)
            .select_related("person", "assignment__person", "assignment__role")
            .order_by("id")
        )

    @cached_property
    def watched(self) -> list[WatchedSchedule]:
        """The schedules in which people are looked for, as they were when they were last looked at."""
        return list(WatchedSchedule.objects.filter(incident=self.incident).select_related("schedule").order_by("id"))

    @cached_property
    def participants(self) -> dict[int, Participant]:
        """Everybody who takes or took part, by person."""
        rows = Participant.objects.filter(incident=self.incident).select_related("person").order_by("id")
        return {row.person_id: row for row in rows}

    @cached_property
    def archived_roles(self) -> frozenset[int]:
        return frozenset(Role.objects.exclude(archived_at=None).values_list("pk", flat=True))

    @property
    def present(self) -> list[Participant]:
        """The responders who joined and did not leave, in join order."""
        here = [one for one in self.participants.values() if one.responds]
        return sorted(here, key=lambda one: (one.joined_at, one.pk is None, one.pk or 0))

    @property
    def held(self) -> tuple[Held, ...]:
        groups = {rule.role: rule.exclusive_group for rule in self.plan.rules}
        return tuple(
            Held(one.person_id, one.role_id, groups.get(one.role_id, ""), one.role.name, one.state == State.OFFERED)
            for one in self.open
        )

    def rule_of(self, role: Role) -> RuleValue:
        """Return the plan's rule; a role outside the plan has one seat, is never required and nobody is asked."""
        return self.plan.rule_of(role.pk) or RuleValue(role.pk, role.slug, role.name)

    def is_required(self, rule: RuleValue) -> bool:
        """Say whether a seat without a holder is a vacancy. A role that was archived is not filled again."""
        return (
            self.incident.resolved_at is None
            and rule.is_required_at(self.incident.severity)
            and rule.role not in self.archived_roles
        )

    def in_role(self, role: int) -> list[Assignment]:
        return sorted((one for one in self.open if one.role_id == role), key=lambda one: one.seat)

    def refuse_if_resolved(self) -> None:
        if self.incident.resolved_at is not None:
            raise Conflict("incident_resolved", "This incident is resolved; reopen it first.")

    def change(self, **fields: Any) -> None:
        """Set fields of the incident; they are saved on leaving."""
        for name, value in fields.items():
            setattr(self.incident, name, value)
        self._changed |= fields.keys()

    def add_assignment(self, assignment: Assignment) -> None:
        self.open.append(assignment)
        self._new_assignments.append(assignment)

    def add_vacancy(self, vacancy: Vacancy) -> None:
        self.vacancies.append(vacancy)
        self._new_vacancies.append(vacancy)

    def watch(self, watched: WatchedSchedule) -> None:
        """Look at a schedule again when it changes; what is watched already goes on as it is."""
        self._new_watched[watched.schedule_id] = watched

    def is_watched(self, schedule: int) -> bool:
        return schedule in self._new_watched or any(one.schedule_id == schedule for one in self.watched)

    def participant(self, person: Person) -> Participant:
        """Return the person's row, a new one if they take no part yet; it is saved on leaving."""
        if person.pk not in self.participants:
            self.participants[person.pk] = Participant(incident=self.incident, person=person)
        return self._participants_to_save.setdefault(person.pk, self.participants[person.pk])

    def record(self, kind: str, text: str, /, *, assignment: Assignment | None = None, **data: Any) -> TimelineEntry:
        """Note a fact of the timeline. With an assignment, the fact names its id, role, seat and person."""
        if assignment is not None:
            data |= {"role": assignment.role.slug, "seat": assignment.seat, "person": assignment.person_id}
        entry = TimelineEntry(
            incident=self.incident,
            at=self.at,
            kind=kind,
            text=text,
            data=data,
            actor_kind=self.by.kind,
            actor_id=self.by.id,
            actor_name=self.by.name,
        )
        self._entries.append((entry, assignment))
        return entry

    def leave(self) -> None:
        """Save what is new. If nothing happened, nothing is written."""
        Assignment.objects.bulk_create(self._new_assignments)
        Vacancy.objects.bulk_create(self._new_vacancies)
        WatchedSchedule.objects.bulk_create(self._new_watched.values(), ignore_conflicts=True)
        self._save_participants()
        for entry, assignment in self._entries:
            if assignment is not None:
                entry.data["assignment"] = assignment.pk
        TimelineEntry.objects.bulk_create([entry for entry, _ in self._entries])
        if self._entries and self.incident.last_event_at != self.at:
            self.change(last_event_at=self.at)
        if self._changed:
            self.incident.save(update_fields=self._changed)

    def _save_participants(self) -> None:
        touched = self._participants_to_save.values()
        new, known = ([one for one in touched if one._state.adding is adding] for adding in (True, False))
        Participant.objects.bulk_create(new)
        if known:
            Participant.objects.bulk_update(known, SAVED_OF_PARTICIPANTS)


@contextmanager
def room_of(
    incident: Incident, *, seating: Person | None = None, seated_as: str = "person", by: Actor, now: datetime
) -> Iterator[Room]:
    """Lock the incident and hold the lock until the transaction ends; what happens inside happens as a whole.

    ``seating`` is the person who may sit down: nobody deactivates them meanwhile. ``seated_as`` is the field that
    names them.

    Raises:
        Invalid: ``person_deactivated`` if ``seating`` is.
    """
    with transaction.atomic():
        if seating is not None:
            hold_active(seating, field=seated_as)
        # No key changes here: rows that refer to the incident (a delivery, say) may be inserted meanwhile.
        room = Room(Incident.objects.select_for_update(no_key=True).get(pk=incident.pk), by=by, now=now)
        yield room
        room.leave()


def hold_active(person: Person, *, field: str = "person") -> None:
    """Keep ``person`` from being deactivated until the transaction ends.

    Raises:
        Invalid: ``person_deactivated`` if they are.
    """
    # Before the incident, as a deactivation locks them: the other order would be a deadlock.
    row = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not row.is_active:
        raise Invalid("person_deactivated", f"{row.name} is deactivated.", field=field)
