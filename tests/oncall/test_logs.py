"""A log line says what happened, to which request, and gives no token away."""

import logging
import sys
from typing import NoReturn

import pytest
from django.test import Client, override_settings
from django.urls import path

from oncall.logs import FactFormatter, request_id, scrub

TOKEN = "kD9vY3mQ-8s_Zr0XbC1aWq7tLpE5uHnJ"
# As long as the token of a link is.
LINK = f"{TOKEN}q7tLpE5uHnJ"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (f"/feeds/{TOKEN}/payments.ics", "/feeds/***/payments.ics"),
        (f"Not Found: /hooks/{TOKEN}/v2/enqueue", "Not Found: /hooks/***/v2/enqueue"),
        (f"Not Found: /feeds//{TOKEN}/payments.ics", "Not Found: /feeds//***/payments.ics"),
        (f"Not Found: /feed/{LINK}/payments.ics", "Not Found: /feed/***/payments.ics"),
        (f"Not Found: /{LINK}", "Not Found: /***"),
        (f"{LINK.lower()} and {LINK}9 are no tokens", f"{LINK.lower()} and {LINK}9 are no tokens"),
        (f"https://oncall.example.test/hooks/{TOKEN}", "https://oncall.example.test/hooks/***"),
        (f"Authorization: Bearer {TOKEN}", "Authorization: Bearer ***"),
        (
            f"{{'Authorization': 'Bearer {TOKEN}', 'Accept': '*/*'}}",
            "{'Authorization': 'Bearer ***', 'Accept': '*/*'}",
        ),
        (f"HTTP_AUTHORIZATION=Basic {TOKEN}", "HTTP_AUTHORIZATION=Basic ***"),
        (f"authorization={TOKEN}", "authorization=***"),
        (f"token oc_{TOKEN} expired", "token *** expired"),
        ("/incidents/42/ and the feeds of hooks", "/incidents/42/ and the feeds of hooks"),
    ],
)
def test_no_token_is_left_in_a_line(written: str, kept: str):
    assert scrub(written) == kept
    assert scrub(kept) == kept


def fail(_request: object, token: str) -> NoReturn:
    raise LookupError(f"/hooks/{token}/")


def line_of(message: str, *arguments: object, **facts: object) -> str:
    record = logging.LogRecord("oncall.thing", logging.INFO, "thing.py", 1, message, arguments, None)
    record.created = 1795143600.25
    record.facts = facts
    return FactFormatter().format(record)


def test_a_fact_is_one_line_of_keys_and_values():
    assert line_of("declared %s", "it", incident=42, title='a "b"\nc=d', empty="") == (
        "at=2026-11-20T03:00:00.250000Z level=info logger=oncall.thing "
        r'message="declared it" incident=42 title="a \"b\"\nc=d" empty=""'
    )


def test_a_line_names_the_request_it_belongs_to():
    token = request_id.set("r-1")
    try:
        line = line_of("declared")
    finally:
        request_id.reset(token)

    assert line.endswith("message=declared request=r-1")


def test_a_traceback_stays_in_its_line_and_is_scrubbed():
    record = logging.LogRecord("oncall", logging.ERROR, "thing.py", 1, "failed", (), None)
    try:
        fail(None, TOKEN)
    except LookupError:
        record.exc_info = sys.exc_info()

    line = FactFormatter().format(record)

    assert "\n" not in line
    assert TOKEN not in line
    assert "LookupError: /hooks/***/" in line


class Lines(logging.Handler):
    """Keeps what the formatter made of every record."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(FactFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def lines():
    handler = Lines()
    logging.getLogger().addHandler(handler)
    yield handler.lines
    logging.getLogger().removeHandler(handler)


def test_a_path_that_leads_nowhere_is_logged_without_its_token(lines: list[str]):
    response = Client().get(f"/feeds/{TOKEN}/no/such/thing", headers={"X-Request-Id": "from-the-proxy"})

    assert response.status_code == 404
    assert [line for line in lines if TOKEN in line] == []
    (answered,) = [line for line in lines if "logger=oncall.request" in line]
    assert "request=from-the-proxy method=GET path=/feeds/***/no/such/thing status=404" in answered


def test_a_request_gets_an_id_unless_a_proxy_gave_a_sound_one():
    kept = Client().get("/healthz", headers={"X-Request-Id": "abc-123"})
    made = Client().get("/healthz", headers={"X-Request-Id": "two words\tand more"})

    assert kept.headers["X-Request-Id"] == "abc-123"
    assert len(made.headers["X-Request-Id"]) == 32


urlpatterns = [path("hooks/<token>/", fail)]


@override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=["oncall.logs.RequestLog"])
def test_a_failure_is_logged_with_its_traceback_and_without_its_token(lines: list[str]):
    response = Client(raise_request_exception=False).get(f"/hooks/{TOKEN}/", headers={"X-Request-Id": "r-2"})

    assert response.status_code == 500
    failed, answered = lines
    assert TOKEN not in failed + answered
    assert "logger=django.request" in failed
    assert "LookupError: /hooks/***/" in failed
    assert "request=r-2 method=GET path=/hooks/***/ status=500" in answered
