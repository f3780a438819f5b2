"""Rows of the scheduling app. Only ``rotations.services`` writes them."""

from rotations.models.changes import ActorKind, ScheduleChange
from rotations.models.feeds import CalendarLink
from rotations.models.overrides import Override, OverrideKind
from rotations.models.people import Membership, Person, Team
from rotations.models.schedules import (
    WEEKDAYS,
    AbsencePolicy,
    Advance,
    Rotation,
    RotationVersion,
    Schedule,
    Slot,
    SlotMember,
    Unit,
    Window,
)

__all__ = [
    "WEEKDAYS",
    "AbsencePolicy",
    "ActorKind",
    "Advance",
    "CalendarLink",
    "Membership",
    "Override",
    "OverrideKind",
    "Person",
    "Rotation",
    "RotationVersion",
    "Schedule",
    "ScheduleChange",
    "Slot",
    "SlotMember",
    "Team",
    "Unit",
    "Window",
]
