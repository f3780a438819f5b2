"""Rows of the notices app. Only ``oncall.notices.services`` writes them."""

from oncall.notices.models.messages import Channel, Message, State
from oncall.notices.models.notices import (
    EARLIEST_REMINDER,
    LATEST_REMINDER,
    MOST_REMINDERS,
    REMINDERS,
    Notice,
    Preference,
)
from oncall.notices.models.watches import Watch
from oncall.notices.models.webhooks import CHOSEN_TYPES, Endpoint, Event

__all__ = [
    "CHOSEN_TYPES",
    "EARLIEST_REMINDER",
    "LATEST_REMINDER",
    "MOST_REMINDERS",
    "REMINDERS",
    "Channel",
    "Endpoint",
    "Event",
    "Message",
    "Notice",
    "Preference",
    "State",
    "Watch",
]
