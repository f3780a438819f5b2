"""The notices app: who is told what, and whether it arrived."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "oncall.notices"
    label = "notices"
    verbose_name = "Notices"
    default_auto_field = "django.db.models.BigAutoField"
