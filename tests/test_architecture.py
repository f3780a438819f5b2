"""The house stands as the design draws it, and the checker would notice if it did not."""

from pathlib import Path

import pytest

from tests.imports import source_tree, wrong_arrows

ROOT = Path(__file__).parent.parent


def test_every_import_of_the_project_runs_the_way_the_design_draws_it():
    tree = source_tree(ROOT, "rotations", "oncall", "api")

    assert "rotations.models.people" in tree
    assert wrong_arrows(tree) == []


@pytest.mark.parametrize(
    ("module", "text", "objection"),
    [
        ("rotations.engine.plan", "import django", "rotations.engine.plan imports django: rotations.engine is pure"),
        (
            "rotations.engine.plan",
            "from rotations.models import Person",
            "rotations.engine.plan imports rotations.models: rotations.engine is pure",
        ),
        (
            "oncall.incidents.staffing",
            "from django.utils import timezone",
            "oncall.incidents.staffing imports django.utils: oncall.incidents.staffing is pure",
        ),
        (
            "rotations.models.people",
            "from rotations.queries import plan_of",
            "rotations.models.people imports rotations.queries: models stands below queries",
        ),
        (
            "rotations.queries",
            "from rotations import services",
            "rotations.queries imports rotations.services: queries stands below services",
        ),
        (
            "rotations.services.overrides",
            "def late():\n    from rotations.feeds import calendar",
            "rotations.services.overrides imports rotations.feeds: services stands below feeds",
        ),
        (
            "rotations.services.overrides",
            "from rotations.tasks import settle_duty",
            "rotations.services.overrides imports rotations.tasks: tasks is opened from outside",
        ),
        (
            "rotations.services.people",
            "from oncall.incidents.services import roles",
            "rotations.services.people imports oncall.incidents.services: rotations stands below oncall.incidents",
        ),
        (
            "rotations.feeds",
            "import oncall.logs",
            "rotations.feeds imports oncall.logs: rotations stands below oncall",
        ),
        (
            "rotations.feeds",
            "import api.problems",
            "rotations.feeds imports api.problems: rotations stands below api",
        ),
        (
            "oncall.incidents.models.incidents",
            "from rotations.services import people",
            "oncall.incidents.models.incidents imports rotations.services: models stands below services",
        ),
        (
            "oncall.incidents.queries",
            "import oncall.notices.outbox",
            "oncall.incidents.queries imports oncall.notices.outbox: oncall.incidents stands below oncall.notices",
        ),
        (
            "oncall.access.models",
            "from oncall.incidents.models import Incident",
            "oncall.access.models imports oncall.incidents.models: oncall.access stands below oncall.incidents",
        ),
        (
            "api.incidents",
            "from oncall.pages.board import board",
            "api.incidents imports oncall.pages.board: api stands below oncall.pages",
        ),
        (
            "api.incidents",
            "from oncall.settings import DEBUG",
            "api.incidents imports oncall.settings: api stands below oncall",
        ),
        ("oncall.health", "from oncall import settings", "oncall.health imports oncall.settings: an entrance"),
    ],
)
def test_an_import_against_the_arrows_is_named(module: str, text: str, objection: str):
    tree = {module: text, "rotations.services": "", "oncall.settings": ""}

    assert wrong_arrows(tree) == [objection]


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("rotations.engine.sweep", "import bisect\nfrom rotations.engine.plan import Plan"),
        (
            "rotations.services.overrides",
            "import django\nfrom rotations.queries import plan_of\nimport rotations.errors",
        ),
        ("rotations.tasks", "from rotations import services"),
        ("oncall.incidents.apps", "def ready():\n    from oncall.incidents import receivers"),
        ("oncall.incidents.admin.plans", "from rotations.admin.services import ServiceAdmin"),
        ("oncall.incidents.services.roles", "from rotations.queries import plan_of"),
        ("api.feeds", "from rotations.feeds import calendar\nfrom oncall.access.permissions import Scope"),
        ("oncall", "from oncall.celery import app"),
        ("oncall.management.commands.demo", "from oncall.incidents.services import declare"),
    ],
)
def test_an_import_along_the_arrows_is_let_be(module: str, text: str):
    assert wrong_arrows({module: text, "rotations.services": "", "oncall.incidents.receivers": ""}) == []
