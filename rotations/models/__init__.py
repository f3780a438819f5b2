"""Rows of the scheduling app. Only ``rotations.services`` writes them."""

from rotations.models.absences import STALE_AFTER, Absence, AbsenceFeed, FeedState
from rotations.models.changes import ActorKind, ScheduleChange
from rotations.models.duty import Duty
from rotations.models.feeds import MOST_ALARMS, MOST_DAYS, CalendarLink
from rotations.models.overrides import Override, OverrideKind
from rotations.models.people import Membership, Person, Team
from rotations.models.schedules import (
    LONGEST_REST,
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
from rotations.models.swaps import Swap, SwapFlag, SwapState
from rotations.models.warnings import ScheduleWarning, WarningKind

__all__ = [
    "LONGEST_REST",
    "MOST_ALARMS",
    "MOST_DAYS",
    "STALE_AFTER",
    "WEEKDAYS",
    "Absence",
    "AbsenceFeed",
    "AbsencePolicy",
    "ActorKind",
    "Advance",
    "CalendarLink",
    "Duty",
    "FeedState",
    "Membership",
    "Override",
    "OverrideKind",
    "Person",
    "Rotation",
    "RotationVersion",
    "Schedule",
    "ScheduleChange",
    "ScheduleWarning",
    "Slot",
    "SlotMember",
    "Swap",
    "SwapFlag",
    "SwapState",
    "Team",
    "Unit",
    "WarningKind",
    "Window",
]
