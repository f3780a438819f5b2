"""The admin of people, teams and schedules. It writes through the services alone."""

from rotations.admin import (
    absence_feeds,
    absences,
    calendar_links,
    overrides,
    people,
    rotations,
    schedules,
    swaps,
    teams,
)

__all__ = [
    "absence_feeds",
    "absences",
    "calendar_links",
    "overrides",
    "people",
    "rotations",
    "schedules",
    "swaps",
    "teams",
]
