"""How is a row stored, when somebody else may store the same one in this instant?"""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction


def add_row(row: models.Model) -> None:
    """Validate and insert ``row``.

    Raises:
        ValidationError: a field or a constraint refuses it, also where another transaction was faster.
    """
    _save(row, force_insert=True)


def change_row(row: models.Model) -> None:
    """Validate and update ``row``.

    Raises:
        ValidationError: a field or a constraint refuses it, also where another transaction was faster.
    """
    _save(row, force_insert=False)


def _save(row: models.Model, *, force_insert: bool) -> None:
    try:
        # Constraints speak for themselves on saving; asking each beforehand costs up to three statements.
        row.full_clean(exclude=_relations_at_hand(row), validate_unique=False, validate_constraints=False)
        with transaction.atomic():
            row.save(force_insert=force_insert, force_update=not force_insert)
    except (ValidationError, IntegrityError):
        # All that is wrong, in the words of fields and constraints. Whoever won a race has committed by now.
        row.full_clean()
        raise


def _relations_at_hand(row: models.Model) -> set[str]:
    """Return the relations of ``row`` whose other end was read: there is no need to look whether it is there."""
    relations = (field for field in row._meta.concrete_fields if isinstance(field, models.ForeignKey))
    return {field.name for field in relations if field.get_cached_value(row, default=None) is not None}
