"""What does somebody tell the person who takes a role over from them?"""

from dataclasses import dataclass
from datetime import datetime

from oncall.incidents.models import Handoff

Note = tuple[tuple[str, str], ...]
"""Pairs of what it is about and what is said."""

NOTE_WORDS = {
    "status": "Status",
    "hypotheses_open": "Open hypotheses",
    "ruled_out": "Ruled out",
    "last_update": "Last update",
}


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What the holder of a role was told by whom they took it over from."""

    by: str
    note: Note
    next_check_in: datetime | None


def note_of(handoff: Handoff) -> Note:
    """Return what is said with a handoff, without what was left empty."""
    return tuple((words, said) for name, words in NOTE_WORDS.items() if (said := getattr(handoff, name)))


def told_by(handoff: Handoff | None) -> HandedOver | None:
    """Return what whoever accepted ``handoff`` was told; None if there was none, or nothing was told with it."""
    if handoff is None:
        return None
    note = note_of(handoff)
    is_empty = not note and handoff.next_check_in is None
    return None if is_empty else HandedOver(handoff.assignment.person.name, note, handoff.next_check_in)
