"""The admin of incidents and of what they are staffed from."""

from oncall.incidents.admin import incidents, response_plans, roles, services

__all__ = ["incidents", "response_plans", "roles", "services"]
