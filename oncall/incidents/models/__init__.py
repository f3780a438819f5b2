"""Rows of the incidents app. Only ``oncall.incidents.services`` writes them."""

from oncall.incidents.models.assignments import SEAT_STEPS, Assignment, EndReason, SeatStep, State, Vacancy
from oncall.incidents.models.handoffs import HANDOFF_STEPS, CancelReason, Handoff, HandoffState, HandoffStep
from oncall.incidents.models.incidents import (
    STATUS_STEPS,
    Incident,
    Participant,
    ParticipantKind,
    ParticipantStatus,
    Status,
    StatusStep,
    TimelineEntry,
)
from oncall.incidents.models.intake import Delivery, Integration, IntegrationKind, Outcome, SignalKey
from oncall.incidents.models.plans import (
    DEFAULT_SEVERITY,
    MILDEST_SEVERITY,
    WORST_SEVERITY,
    ResponsePlan,
    Role,
    RoleRule,
    RuleSource,
    Service,
    ShiftChangePolicy,
    SourceKind,
)
from oncall.incidents.models.watching import WatchedSchedule

__all__ = [
    "DEFAULT_SEVERITY",
    "HANDOFF_STEPS",
    "MILDEST_SEVERITY",
    "SEAT_STEPS",
    "STATUS_STEPS",
    "WORST_SEVERITY",
    "Assignment",
    "CancelReason",
    "Delivery",
    "EndReason",
    "Handoff",
    "HandoffState",
    "HandoffStep",
    "Incident",
    "Integration",
    "IntegrationKind",
    "Outcome",
    "Participant",
    "ParticipantKind",
    "ParticipantStatus",
    "ResponsePlan",
    "Role",
    "RoleRule",
    "RuleSource",
    "SeatStep",
    "Service",
    "ShiftChangePolicy",
    "SignalKey",
    "SourceKind",
    "State",
    "Status",
    "StatusStep",
    "TimelineEntry",
    "Vacancy",
    "WatchedSchedule",
]
