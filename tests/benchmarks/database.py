"""A database of its own for each run: SQLite in a folder that is removed at the end, or one that is given."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connections

from tests.environment import OPERATORS


@contextmanager
def database(url: str = "") -> Iterator[None]:
    """Set Django up, with every migration applied; nothing of it may be imported before. ``url`` is of an empty one."""
    for name in [*os.environ]:
        if name in OPERATORS or name.startswith("ONCALL_"):
            del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="oncall-benchmarks-") as folder:
        Path(folder, "static").mkdir()
        os.environ |= {"ONCALL_DATA_DIR": folder, "ONCALL_LOG_LEVEL": "WARNING"}
        # The name by which Django's test client calls.
        os.environ["ONCALL_ALLOWED_HOSTS"] = "127.0.0.1,testserver"
        os.environ["DJANGO_SETTINGS_MODULE"] = "oncall.settings"
        if url:
            os.environ["DATABASE_URL"] = url
        django.setup()
        call_command("migrate", verbosity=0)
        yield
        connections.close_all()
