"""How does the demo start over? Everything in the database goes, if nothing but the demo is there."""

from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.db import connection, transaction

from oncall.demo.company import MARK
from oncall.demo.keys import Keys
from oncall.demo.services.founding import found
from rotations.errors import Conflict
from rotations.models import Person

# Besides our own: what refers to people.
APPS = ("rotations", "access", "incidents", "notices", "admin", "sessions")


@transaction.atomic
def start_over(*, data_dir: Path, now: datetime) -> Keys:
    """Delete every row, make the demo anew and return its new keys. In an empty database it is made for the first time.

    Raises:
        Conflict: ``not_the_demo`` if there is anybody whom the demo did not bring.
        OSError: the keys cannot be written; then nothing has changed.
    """
    if strangers := Person.objects.exclude(external_ids__has_key=MARK).count():
        raise Conflict("not_the_demo", f"{strangers} of the people here are not of the demo; nothing was deleted.")
    _empty_tables()
    return found(data_dir=data_dir, now=now)


def _empty_tables() -> None:
    """Delete the rows of every table. Ids go on from where they were: running servers remember plans by them."""
    models = [model for label in APPS for model in apps.get_app_config(label).get_models(include_auto_created=True)]
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608 - our tables
    # References are checked at the end of a transaction; here nothing must be left that refers to what is gone.
    connection.check_constraints()
