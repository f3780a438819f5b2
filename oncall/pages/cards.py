"""What does a page show of an incident? Its view as one person sees it: what waits for them, what they may press."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from oncall.incidents.models import (
    Handoff,
    Incident,
    ParticipantKind,
    ParticipantStatus,
    State,
    Status,
    TimelineEntry,
)
from oncall.incidents.queries import IncidentView, Taken
from oncall.incidents.staffing import PinnedPlan
from oncall.incidents.wording import NOTE_KINDS, QUOTED, told
from oncall.pages.crew import CHANGES, Present, at_work, present
from oncall.pages.rows import Row, held_row, vacant_row
from rotations.models import Person

RESOLVE = ("resolve", "Resolve", "Every role ends, and nobody is asked any more. It can be reopened.")
MITIGATE = ("mitigate", "Mark as mitigated", "")
REOPEN = ("reopen", "Reopen", "Every role that is needed is offered again, first to whoever held it.")
# What can be done, in words, and what comes of it where that is asked back first.
STEPS = {
    Status.DECLARED: (("acknowledge", "Acknowledge", ""), MITIGATE, RESOLVE),
    Status.ACKNOWLEDGED: (MITIGATE, RESOLVE),
    Status.MITIGATED: (RESOLVE,),
    Status.RESOLVED: (REOPEN,),
}
SEEN = ("acknowledge", "I have seen it", "")
JOIN_AS_RESPONDER = ("responder", "Join as responder")
WAYS_IN = {
    "": (("responder", "Join"), ("observer", "Observe"), ("stakeholder", "Follow")),
    ParticipantKind.OBSERVER: (JOIN_AS_RESPONDER,),
    ParticipantKind.STAKEHOLDER: (JOIN_AS_RESPONDER,),
    ParticipantKind.RESPONDER: (),
}


@dataclass(frozen=True, slots=True)
class First:
    """The one thing that the viewer does first: accept, take over, help, or take. ``row`` is what it is about."""

    kind: Literal["accept", "take_over", "help", "take"]
    row: Row | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One incident as one viewer sees it. ``me`` is None for whoever neither takes part nor is asked to."""

    incident: Incident
    rows: tuple[Row, ...]
    people: tuple[Present, ...]
    left: tuple[str, ...]
    me: Present | None

    @property
    def number(self) -> int:
        """Return the incident's number."""
        return self.incident.number

    @property
    def is_open(self) -> bool:
        """Return whether the incident is not resolved."""
        return self.incident.resolved_at is None

    @property
    def viewer_kind(self) -> str:
        """Return as what the viewer takes part; empty until they join, even if they were asked."""
        return self.me.kind if self.me is not None and self.me.has_joined else ""

    @property
    def asks_for_help(self) -> str:
        """Return why the viewer is asked to help, in words; empty if they are not."""
        return self.me.because if self.me is not None and self.is_open else ""

    @property
    def waits_for_viewer(self) -> bool:
        """Return whether the viewer is asked to accept one of its roles, or to help."""
        return bool(self.asks_for_help) or any(row.waits_for_viewer for row in self.rows)

    @property
    def first(self) -> First | None:
        """Return what the viewer does first; None if nothing waits for them."""
        asked = [
            First("accept" if "accept" in row.acts else "take_over", row) for row in self.rows if row.waits_for_viewer
        ]
        help_asked = [First("help", because=self.asks_for_help)] if self.asks_for_help else []
        vacant = [First("take", row) for row in self.rows if row.state == "vacant" and "take" in row.acts]
        return next(iter([*asked, *help_asked, *vacant]), None)

    @property
    def must_say_why(self) -> tuple[Row, ...]:
        """Return the required roles that the viewer accepted: they are handed off, or left empty with a reason."""
        needed = _required_roles(self.incident)
        return tuple(
            row for row in self.rows if row.is_viewer and row.state == State.ACCEPTED and row.role_slug in needed
        )

    @property
    def leaving_words(self) -> str:
        """Return what the viewer leaves behind who goes without a handoff."""
        roles = " and ".join(row.role_name for row in self.must_say_why)
        return f"You are {roles}. Hand it off first, or leave it vacant: then others are asked."

    @property
    def other_roles(self) -> tuple[tuple[str, str], ...]:
        """Return the roles of the plan that nobody holds and nobody is asked for, as pairs of slug and name."""
        shown = {row.role_slug for row in self.rows}
        rules = self.incident.plan.get("rules", ())
        return tuple((rule["slug"], rule["name"]) for rule in rules if rule["slug"] not in shown)

    @property
    def joined(self) -> int:
        """Return how many people have joined."""
        return sum(person.has_joined for person in self.people)

    @property
    def at_work(self) -> str:
        """Return how many responders do what."""
        return at_work(self.people)

    @property
    def ways_in(self) -> tuple[tuple[str, str], ...]:
        """Return how the viewer can join, as pairs of kind and words; whoever is asked to help is asked elsewhere."""
        ways = WAYS_IN[self.viewer_kind]
        return tuple(way for way in ways if way[0] != "responder") if self.asks_for_help else ways

    @property
    def status_changes(self) -> tuple[tuple[str, str], ...]:
        """Return what the viewer may say of themselves, as pairs of status and words."""
        return CHANGES[ParticipantStatus(self.me.state)] if self.me and self.me.has_joined and self.is_open else ()

    @property
    def steps(self) -> tuple[tuple[str, str, str], ...]:
        """Return how the incident can go on: step, words, and what comes of it where that is asked back first."""
        if self.incident.merged_into_id:
            return ()
        steps = STEPS[Status(self.incident.status)]
        has_not_seen = self.me is not None and self.me.seen_at is None
        can_see = self.incident.status in (Status.ACKNOWLEDGED, Status.MITIGATED)
        return (SEEN, *steps) if has_not_seen and can_see else steps


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact of a timeline. ``author`` is of notes and findings alone: the other texts say who did it.

    ``is_quoted`` says that moments in ``text`` are somebody's own words.
    """

    at: datetime
    text: str
    author: str
    note_kind: str
    is_quoted: bool


def incident_card(
    view: IncidentView,
    *,
    viewer: Person,
    handoffs: Mapping[int, Handoff],
    taken: Mapping[Taken, Handoff] = MappingProxyType({}),
) -> Card:
    """Return ``view`` as ``viewer`` sees it; ``handoffs`` are those that wait for an answer, by assignment.

    ``taken`` are those that were accepted, where a page tells what was handed over.
    """
    is_open = view.incident.resolved_at is None
    here = (present(one, viewer=viewer) for one in view.participants if one.left_at is None)
    # Who was asked and did not come is of no interest once it is over.
    people = tuple(one for one in here if is_open or one.has_joined)
    me = next((one for one in people if one.is_viewer), None)
    barred = barred_roles(view, viewer)
    may_take = responds(view, viewer)
    held = (
        held_row(
            seat,
            handoffs.get(seat.assignment_id),
            taken.get(Taken(seat.role_slug, seat.seat, seat.holder.pk, seat.since)),
            viewer=viewer,
            may_take=may_take and seat.role_slug not in barred,
        )
        for seat in view.roles
    )
    vacant = (vacant_row(vacancy, may_take=may_take and vacancy.role_slug not in barred) for vacancy in view.vacancies)
    return Card(
        incident=view.incident,
        rows=(*held, *vacant),
        people=people,
        left=tuple(one.person.name for one in view.participants if one.left_at is not None),
        me=me,
    )


def timeline_entry(row: TimelineEntry) -> Entry:
    """Return one fact in words."""
    author, note_kind = (row.actor_name, row.kind) if row.kind in NOTE_KINDS else ("", "")
    return Entry(row.at, told(row.kind, row.text, row.data), author, note_kind, is_quoted=row.kind in QUOTED)


def responds(view: IncidentView, viewer: Person) -> bool:
    """Return whether the viewer is a responder, asked or joined: nobody else may take a role."""
    return any(
        one.person == viewer and one.left_at is None and one.kind == ParticipantKind.RESPONDER
        for one in view.participants
    )


def barred_roles(view: IncidentView, viewer: Person) -> set[str]:
    """Return the roles that the viewer sits in already, and those which these exclude: taking them is refused."""
    mine = {seat.role_slug for seat in view.roles if seat.holder == viewer}
    rules = PinnedPlan.from_json(view.incident.plan).rules
    groups = {rule.exclusive_group for rule in rules if rule.slug in mine} - {""}
    return mine | {rule.slug for rule in rules if rule.exclusive_group in groups}


def _required_roles(incident: Incident) -> set[str]:
    rules = PinnedPlan.from_json(incident.plan).required_at(incident.severity)
    return {rule.slug for rule in rules}
