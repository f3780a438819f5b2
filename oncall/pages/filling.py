"""What happens when somebody sends a form? A service is called; where it refuses, the form says why."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.core.exceptions import ValidationError

from rotations.errors import Refusal

T = TypeVar("T")


def filled(form: forms.Form, act: Callable[[], T]) -> T | None:
    """Return what ``act`` returned; None where it was not called, or refused and wrote nothing: ``form`` says why."""
    if not form.is_valid():
        return None
    try:
        return act()
    except Refusal as refusal:
        form.add_error(_place(form, refusal.field or ""), refusal.detail)
    except ValidationError as error:
        by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
        for field, errors in by_field.items():
            form.add_error(_place(form, field), errors)
    return None


def _place(form: forms.Form, field: str) -> str | None:
    return field if field in form.fields else None
