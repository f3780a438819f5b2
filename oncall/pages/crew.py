"""Who is here, are they working on it, and who was only asked? The people of an incident, as a page shows them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from oncall.incidents.models import ParticipantKind, ParticipantStatus
from oncall.incidents.queries import ParticipantView
from rotations.models import Person

# What somebody may say of themselves, and the words of the button.
CHANGES = {
    ParticipantStatus.ENGAGED: ((ParticipantStatus.ON_BREAK, "Take a break"), (ParticipantStatus.AWAY, "Step away")),
    ParticipantStatus.ON_BREAK: ((ParticipantStatus.ENGAGED, "I am back"), (ParticipantStatus.AWAY, "Step away")),
    ParticipantStatus.AWAY: ((ParticipantStatus.ENGAGED, "I am back"), (ParticipantStatus.ON_BREAK, "Take a break")),
}


@dataclass(frozen=True, slots=True)
class Present:
    """One participant. ``state`` is their status, or ``asked`` until they join; ``because`` says for what help."""

    name: str
    kind: str
    state: str
    since: datetime | None
    seen_at: datetime | None
    because: str
    is_viewer: bool

    @property
    def has_joined(self) -> bool:
        """Return whether they are here."""
        return self.state != "asked"

    @property
    def words(self) -> str:
        """Return what they are doing."""
        return ParticipantStatus(self.state).label if self.has_joined else "Asked, has not joined"

    @property
    def is_asked_to_help(self) -> bool:
        """Return whether somebody asks them to respond, and they have not answered."""
        return bool(self.because)


def present(one: ParticipantView, *, viewer: Person) -> Present:
    """Return one participant who did not leave."""
    return Present(
        name=one.person.name,
        kind=one.kind,
        state=one.status or "asked",
        since=one.status_since or one.asked_at,
        seen_at=one.acknowledged_at,
        because=one.asked_because,
        is_viewer=one.person == viewer,
    )


def at_work(people: Iterable[Present]) -> str:
    """Return how many do what, such as ``2 engaged, 1 on a break``; watchers are not counted."""
    counted = Counter(one.state for one in people if one.kind == ParticipantKind.RESPONDER)
    words = {**{status.value: status.label.lower() for status in ParticipantStatus}, "asked": "asked"}
    return ", ".join(f"{counted[state]} {word}" for state, word in words.items() if counted[state])
