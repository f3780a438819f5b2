"""Who is proposed for a role, and why was everybody else passed over? Values in, values out.

A rule's sources are asked in order. Every candidate is kept as evidence, with the reason why they were passed over.
"""

from oncall.incidents.staffing.facts import (
    RECENT,
    Answer,
    Candidate,
    Facts,
    Held,
    Member,
    OnCall,
    PassedOver,
    Previous,
    Proposal,
    ScheduleFacts,
    Vacant,
)
from oncall.incidents.staffing.pinned import PinnedPlan, RuleValue, SourceValue
from oncall.incidents.staffing.proposing import clash, is_on_shift, propose, why_not

__all__ = [
    "RECENT",
    "Answer",
    "Candidate",
    "Facts",
    "Held",
    "Member",
    "OnCall",
    "PassedOver",
    "PinnedPlan",
    "Previous",
    "Proposal",
    "RuleValue",
    "ScheduleFacts",
    "SourceValue",
    "Vacant",
    "clash",
    "is_on_shift",
    "propose",
    "why_not",
]
