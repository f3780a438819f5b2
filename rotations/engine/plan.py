"""Who is on call at a moment, and why? The definition of the answer."""

from datetime import datetime

from rotations.engine.terms import (
    Absence,
    Answer,
    Cover,
    Member,
    Occurrence,
    Override,
    Plan,
    Rotation,
    Shift,
    Silence,
    Slot,
    Source,
    Step,
    Swap,
    Version,
)

__all__ = [
    "Absence",
    "Answer",
    "Cover",
    "Member",
    "Occurrence",
    "Override",
    "Plan",
    "Rotation",
    "Shift",
    "Silence",
    "Slot",
    "Source",
    "Step",
    "Swap",
    "Version",
    "answer_at",
    "on_call_at",
]


def on_call_at(plan: Plan, moment: datetime) -> tuple[Cover, ...]:
    """Return who is on call at ``moment``, each with the reason."""
    return answer_at(plan, moment).people


def answer_at(plan: Plan, moment: datetime) -> Answer:
    """Return who is on call at ``moment``, their shadows, and whether nobody was planned."""
    raise NotImplementedError
