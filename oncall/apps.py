"""The project as a Django app: it brings the commands ``serve``, and the worker's heartbeat."""

from django.apps import AppConfig


class OncallConfig(AppConfig):
    """What it runs stands in ``management`` and ``tasks.py``."""

    name = "oncall"
