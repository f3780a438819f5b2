"""Where do background tasks run? In this Celery application; beat and the worker are started by ``serve``."""

import logging
import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncall.settings")

app = Celery("oncall")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logs(**_signal: object) -> None:
    """Leave the settings' logging as it is, which Celery does when this signal is heard; warnings join it."""
    logging.captureWarnings(capture=True)
