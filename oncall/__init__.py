"""Oncall: who is on call, who leads this incident, and who takes over next."""

# Without this, a shared_task called from a web process would have no application to send it.
from oncall.celery import app as celery_app

__all__ = ["celery_app"]
