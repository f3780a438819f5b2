"""The pages app: HTML for people."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "oncall.pages"
    label = "pages"
