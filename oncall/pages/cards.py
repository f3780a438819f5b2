"""What does a page show of an incident? Its view as one person sees it: what waits for them, what they may press."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from oncall.incidents.models import Handoff, Incident, ParticipantKind, State, Status, TimelineEntry
from oncall.incidents.queries import IncidentView, ParticipantView, SeatView, VacancyView
from rotations.models import Person

VACANCY_WORDS = {
    "no_one_on_call": "Nobody is on call where the plan looks",
    "everyone_declined": "Everyone who was asked declined",
    "exclusive": "Nobody here may hold it beside their other role",
    "waiting_for_first_to_join": "Goes to the first responder who joins",
    "waiting_for_holder": "Goes to whoever takes another role",
}
NOTE_WORDS = {
    "status": "Status",
    "hypotheses_open": "Open hypotheses",
    "ruled_out": "Ruled out",
    "last_update": "Last update",
}
NOTE_KINDS = {"note", "finding"}
STEPS = {
    Status.DECLARED: (("acknowledge", "Acknowledge"), ("mitigate", "Mark as mitigated"), ("resolve", "Resolve")),
    Status.ACKNOWLEDGED: (("mitigate", "Mark as mitigated"), ("resolve", "Resolve")),
    Status.MITIGATED: (("resolve", "Resolve"),),
    Status.RESOLVED: (("reopen", "Reopen"),),
}
WAYS_IN = {
    "": (("responder", "Join"), ("observer", "Observe")),
    ParticipantKind.OBSERVER: (("responder", "Join as responder"),),
    ParticipantKind.STAKEHOLDER: (("responder", "Join as responder"),),
    ParticipantKind.RESPONDER: (),
}


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """A role that its holder, or a shift change, offers to somebody else.

    ``why`` is empty where the holder offers it. ``note`` and ``acts`` are pairs, the latter of act and words.
    """

    pk: int
    to: str
    why: str
    is_to_viewer: bool
    expires_at: datetime
    note: tuple[tuple[str, str], ...]
    next_check_in: datetime | None
    acts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One seat: who holds it, or why nobody does. ``acts`` are the buttons this viewer is given.

    ``state`` is ``offered``, ``accepted``, ``acting`` or ``vacant``.
    """

    role_slug: str
    role_name: str
    seat: int
    state: str
    holder: str
    is_viewer: bool
    accept_by: datetime | None
    words: str
    acts: tuple[str, ...]
    handoff: OnItsWay | None = None

    @property
    def waits_for_viewer(self) -> bool:
        """Return whether the viewer is asked to accept it, or to take it over."""
        return "accept" in self.acts or (self.handoff is not None and self.handoff.is_to_viewer)

    @property
    def may_hand_off(self) -> bool:
        """Return whether the viewer can offer it to somebody else."""
        return self.is_viewer and self.state == State.ACCEPTED and self.handoff is None


