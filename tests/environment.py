"""A pytest plugin: the suite runs with a data directory of its own, whatever the developer's shell has set.

Loaded with ``-p``, because it must act before pytest-django reads the settings.
"""

import os
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

OPERATORS = ("DATABASE_URL", "CELERY_BROKER_URL", "EMAIL_URL", "PORT")

_data_dir = pytest.StashKey[tempfile.TemporaryDirectory[str]]()


# The first of the wrappers: the plugin for PostgreSQL sets again what is forgotten here.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Forget the operator's variables and put the data in a folder that is removed at the end."""
    for name in [*os.environ]:
        if name in OPERATORS or (name.startswith("ONCALL_") and not name.startswith("ONCALL_TEST_")):
            del os.environ[name]
    folder = tempfile.TemporaryDirectory(prefix="oncall-tests-")
    early_config.stash[_data_dir] = folder
    os.environ["ONCALL_DATA_DIR"] = folder.name
    # WhiteNoise warns of a folder of collected files that is not there.
    Path(folder.name, "static").mkdir()
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the data directory."""
    config.stash[_data_dir].cleanup()
