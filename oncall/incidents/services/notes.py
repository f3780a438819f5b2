"""What people write down while an incident runs."""

from datetime import datetime
from typing import Literal, get_args

from oncall.incidents.models import Incident, TimelineEntry
from oncall.incidents.services.room import room_of
from oncall.incidents.services.words import fitting
from rotations.actors import Actor
from rotations.errors import Invalid

NoteKind = Literal["note", "finding"]
NOTE_LENGTH = 10_000


def add_note(incident: Incident, *, text: str, kind: NoteKind = "note", by: Actor, now: datetime) -> TimelineEntry:
    """Add a note or a finding to the timeline; to a resolved incident too, for its review.

    Raises:
        Invalid: ``invalid`` for an empty or too long text, or an unknown kind.
    """
    words = fitting(text, field="text", limit=NOTE_LENGTH, required=True)
    if kind not in get_args(NoteKind):
        raise Invalid("invalid", f"Write one of {', '.join(get_args(NoteKind))}.", field="kind")
    with room_of(incident, by=by, now=now) as room:
        return room.record(kind, words)
