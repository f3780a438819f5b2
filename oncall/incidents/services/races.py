"""Which rule did the database refuse a row by? The one place that reads an IntegrityError, on both backends."""

import re
from functools import cache

from django.apps import apps
from django.db import IntegrityError, models


def constraint_of(error: IntegrityError) -> str:
    """Return the name of the constraint that refused, "" if it has none (a foreign key of SQLite, NOT NULL).

    PostgreSQL names the constraint. SQLite names the columns of a unique one, the name of a check.
    """
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is not None:
        return diagnosis.constraint_name or ""
    kind, _, rest = str(error).partition(" constraint failed: ")
    if kind == "CHECK":
        return rest
    return _unique_by_columns().get(frozenset(re.split(r",\s*", rest)), "")


@cache
def _unique_by_columns() -> dict[frozenset[str], str]:
    return {
        frozenset(_column(model, name) for name in constraint.fields): constraint.name
        for model in apps.get_app_config("incidents").get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
    }


def _column(model: type[models.Model], name: str) -> str:
    columns = {field.name: field.column for field in model._meta.concrete_fields}
    return f"{model._meta.db_table}.{columns[name]}"
