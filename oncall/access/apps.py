"""The access app: which machine may do what."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "oncall.access"
    label = "access"
    verbose_name = "Access"
    default_auto_field = "django.db.models.BigAutoField"
