"""The incidents app: who leads, who holds which role, and since when."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "oncall.incidents"
    label = "incidents"
    verbose_name = "Incidents"
    default_auto_field = "django.db.models.BigAutoField"
