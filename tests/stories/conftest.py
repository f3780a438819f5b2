"""The demo's company, in which the README's examples happen."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from oncall.demo.keys import saved_keys


@pytest.fixture
def demo(transactional_db):
    """The demo's team, as ``make run`` founds it; its generated keys."""
    call_command("demo", stdout=StringIO())
    yield saved_keys(settings.ENVIRONMENT.data_dir)
    (settings.ENVIRONMENT.data_dir / "demo.json").unlink()
