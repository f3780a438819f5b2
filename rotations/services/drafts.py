"""What does somebody want a rotation to be? The draft that a form or a request fills in, before any row exists."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

from rotations.errors import Invalid
from rotations.models import Advance, Person, Unit
from rotations.services.changes import hold_people

# Far beyond any team; without a limit one request could make answers slow for everybody.
MOST_SLOTS = 400
MOST_MEMBERS = 1000
MOST_WINDOWS = 50
FIRST_YEAR, LAST_YEAR = 1970, 2100


@dataclass(frozen=True, slots=True)
class MemberDraft:
    """A person in a slot; a shadow only watches."""

    person_id: int
    shadow: bool = False


@dataclass(frozen=True, slots=True)
class WindowDraft:
    """Hours of the week, by the rotation's wall clock; ``days`` of ``mon tue wed thu fri sat sun``."""

    days: tuple[str, ...]
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class RotationDraft:
    """A rotation as it should be.

    ``anchor`` is a naive reading of a handoff in ``zone``; None means 09:00 on the day it takes effect, with the first
    slot on then. ``slots`` are in order; an empty one is a deliberate hole. Without ``windows`` it counts always.
    """

    name: str
    zone: str | ZoneInfo
    slots: list[list[MemberDraft]]
    layer: int = 1
    unit: str = Unit.WEEK
    every: int = 1
    advance: str = Advance.TURN
    windows: list[WindowDraft] = field(default_factory=list)
    anchor: datetime | None = None
    ends_at: datetime | None = None

    @property
    def people(self) -> set[int]:
        return {member.person_id for slot in self.slots for member in slot}


def require_sound(draft: RotationDraft) -> None:
    """Refuse what no constraint of a row can see.

    Raises:
        Invalid: ``no_members``; ``invalid`` for an anchor outside 1970 to 2100, or too many slots, members, windows.
    """
    if not draft.people:
        raise Invalid("no_members", "A rotation needs at least one member.", field="slots")
    if len(draft.slots) > MOST_SLOTS or sum(map(len, draft.slots)) > MOST_MEMBERS:
        raise Invalid("invalid", f"At most {MOST_SLOTS} slots and {MOST_MEMBERS} members.", field="slots")
    if len(draft.windows) > MOST_WINDOWS:
        raise Invalid("invalid", f"At most {MOST_WINDOWS} windows.", field="windows")
    if draft.anchor is not None and draft.anchor.tzinfo is not None:
        raise Invalid("invalid", "The anchor is a reading in the rotation's zone; write no offset.", field="anchor")
    if draft.anchor is not None and not FIRST_YEAR <= draft.anchor.year < LAST_YEAR:
        raise Invalid("invalid", f"The anchor lies from {FIRST_YEAR} to {LAST_YEAR - 1}.", field="anchor")


def hold_members(draft: RotationDraft) -> dict[int, Person]:
    """Hold everybody the draft names until the transaction ends; return them by id.

    Raises:
        Invalid: ``invalid`` for somebody who is not there.
    """
    people = hold_people(draft.people)
    require_there(draft, people)
    return people


def require_there(draft: RotationDraft, people: dict[int, Person]) -> None:
    """Refuse a draft that names somebody who is not among ``people``, those of them who are there.

    Raises:
        Invalid: ``invalid``.
    """
    if missing := draft.people - people.keys():
        raise Invalid("invalid", f"There is no person {min(missing)}.", field="slots")


def require_active(draft: RotationDraft, people: dict[int, Person], *, but: AbstractSet[int] = frozenset()) -> None:
    """Refuse new members who are deactivated; those in ``but`` were members before, and keep their place.

    Raises:
        Invalid: ``person_deactivated``.
    """
    for person in sorted(draft.people - but):
        if not people[person].is_active:
            raise Invalid("person_deactivated", f"{people[person]} is deactivated.", field="slots")
