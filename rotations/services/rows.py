"""How is a row stored, when somebody else may store the same one in this instant?"""

from django.db import IntegrityError, models, transaction


def add_row(row: models.Model) -> None:
    """Validate and insert ``row``.

    Raises:
        ValidationError: a field or a constraint refuses it, also where another transaction was faster.
    """
    row.full_clean()
    _save(row, force_insert=True)


def change_row(row: models.Model) -> None:
    """Validate and update ``row``.

    Raises:
        ValidationError: a field or a constraint refuses it, also where another transaction was faster.
    """
    row.full_clean()
    _save(row, force_insert=False)


def _save(row: models.Model, *, force_insert: bool) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=force_insert, force_update=not force_insert)
    except IntegrityError:
        # Whoever won the race has committed by now, so this names the constraint and its field.
        row.full_clean()
        raise
