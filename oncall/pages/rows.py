"""Who sits in one seat of a role, and what may whoever looks do about it?"""

from dataclasses import dataclass
from datetime import datetime

from oncall.incidents.models import Handoff, State
from oncall.incidents.queries import SeatView, VacancyView
from oncall.incidents.wording import sentence, vacant_words
from oncall.pages.told import HandedOver, Note, note_of, told_by
from rotations.models import Person


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """A role that its holder, or a shift change, offers to somebody else.

    ``why`` is empty where the holder offers it. ``acts`` are pairs of act and words.
    """

    pk: int
    to: str
    why: str
    is_to_viewer: bool
    expires_at: datetime
    note: Note
    next_check_in: datetime | None
    acts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One seat: who holds it, or why nobody does. ``acts`` are the buttons this viewer is given.

    ``state`` is ``offered``, ``accepted``, ``acting`` or ``vacant``; ``assignment`` is 0 for the latter. ``told`` is
    there if they took it over with a note.
    """

    role_slug: str
    role_name: str
    seat: int
    assignment: int
    state: str
    since: datetime
    holder: str
    is_viewer: bool
    accept_by: datetime | None
    words: str
    acts: tuple[str, ...]
    handoff: OnItsWay | None = None
    told: HandedOver | None = None

    @property
    def key(self) -> str:
        """Return what tells the seat from the others of its incident."""
        return f"{self.role_slug}-{self.seat}"

    @property
    def version(self) -> str:
        """Return what differs once anything of the seat changes: what was opened of it stays open until then."""
        on_its_way = f"-{self.handoff.pk}" if self.handoff else ""
        return f"{self.key}-{self.assignment}-{self.state}{on_its_way}"

    @property
    def waits_for_viewer(self) -> bool:
        """Return whether the viewer is asked to accept it, or to take it over."""
        return "accept" in self.acts or (self.handoff is not None and self.handoff.is_to_viewer)

    @property
    def may_hand_off(self) -> bool:
        """Return whether the viewer can offer it to somebody else, though a shift change may have offered it."""
        return self.is_viewer and self.state == State.ACCEPTED and (self.handoff is None or bool(self.handoff.why))


def held_row(seat: SeatView, handoff: Handoff | None, taken: Handoff | None, *, viewer: Person, may_take: bool) -> Row:
    """Return a seat that somebody holds; ``may_take`` says whether the viewer can take it from whoever is asked.

    ``handoff`` waits for an answer, by ``taken`` the holder took over.
    """
    is_viewer = seat.holder == viewer
    return Row(
        role_slug=seat.role_slug,
        role_name=seat.role_name,
        seat=seat.seat,
        assignment=seat.assignment_id,
        state=seat.state,
        since=seat.accepted_at or seat.since,
        holder=seat.holder.name,
        is_viewer=is_viewer,
        accept_by=seat.accept_by,
        words=sentence(seat.because),
        acts=_acts(State(seat.state), is_viewer=is_viewer, may_take=may_take),
        handoff=_on_its_way(handoff, viewer=viewer, is_holder=is_viewer) if handoff else None,
        told=told_by(taken),
    )


def vacant_row(vacancy: VacancyView, *, may_take: bool) -> Row:
    """Return a required seat that nobody holds."""
    return Row(
        role_slug=vacancy.role_slug,
        role_name=vacancy.role_name,
        seat=vacancy.seat,
        assignment=0,
        state="vacant",
        since=vacancy.since,
        holder="",
        is_viewer=False,
        accept_by=None,
        words=vacant_words(vacancy.because),
        acts=("take",) if may_take else (),
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
        note=note_of(handoff),
        next_check_in=handoff.next_check_in,
        acts=(("cancel", "Take back"),) if is_holder else answers,
    )


def _acts(state: State, *, is_viewer: bool, may_take: bool) -> tuple[str, ...]:
    match state:
        case State.OFFERED | State.ACTING if is_viewer:
            return ("accept", "decline")
        case State.OFFERED | State.ACTING if may_take:
            return ("take",)
        case _:
            return ()