@dataclass(frozen=True, slots=True)
class Present:
    """One participant, and in words what they are here."""

    name: str
    words: str
    is_viewer: bool
    has_joined: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One incident as one viewer sees it. ``viewer_kind`` is empty until they join, even if they were asked."""

    incident: Incident
    rows: tuple[Row, ...]
    people: tuple[Present, ...]
    viewer_kind: str

    @property
    def number(self) -> int:
        """Return the incident's number."""
        return self.incident.number

    @property
    def waits_for_viewer(self) -> bool:
        """Return whether the viewer is asked to accept one of its roles."""
        return any(row.waits_for_viewer for row in self.rows)

    @property
    def joined(self) -> int:
        """Return how many people have joined."""
        return sum(person.has_joined for person in self.people)

    @property
    def ways_in(self) -> tuple[tuple[str, str], ...]:
        """Return how the viewer can join, as pairs of kind and words."""
        return WAYS_IN[self.viewer_kind]

    @property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """Return how the incident can go on, as pairs of step and words."""
        return () if self.incident.merged_into_id else STEPS[Status(self.incident.status)]


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact of a timeline. ``author`` is of notes alone: the other texts say who did it."""

    at: datetime
    text: str
    author: str
    is_note: bool


def incident_card(view: IncidentView, *, viewer: Person, handoffs: Mapping[int, Handoff]) -> Card:
    """Return ``view`` as ``viewer`` sees it; ``handoffs`` are those that wait for an answer, by assignment."""
    here = [one for one in view.participants if one.left_at is None]
    mine = next((one for one in here if one.person == viewer), None)
    responds = mine is not None and mine.kind == ParticipantKind.RESPONDER
    held = (_held(seat, handoffs.get(seat.assignment_id), viewer=viewer, responds=responds) for seat in view.roles)
    vacant = (_vacant(vacancy, responds=responds) for vacancy in view.vacancies)
    return Card(
        incident=view.incident,
        rows=(*held, *vacant),
        people=tuple(_present(one, viewer=viewer) for one in here),
        viewer_kind=mine.kind if mine is not None and mine.joined_at is not None else "",
    )


def timeline_entry(row: TimelineEntry) -> Entry:
    """Return one fact in words, the codes of vacancies in it spelled out."""
    text = row.text
    for code, words in VACANCY_WORDS.items():
        text = text.replace(code, words[:1].lower() + words[1:])
    is_note = row.kind in NOTE_KINDS
    return Entry(row.at, text, row.actor_name if is_note else "", is_note)


def _held(seat: SeatView, handoff: Handoff | None, *, viewer: Person, responds: bool) -> Row:
    is_viewer = seat.holder == viewer
    return Row(
        role_slug=seat.role_slug,
        role_name=seat.role_name,
        seat=seat.seat,
        state=seat.state,
        holder=seat.holder.name,
        is_viewer=is_viewer,
        accept_by=seat.accept_by,
        words=_sentence(seat.because),
        acts=_acts(State(seat.state), is_viewer=is_viewer, responds=responds),
        handoff=_on_its_way(handoff, viewer=viewer, is_holder=is_viewer) if handoff else None,
    )


def _on_its_way(handoff: Handoff, *, viewer: Person, is_holder: bool) -> OnItsWay:
    is_to_viewer = handoff.person == viewer
    answers = (("accept", "Take over"), ("decline", "Decline")) if is_to_viewer else ()
    return OnItsWay(
        pk=handoff.pk,
        to=handoff.person.name,
        why=f"The shift of the holder ended: {handoff.because}" if handoff.is_automatic else "",
        is_to_viewer=is_to_viewer,
        expires_at=handoff.expires_at,
        note=tuple((words, said) for name, words in NOTE_WORDS.items() if (said := getattr(handoff, name))),
        next_check_in=handoff.next_check_in,
        acts=(("cancel", "Take back"),) if is_holder else answers,
    )


def _vacant(vacancy: VacancyView, *, responds: bool) -> Row:
    return Row(
        role_slug=vacancy.role_slug,
        role_name=vacancy.role_name,
        seat=vacancy.seat,
        state="vacant",
        holder="",
        is_viewer=False,
        accept_by=None,
        words=VACANCY_WORDS.get(vacancy.because, _sentence(vacancy.because.replace("_", " "))),
        acts=("take",) if responds else (),
    )


def _acts(state: State, *, is_viewer: bool, responds: bool) -> tuple[str, ...]:
    match state:
        case State.OFFERED | State.ACTING if is_viewer:
            return ("accept", "decline")
        case State.OFFERED | State.ACTING if responds:
            return ("take",)
        case _:
            return ()


def _present(one: ParticipantView, *, viewer: Person) -> Present:
    has_joined = one.joined_at is not None
    words = one.kind if has_joined else "asked, has not joined"
    return Present(one.person.name, words, one.person == viewer, has_joined)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
