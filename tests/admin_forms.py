"""The admin as a person uses it: open a form, change some of its fields, send it, read what it answers."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.forms import BoundField
from django.test import Client
from django.urls import reverse

from rotations.models import Person

# What the test client returns: a response that also has the context of its template.
Answer = Any


def signed_in(person: Person) -> Client:
    """Return a browser in which ``person`` has signed in."""
    client = Client()
    client.force_login(person)
    return client


def page_of(row: Any, page: str = "change") -> str:
    """Return the address of a row's page: ``change``, or one of its verbs."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


def page_for(model: Any, page: str = "add") -> str:
    """Return the address of a model's ``add`` or ``changelist`` page."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")


def shown_fields(response: Answer) -> dict[str, Any]:
    """Return every input of the form on a page, and of its rows, with the value a browser would send back."""
    context = response.context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    return {name: value for form in forms for bound in form for name, value in _sent(bound)}


def send(client: Client, address: str, **values: Any) -> Answer:
    """Open the form at ``address``, set ``values`` (None leaves an input out), press "Save"; return the answer."""
    return _press(client, address, opened(client, address) | values)


def refused(client: Client, address: str, cases: dict[str, dict[str, Any]], **always: Any) -> dict[str, Any]:
    """Send the form at ``address`` once for each case's values; return the errors of each, or where it led."""
    fields = opened(client, address) | always
    answers = {case: _press(client, address, fields | values) for case, values in cases.items()}
    return {
        case: errors(answer) if answer.status_code == 200 else answer.headers.get("Location", answer.status_code)
        for case, answer in answers.items()
    }


def opened(client: Client, address: str) -> dict[str, Any]:
    """Return the inputs of the form at ``address``, with their values."""
    page = client.get(address)
    assert page.status_code == 200, page.status_code
    return shown_fields(page)


def _press(client: Client, address: str, fields: dict[str, Any]) -> Answer:
    given = {name: value for name, value in fields.items() if value is not None}
    return client.post(address, {**given, "_save": "Save"})


def errors(response: Answer) -> dict[str, list[str]]:
    """Return the errors that a refused form shows, by field; ``__all__`` stands above the form."""
    assert response.status_code == 200, response.status_code
    context = response.context
    return {name: list(texts) for name, texts in context["adminform"].form.errors.items()}


def messages(client: Client, response: Answer) -> list[str]:
    """Follow where an answer leads, and return the messages shown there."""
    page: Any = client.get(response.headers["Location"])
    return [str(message) for message in page.context["messages"]]


def _sent(bound: BoundField) -> Iterator[tuple[str, Any]]:
    value = bound.value()
    if getattr(bound.field.widget, "input_type", "") == "checkbox":
        if value:
            yield bound.html_name, "on"
    elif value is not None:
        formatted = bound.field.widget.format_value(value)
        yield bound.html_name, formatted[0] if isinstance(formatted, list) and len(formatted) == 1 else formatted or ""


def stored() -> dict[str, list[Any]]:
    """Return every row of our tables, to compare before and after; the admin's own log and sessions apart."""
    ours = ("rotations", "incidents", "notices", "access")
    return {
        model._meta.label: [*model._default_manager.order_by("pk").values_list()]
        for label in ours
        for model in apps.get_app_config(label).get_models()
    }
