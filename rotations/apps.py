"""The scheduling app: who is on call."""

from django.apps import AppConfig


class RotationsConfig(AppConfig):
    name = "rotations"
    verbose_name = "Schedules"
    default_auto_field = "django.db.models.BigAutoField"
