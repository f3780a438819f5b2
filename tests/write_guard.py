"""Only services write. In tests, every INSERT, UPDATE and DELETE has to come through a ``services`` package.

Exempt are the tables that Django and beat keep for themselves, migrations, factories, and what a test sets up inside
``with arranging():``.
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

ROOT = Path(__file__).parent.parent
WRITE = re.compile(r'\s*(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)', re.IGNORECASE)
# The tables of sessions, content types, the admin's log and permissions, and of django-celery-beat.
NOT_OURS = ("django_", "auth_", "sqlite_")
WRITERS = re.compile(
    rf"{re.escape(str(ROOT))}/(?:(?:rotations|oncall(?:/\w+)?)/(?:services|migrations)/|tests/factories)"
)
# Django's own writers to our user table and, between tests, to every table.
DJANGOS_WRITERS = (
    ("django/contrib/auth/models.py", "update_last_login"),
    ("django/contrib/auth/base_user.py", "setter"),
    ("django/contrib/auth/management/commands/createsuperuser.py", "handle"),
    ("django/contrib/auth/management/commands/changepassword.py", "handle"),
    ("django/core/management/commands/flush.py", "handle"),
    ("django/core/management/commands/migrate.py", "handle"),
)

_arranging: ContextVar[bool] = ContextVar("arranging", default=False)


class WriteOutsideServices(AssertionError):
    """A table was written by something other than a service."""


@contextmanager
def arranging() -> Iterator[None]:
    """Let a test write rows directly, to arrange what no service would."""
    token = _arranging.set(True)
    try:
        yield
    finally:
        _arranging.reset(token)


def guard(execute: Callable[..., Any], sql: str, params: Any, many: Any, context: dict[str, Any]) -> Any:
    """Run the statement unless it writes one of our tables and no service is among its callers."""
    written = WRITE.match(sql)
    if written and not written[1].startswith(NOT_OURS) and not _arranging.get() and not _came_through_a_writer():
        raise WriteOutsideServices(f"{written[1]} was written outside the services: {sql[:200]}")
    return execute(sql, params, many, context)


def install() -> None:
    """Guard every connection there is and every one still to be opened, in this and other threads."""
    for connection in connections.all(initialized_only=True):
        _guard_connection(connection=connection)
    connection_created.connect(_guard_connection, dispatch_uid="write_guard")


def _guard_connection(connection: BaseDatabaseWrapper, **_signal: object) -> None:
    if guard not in connection.execute_wrappers:
        connection.execute_wrappers.append(guard)


def _came_through_a_writer() -> bool:
    frame = sys._getframe()
    while frame := frame.f_back:  # type: ignore[assignment]
        file = frame.f_code.co_filename
        if WRITERS.match(file) or _is_djangos(file, frame.f_code.co_name):
            return True
    return False


def _is_djangos(file: str, function: str) -> bool:
    return any(function == name and file.endswith(writer) for writer, name in DJANGOS_WRITERS)
