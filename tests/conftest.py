"""What every test runs in: the write guard, and static files that nobody had to collect."""

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings

from tests import write_guard
from tests.servers import redis_url

__all__ = ["redis_url"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if connection.vendor != "postgresql":
        for item in items:
            if item.get_closest_marker("postgres"):
                item.add_marker(pytest.mark.skip(reason="says something about PostgreSQL alone; runs with --postgres"))


@pytest.fixture(scope="session", autouse=True)
def _only_services_write():
    write_guard.install()


@pytest.fixture(scope="session", autouse=True)
def _uncollected_static_files():
    """Serve static files from their apps: collecting them is tested once, where ``serve`` does it."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}):
        yield
