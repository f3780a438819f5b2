"""The incidents app: who leads, who holds which role, and since when."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class IncidentsConfig(AppConfig):
    """Listens to deactivations and to migrations."""

    name = "oncall.incidents"
    label = "incidents"
    verbose_name = "Incidents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from oncall.incidents import receivers  # noqa: PLC0415 — models can be imported only now
        from rotations.signals import person_deactivated  # noqa: PLC0415 — as above

        person_deactivated.connect(receivers.on_person_deactivated)
        post_migrate.connect(receivers.on_migrated, sender=self)
