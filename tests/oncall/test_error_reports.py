"""A report of a failure gives no token away: not in its subject, not in its text, not in its variables."""

import logging
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
from django.core import mail
from django.http import HttpRequest
from django.test import Client, override_settings
from django.urls import path
from django.utils.log import AdminEmailHandler

from rotations.secrets import new_token

pytestmark = pytest.mark.django_db

TOKEN = new_token()


def fail(request: HttpRequest, token: str, name: str) -> NoReturn:
    address = f"feed {token}"
    raise LookupError(f"{address} leads nowhere")


urlpatterns = [path("feeds/<token>/<name>.ics", fail)]
CALLER = Client(raise_request_exception=False, headers={"Authorization": f"Bearer oc_{TOKEN}"})


@pytest.fixture
def mailed() -> Iterator[None]:
    """Mail to administrators, as an operator's own logging may send it."""
    handler, failures = AdminEmailHandler(include_html=True), logging.getLogger("django.request")
    failures.addHandler(handler)
    with override_settings(ROOT_URLCONF=__name__, ADMINS=[("Root", "root@example.test")]):
        yield
    failures.removeHandler(handler)


def test_mail_about_a_failure_tells_everything_but_the_token(mailed: None):
    response = CALLER.get(f"/feeds/{TOKEN}/payments.ics")

    message: Any = mail.outbox[0]
    html, _ = message.alternatives[0]
    assert response.status_code == 500
    assert message.subject.endswith("Internal Server Error: /feeds/***/payments.ics")
    assert "LookupError at /feeds/***/payments.ics" in message.body
    assert "feed *** leads nowhere" in message.body
    assert [TOKEN in part for part in (message.subject, message.body, str(html))] == [False, False, False]


@override_settings(ROOT_URLCONF=__name__, DEBUG=True)
def test_the_page_about_a_failure_hides_what_is_named_a_secret():
    response = CALLER.get("/feeds/short/payments.ics")

    shown = response.content.decode()
    assert response.status_code == 500
    assert "<td>token</td>" in shown
    assert "&#x27;********************&#x27;" in shown
    assert TOKEN not in shown
