"""The settings that keep strangers out."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory

from oncall.security import POLICY, ContentSecurityPolicy

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
SHOW = """
import json, django
from django.conf import settings
django.setup()
print(json.dumps({name: getattr(settings, name, None) for name in %r}))
"""


def command(*arguments: str, tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "ONCALL_DATA_DIR": str(tmp_path), **variables}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def shown(*names: str, tmp_path: Path, **variables: str) -> dict[str, Any]:
    ended = command("-c", SHOW % (names,), tmp_path=tmp_path, DJANGO_SETTINGS_MODULE="oncall.settings", **variables)
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


def test_a_page_may_load_only_what_this_server_serves():
    response = Client().get("/healthz")

    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


def test_a_view_may_send_a_policy_of_its_own():
    own = HttpResponse(headers={"Content-Security-Policy": "default-src 'self'"})

    response = ContentSecurityPolicy(lambda _request: own)(RequestFactory().get("/"))

    assert "unsafe" not in POLICY
    assert response.headers["Content-Security-Policy"] == "default-src 'self'"


def test_check_deploy_has_nothing_to_say_about_production(tmp_path: Path):
    ended = command(
        "manage.py",
        "check",
        "--deploy",
        "--fail-level=INFO",
        tmp_path=tmp_path,
        ONCALL_PUBLIC_URL="https://oncall.example.test",
        ONCALL_TRUSTED_PROXIES="1",
    )

    assert ended.returncode == 0, ended.stderr
    assert "no issues" in ended.stdout


@pytest.mark.parametrize(("url", "secure"), [("https://oncall.example.test", True), ("http://localhost:8000", False)])
def test_cookies_are_secure_when_the_public_url_is(url: str, *, secure: bool, tmp_path: Path):
    assert shown(
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT",
        "CSRF_TRUSTED_ORIGINS",
        tmp_path=tmp_path,
        ONCALL_PUBLIC_URL=url,
    ) == {
        "SESSION_COOKIE_SECURE": secure,
        "CSRF_COOKIE_SECURE": secure,
        "SECURE_SSL_REDIRECT": secure,
        "CSRF_TRUSTED_ORIGINS": [url],
    }


def test_forwarded_headers_count_only_behind_a_trusted_proxy(tmp_path: Path):
    names = ("SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST")

    assert shown(*names, tmp_path=tmp_path) == {"SECURE_PROXY_SSL_HEADER": None, "USE_X_FORWARDED_HOST": False}
    assert shown(*names, tmp_path=tmp_path, ONCALL_TRUSTED_PROXIES="1") == {
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
        "USE_X_FORWARDED_HOST": True,
    }


def test_every_periodic_task_expires_before_its_next_turn():
    late = {
        name: entry
        for name, entry in settings.CELERY_BEAT_SCHEDULE.items()
        if not 0 < entry["options"]["expire_seconds"] <= entry["schedule"]
    }

    assert late == {}


@pytest.mark.django_db
def test_sqlite_waits_for_its_turn_instead_of_failing():
    if connection.vendor != "sqlite":
        pytest.skip("says something about SQLite alone")
    with connection.cursor() as cursor:
        answers = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "busy_timeout", "foreign_keys")
        }

    assert answers == {"journal_mode": "wal", "busy_timeout": 20_000, "foreign_keys": 1}
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
