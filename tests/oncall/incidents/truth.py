"""What must be true of the ledger of roles after every step, whatever it was?"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

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
from oncall.incidents.services.nagging import NAGS
from oncall.incidents.staffing import PinnedPlan
from rotations.models import Person
from tests.oncall.incidents.replay import Replay
from tests.oncall.incidents.replay_people import People, Taking


@dataclass(frozen=True)
class Rows:
    """The ledger as it stands, of all incidents; plain values, so that two can be compared."""

    incidents: list[Incident]
    assignments: list[dict[str, Any]]
    vacancies: list[dict[str, Any]]
    handoffs: list[dict[str, Any]]
    participants: list[dict[str, Any]]
    watched: list[dict[str, Any]]

    @classmethod
    def read(cls) -> "Rows":
        return cls(
            list(Incident.objects.order_by("pk")),
            *(
                list(model._default_manager.order_by("pk").values(*fields))
                for model, fields in (
                    (Assignment, _ASSIGNMENT),
                    (Vacancy, ("incident", "role", "seat", "since", "ended_at", "because", "nags", "nag_at")),
                    (Handoff, ("id", "assignment", "person", "state", "epoch", "is_automatic", "assignment__incident")),
                    (Participant, _PARTICIPANT),
                    (WatchedSchedule, ("incident", "schedule", "people", "revision", "look_at")),
                )
            ),
        )

    def of(self, incident: Incident) -> "Rows":
        parts = (self.assignments, self.vacancies, self.participants, self.watched)
        held, vacant, taking_part, watched = ([one for one in rows if one["incident"] == incident.pk] for rows in parts)
        asked = [one for one in self.handoffs if one["assignment__incident"] == incident.pk]
        return Rows([incident], held, vacant, asked, taking_part, watched)

    @property
    def accepted(self) -> dict[int, str]:
        """Return why what was once accepted has ended, by assignment; empty while it is held."""
        return {one["id"]: one["end_reason"] for one in self.assignments if one["accepted_at"] is not None}


_ASSIGNMENT: tuple[str, ...] = (
    *("id", "incident", "role", "seat", "person", "state", "since"),
    *("accept_by", "accepted_at", "ended_at", "end_reason", "epoch"),
    *("nags", "nag_at", "relief_at"),
)
_PARTICIPANT: tuple[str, ...] = (
    *("incident", "person", "kind", "joined_at", "left_at"),
    *("status", "asked_at", "acknowledged_at"),
)


@dataclass
class Told:
    """The timelines of all incidents, heard fact by fact; ``last`` is the latest that was heard."""

    last: int
    replays: dict[int, Replay] = field(default_factory=dict)
    people: dict[int, People] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)

    @classmethod
    def from_now_on(cls) -> "Told":
        return cls(TimelineEntry.objects.order_by("pk").values_list("pk", flat=True).last() or 0)

    def hear(self) -> None:
        for entry in TimelineEntry.objects.filter(pk__gt=self.last).order_by("pk"):
            self.replays.setdefault(entry.incident_id, Replay()).hear([entry])
            self.people.setdefault(entry.incident_id, People(self.people)).hear(entry)
            self.kinds[entry.kind] += 1
            self.last = entry.pk


@dataclass(frozen=True)
class Truth:
    """What must hold of the rows after a step; ``slugs`` are those of the roles, by id, ``when`` is for the reader."""

    rows: Rows
    told: Told
    slugs: Mapping[int, str]
    when: str

    def holds(self, before: Rows, may_end: Collection[str]) -> None:
        """Raise AssertionError where something is not true; ``may_end`` is how this step may end what was accepted."""
        self._nobody_is_displaced(before, may_end)
        self.told.hear()
        archived = set(Role.objects.exclude(archived_at=None).values_list("pk", flat=True))
        gone = set(Person.objects.filter(is_active=False).values_list("pk", flat=True))
        for incident in self.rows.incidents:
            rows = self.rows.of(incident)
            self._seats_are_held_or_vacant(incident, rows, archived)
            self._people_may_sit_there(incident, rows, gone)
            self._somebody_is_reminded(incident, rows, archived)
            self._spans_never_overlap(rows)
            self._replaying_gives_the_ledger(incident, rows)
            self._replaying_gives_who_takes_part(incident, rows)

    def _nobody_is_displaced(self, before: Rows, may_end: Collection[str]) -> None:
        now = self.rows.accepted
        ended = {reason for number, reason in now.items() if reason and not before.accepted.get(number)}
        assert ended <= {*may_end}, f"{self.when}: what was accepted ended as {ended}"

    def _seats_are_held_or_vacant(self, incident: Incident, rows: Rows, archived: set[int]) -> None:
        held = [(one["role"], one["seat"]) for one in rows.assignments if one["ended_at"] is None]
        vacant = [(one["role"], one["seat"]) for one in rows.vacancies if one["ended_at"] is None]
        assert len(held) == len(set(held)), f"{self.when}: a seat is held twice"
        rules = PinnedPlan.from_json(incident.plan).required_at(incident.severity)
        required = {(one.role, seat) for one in rules if one.role not in archived for seat in range(1, one.seats + 1)}
        expected = set() if incident.resolved_at else required - set(held)
        assert sorted(vacant) == sorted(expected), f"{self.when}: vacant is not what is required and not held"

    def _people_may_sit_there(self, incident: Incident, rows: Rows, gone: set[int]) -> None:
        groups = {one.role: one.exclusive_group for one in PinnedPlan.from_json(incident.plan).rules}
        holding = [one for one in rows.assignments if one["ended_at"] is None]
        seats = [(one["person"], groups.get(one["role"]) or one["role"]) for one in holding]
        assert len(seats) == len(set(seats)), f"{self.when}: somebody holds two seats that exclude each other"
        assert not gone & {one["person"] for one in holding}, f"{self.when}: somebody deactivated holds a seat"
        accepted = {one["id"]: one["person"] for one in holding if one["state"] == State.ACCEPTED}
        there = [one for one in rows.participants if not one["left_at"]]
        present = {one["person"] for one in there if one["kind"] == "responder" and one["joined_at"]}
        is_open = incident.resolved_at is None
        assert not (is_open and gone & {one["person"] for one in there}), f"{self.when}: somebody gone takes part"
        assert set(accepted.values()) <= present, f"{self.when}: a holder takes no part"
        waiting = [one for one in rows.handoffs if one["state"] == HandoffState.OFFERED]
        lost = [one for one in waiting if one["assignment"] not in accepted or one["person"] in gone]
        assert not lost, f"{self.when}: a handoff waits that nobody can accept"
        assert all(one["epoch"] == incident.epoch for one in holding), f"{self.when}: a seat of another epoch is held"

    def _somebody_is_reminded(self, incident: Incident, rows: Rows, archived: set[int]) -> None:
        """Say that what nobody accepted is nagged about until the managers were called, and its schedules watched."""
        required = PinnedPlan.from_json(incident.plan).required_at(incident.severity)
        rules = [one for one in required if one.role not in archived and incident.resolved_at is None]
        acting = [one for one in rows.assignments if one["state"] == State.ACTING]
        vacant = [one for one in rows.vacancies if one["ended_at"] is None]
        waiting = [one for one in (*acting, *vacant) if one["role"] in {rule.role for rule in rules}]
        forgotten = [one for one in waiting if one["nag_at"] is None and one["nags"] <= NAGS]
        assert not forgotten, f"{self.when}: nobody is reminded of {forgotten}"
        watched = {one["schedule"] for one in rows.watched}
        asked = {schedule for rule in rules for schedule in rule.schedules}
        assert asked <= watched, f"{self.when}: nobody looks when others go on call"
        assert incident.resolved_at is None or not watched, f"{self.when}: what is over is watched"

    def _spans_never_overlap(self, rows: Rows) -> None:
        spans: dict[tuple[int, int], list[tuple[datetime, datetime]]] = {}
        for one in (*rows.assignments, *rows.vacancies):
            ended_at = one["ended_at"] or datetime.max.replace(tzinfo=one["since"].tzinfo)
            spans.setdefault((one["role"], one["seat"]), []).append((one["since"], ended_at))
        for seat, of_seat in spans.items():
            for (_, ended_at), (since, _) in pairwise(sorted(of_seat)):
                assert ended_at <= since, f"{self.when}: two spans of {seat} overlap"

    def _replaying_gives_the_ledger(self, incident: Incident, rows: Rows) -> None:
        replay, slugs = self.told.replays[incident.pk], self.slugs
        spans = {
            one["id"]: (
                (slugs[one["role"]], one["seat"]),
                *(one[name] for name in ("person", "state", "since", "accepted_at", "ended_at", "end_reason", "nags")),
            )
            for one in rows.assignments
        }
        told = {
            number: (
                one.place,
                one.person,
                one.state,
                one.since,
                one.accepted_at,
                one.ended_at,
                one.end_reason,
                one.nags,
            )
            for number, one in replay.spans.items()
        }
        assert told == spans, f"{self.when}: the timeline does not tell the assignments"
        holes = [
            ((slugs[one["role"]], one["seat"]), *(one[name] for name in ("because", "since", "ended_at", "nags")))
            for one in rows.vacancies
        ]
        told_holes = [(one.place, one.because, one.since, one.ended_at, one.nags) for one in replay.holes]
        assert told_holes == holes, f"{self.when}: the timeline does not tell the vacancies"
        fields = ("assignment", "person", "state", "is_automatic")
        asked = {one["id"]: tuple(one[name] for name in fields) for one in rows.handoffs}
        told_handoffs = {
            number: (one.assignment, one.to, one.state, one.is_automatic) for number, one in replay.handoffs.items()
        }
        unheard = [one for one in replay.handoffs.values() if one.is_automatic and one.is_refused and not one.escalated]
        assert not unheard, f"{self.when}: nobody was called, though {unheard}"
        assert told_handoffs == asked, f"{self.when}: the timeline does not tell the handoffs"
        told_whole = (replay.severity, replay.epoch, replay.resolved)
        assert told_whole == (incident.severity, incident.epoch, incident.resolved_at is not None), self.when

    def _replaying_gives_who_takes_part(self, incident: Incident, rows: Rows) -> None:
        taking = {
            one["person"]: Taking(
                kind=one["kind"],
                joined=one["joined_at"] is not None,
                left=one["left_at"] is not None,
                status=one["status"],
                asked=one["asked_at"] is not None,
                seen=one["acknowledged_at"] is not None,
            )
            for one in rows.participants
        }
        assert self.told.people[incident.pk].rows == taking, f"{self.when}: the timeline does not tell who takes part"
