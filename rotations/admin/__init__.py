"""The admin of people, teams and schedules. It writes through the services alone."""

from rotations.admin import calendar_links, overrides, people, rotations, schedules, teams

__all__ = ["calendar_links", "overrides", "people", "rotations", "schedules", "teams"]
