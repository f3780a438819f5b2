"""What every test runs in: the write guard, and no work that a test does not look at."""

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings

from tests import write_guard
from tests.crowd import at_once
from tests.processes import start_program
from tests.servers import redis_url

__all__ = ["at_once", "redis_url", "start_program"]


DATABASES = {"db", "transactional_db", "live_server"}
LASTING = ("grown", "browser", "long")  # of these, those first that wait the most


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # So that the last minute of a run is not one worker's alone.
    items.sort(key=_place)
    if connection.vendor != "postgresql":
        for item in items:
            if item.get_closest_marker("postgres"):
                item.add_marker(pytest.mark.skip(reason="says something about PostgreSQL alone; runs with --postgres"))
        return
    # What asks no database has given its answer in the run on SQLite.
    told = {item for item in items if not _asks_a_database(item)}
    config.hook.pytest_deselected(items=[*told])
    items[:] = [item for item in items if item not in told]


def _place(item: pytest.Item) -> int:
    return next((place for place, name in enumerate(LASTING) if item.get_closest_marker(name)), len(LASTING))


def _asks_a_database(item: pytest.Item) -> bool:
    markers = ("django_db", "postgres", "grown")
    fixtures = getattr(item, "fixturenames", ())
    return any(map(item.get_closest_marker, markers)) or not DATABASES.isdisjoint(fixtures)


@pytest.fixture(scope="session", autouse=True)
def _only_services_write():
    write_guard.install()


@pytest.fixture(scope="session", autouse=True)
def _what_would_only_cost_time():
    """Static files come from their apps, uncollected (``serve`` is tested with collected ones); passwords hash fast."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES=settings.STORAGES | {"staticfiles": plain},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """Forget plans: after a rollback, another schedule may have the number and revision of a remembered one.

    So may another calendar link, and those are counted, too.
    """
    from django.core.cache import cache

    from api import at_hand, rendered
    from rotations import queries  # needs Django's settings

    yield
    queries.forget()
    rendered.forget()
    at_hand.forget()
    cache.clear()
