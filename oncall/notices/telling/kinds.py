"""What are people told, and what may they choose not to hear?"""

from enum import StrEnum


class Topic(StrEnum):
    """What a person can switch off, all but ``ASKED``: a question that waits for them cannot be lost in silence."""

    ASKED = "asked"
    ROLES = "roles"
    LEAD = "lead"
    VACANCIES = "vacancies"
    INCIDENTS = "incidents"
    SHIFT_REMINDERS = "shift_reminders"
    SHIFT_CHANGES = "shift_changes"
    SWAPS = "swaps"
    SCHEDULE_WARNINGS = "schedule_warnings"

    @property
    def words(self) -> str:
        """Return what it is about, as people choose it."""
        return _TOPICS[self]


ALWAYS_TOLD = frozenset({Topic.ASKED})

_TOPICS = {
    Topic.ASKED: "You are asked to do something in an incident",
    Topic.ROLES: "What becomes of your roles and of your handoffs",
    Topic.LEAD: "Somebody else leads an incident you respond to",
    Topic.VACANCIES: "Nobody is in a role that an incident needs",
    Topic.INCIDENTS: "An incident you take part in is resolved, reopened, merged or of another severity",
    Topic.SHIFT_REMINDERS: "A shift of yours starts soon",
    Topic.SHIFT_CHANGES: "Your shifts of the next two weeks change",
    Topic.SWAPS: "Swaps that you are asked for, and answers to yours",
    Topic.SCHEDULE_WARNINGS: "Gaps and conflicts foreseen in schedules that you manage or are in",
}


class Kind(StrEnum):
    """What one notice says."""

    ROLE_OFFERED = "role_offered"
    DEADLINE_NEAR = "deadline_near"
    ACTING = "acting"
    NAGGED = "nagged"
    HANDOFF_OFFERED = "handoff_offered"
    HANDOFF_ESCALATED = "handoff_escalated"
    MANAGERS_CALLED = "managers_called"
    HELP_ASKED = "help_asked"
    HANDOFF_ANSWERED = "handoff_answered"
    ROLE_PASSED_ON = "role_passed_on"
    ROLE_TAKEN = "role_taken"
    SHIFT_HANDED_OVER = "shift_handed_over"
    RELIEF_SUGGESTED = "relief_suggested"
    MAY_RELEASE = "may_release"
    LEAD_CHANGED = "lead_changed"
    VACANCY = "vacancy"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    SEVERITY_CHANGED = "severity_changed"
    MERGED = "merged"
    SHIFT_SOON = "shift_soon"
    SHIFTS_CHANGED = "shifts_changed"
    SWAP_ASKED = "swap_asked"
    SWAP_ANSWERED = "swap_answered"
    SWAP_FLAGGED = "swap_flagged"
    SCHEDULE_WARNING = "schedule_warning"

    @property
    def label(self) -> str:
        """Return the name in words."""
        return self.value.replace("_", " ").capitalize()

    @property
    def topic(self) -> Topic:
        """Return what a person switches off who does not want to hear this."""
        return _TOPIC_OF[self]


_TOPIC_OF = {
    Kind.ROLE_OFFERED: Topic.ASKED,
    Kind.DEADLINE_NEAR: Topic.ASKED,
    Kind.ACTING: Topic.ASKED,
    Kind.NAGGED: Topic.ASKED,
    Kind.HANDOFF_OFFERED: Topic.ASKED,
    Kind.HANDOFF_ESCALATED: Topic.ASKED,
    Kind.MANAGERS_CALLED: Topic.ASKED,
    Kind.HELP_ASKED: Topic.ASKED,
    Kind.HANDOFF_ANSWERED: Topic.ROLES,
    Kind.ROLE_PASSED_ON: Topic.ROLES,
    Kind.ROLE_TAKEN: Topic.ROLES,
    Kind.SHIFT_HANDED_OVER: Topic.ROLES,
    Kind.RELIEF_SUGGESTED: Topic.ROLES,
    Kind.MAY_RELEASE: Topic.ROLES,
    Kind.LEAD_CHANGED: Topic.LEAD,
    Kind.VACANCY: Topic.VACANCIES,
    Kind.RESOLVED: Topic.INCIDENTS,
    Kind.REOPENED: Topic.INCIDENTS,
    Kind.SEVERITY_CHANGED: Topic.INCIDENTS,
    Kind.MERGED: Topic.INCIDENTS,
    Kind.SHIFT_SOON: Topic.SHIFT_REMINDERS,
    Kind.SHIFTS_CHANGED: Topic.SHIFT_CHANGES,
    Kind.SWAP_ASKED: Topic.SWAPS,
    Kind.SWAP_ANSWERED: Topic.SWAPS,
    Kind.SWAP_FLAGGED: Topic.SWAPS,
    Kind.SCHEDULE_WARNING: Topic.SCHEDULE_WARNINGS,
}


class EventType(StrEnum):
    """What is sent to webhooks. Published: none is renamed or reused."""

    ON_CALL_CHANGED = "on_call.changed"
    SCHEDULE_WARNING = "schedule.warning"
    ROLE_CHANGED = "role.changed"
    INCIDENT_DECLARED = "incident.declared"
    INCIDENT_ACKNOWLEDGED = "incident.acknowledged"
    INCIDENT_MITIGATED = "incident.mitigated"
    INCIDENT_RESOLVED = "incident.resolved"
    INCIDENT_REOPENED = "incident.reopened"
    INCIDENT_SEVERITY_CHANGED = "incident.severity_changed"
    INCIDENT_MERGED = "incident.merged"
    WEBHOOK_TEST = "webhook.test"
