"""Reading: rows in, answers out, in a fixed number of queries."""

from rotations.queries.explain import Reason, explain
from rotations.queries.memory import forget, plan_of
from rotations.queries.on_call import NextOnCall, OnCall, OnCallPerson, on_call
from rotations.queries.people import active_schedules, people_by_id, schedules_of
from rotations.queries.shifts import PersonShift, ShiftList, ShiftRow, gaps, shift_lists, shifts_of, shifts_of_person

__all__ = [
    "NextOnCall",
    "OnCall",
    "OnCallPerson",
    "PersonShift",
    "Reason",
    "ShiftList",
    "ShiftRow",
    "active_schedules",
    "explain",
    "forget",
    "gaps",
    "on_call",
    "people_by_id",
    "plan_of",
    "schedules_of",
    "shift_lists",
    "shifts_of",
    "shifts_of_person",
]
