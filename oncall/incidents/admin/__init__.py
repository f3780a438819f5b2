"""The admin of incidents and of what they are staffed from."""

from oncall.incidents.admin import deliveries, incidents, integrations, response_plans, roles, services

__all__ = ["deliveries", "incidents", "integrations", "response_plans", "roles", "services"]
