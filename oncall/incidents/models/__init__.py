"""Rows of the incidents app. Only ``oncall.incidents.services`` writes them."""

from oncall.incidents.models.assignments import Assignment, EndReason, State, Vacancy
from oncall.incidents.models.handoffs import CancelReason, Handoff, HandoffState
from oncall.incidents.models.incidents import (
    Incident,
    Participant,
    ParticipantKind,
    ParticipantStatus,
    Status,
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

__all__ = [
    "DEFAULT_SEVERITY",
    "MILDEST_SEVERITY",
    "WORST_SEVERITY",
    "Assignment",
    "CancelReason",
    "Delivery",
    "EndReason",
    "Handoff",
    "HandoffState",
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
    "Service",
    "ShiftChangePolicy",
    "SignalKey",
    "SourceKind",
    "State",
    "Status",
    "TimelineEntry",
    "Vacancy",
]
