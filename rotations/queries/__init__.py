"""Reading: rows in, answers out, in a fixed number of queries."""

from rotations.queries.memory import forget, plan_of
from rotations.queries.on_call import NextOnCall, OnCall, OnCallPerson, on_call
from rotations.queries.people import people_by_id, schedules_of

__all__ = ["NextOnCall", "OnCall", "OnCallPerson", "forget", "on_call", "people_by_id", "plan_of", "schedules_of"]
