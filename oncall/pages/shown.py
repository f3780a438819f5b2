"""Which rows does the board show of the schedules, and what does it say in one sentence?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from oncall.pages.cards import Card
from rotations.models import Person
from rotations.queries import OnCall, OnCallPerson
from rotations.queries.warnings import NextWarning


@dataclass(frozen=True, slots=True)
class Working:
    """Somebody on call until ``until``; ``by_override`` says that an override put them there."""

    name: str
    until: datetime
    is_viewer: bool
    by_override: bool


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """One schedule now, and what comes next: ``gap_at`` and ``silence_at`` are when nobody follows, and before whom.

    ``foreseen`` is the first of what is foreseen to go wrong; a gap that is here is said already.
    """

    team: str
    slug: str
    name: str
    state: Literal["covered", "gap", "silence"]
    people: tuple[Working, ...]
    shadows: tuple[str, ...]
    next_at: datetime | None
    next_people: tuple[str, ...]
    gap_at: datetime | None
    silence_at: datetime | None
    foreseen: NextWarning | None


def schedule_row(answer: OnCall, *, viewer: Person, foreseen: NextWarning | None) -> ScheduleRow:
    """Return what the board says of one schedule."""
    return ScheduleRow(
        team=answer.schedule.team.name,
        slug=answer.schedule.slug,
        name=answer.schedule.name,
        state="covered" if answer.people else "silence" if answer.silence else "gap",
        people=tuple(_working(entry, viewer=viewer) for entry in answer.people),
        shadows=tuple(person.name for person in answer.shadows),
        next_at=answer.next.at if answer.next else None,
        next_people=tuple(person.name for person in answer.next.people) if answer.next else (),
        gap_at=answer.gap_at,
        silence_at=answer.silence_at,
        foreseen=foreseen,
    )


def news(cards: Sequence[Card]) -> str:
    """Return what a screen reader hears when it changes, such as ``2 open incidents. 1 role is vacant.``."""
    rows = [row for card in cards for row in card.rows]
    vacant = sum(row.state == "vacant" for row in rows)
    waiting = sum(row.waits_for_viewer for row in rows)
    helping = sum(bool(card.asks_for_help) for card in cards)
    told = [f"{len(cards)} open incident{'' if len(cards) == 1 else 's'}."]
    if vacant:
        told.append(f"{vacant} role{' is' if vacant == 1 else 's are'} vacant.")
    if waiting:
        told.append(f"{waiting} role{'' if waiting == 1 else 's'} offered to you.")
    if helping:
        told.append("You are asked to help." if helping == 1 else f"You are asked to help in {helping}.")
    return " ".join(told)


def by_urgency(card: Card) -> tuple[bool, int, int]:
    """Order cards: what waits for the viewer, then the worst, then the latest."""
    return (not card.waits_for_viewer, card.incident.severity, -card.number)


def _working(entry: OnCallPerson, *, viewer: Person) -> Working:
    return Working(
        name=entry.person.name,
        until=entry.until,
        is_viewer=entry.person == viewer,
        by_override=entry.source.kind == "override",
    )
