"""What one process remembers is never older than what another has written, and never half of it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from rotations.actors import Actor
from rotations.models import Schedule
from rotations.queries import forget, on_call
from rotations.services.overrides import end_override
from rotations.services.people import deactivate_person, edit_person
from rotations.services.rotations import edit_rotation
from rotations.services.schedules import archive_schedule
from tests.factories.rotations import absence, draft, override, person, schedule, weekly_rotation

ROOT = Path(__file__).parents[3]
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SYSTEM = Actor.system()

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_remembered():
    forget()
    yield
    forget()


@contextmanager
def asking_elsewhere(of: Schedule) -> Iterator[Callable[[], tuple[list[str], int]]]:
    """Start a process that knows this database, and let it ask: who is on call, and in how many statements?"""
    command = (sys.executable, "-m", "tests.rotations.queries.asking", of.slug, NOW.isoformat())
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    variables = os.environ | {"DJANGO_SETTINGS_MODULE": "oncall.settings", "DATABASE_URL": url_of_the_database()}

    with subprocess.Popen(command, cwd=ROOT, env=variables, **pipes) as process:
        assert process.stdin
        assert process.stdout
        questions, answers = process.stdin, process.stdout

        def ask() -> tuple[list[str], int]:
            questions.write("\n")
            questions.flush()
            people, statements = json.loads(answers.readline())
            return people, statements

        try:
            yield ask
        finally:
            questions.close()


def url_of_the_database() -> str:
    server = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{server['NAME']}"
    user = quote(server["USER"]) + (f":{quote(server['PASSWORD'])}" if server["PASSWORD"] else "")
    port = f":{server['PORT']}" if server["PORT"] else ""
    return f"postgres://{user}@{quote(server['HOST'], safe='')}{port}/{server['NAME']}"


def test_what_one_process_edits_another_answers_at_once():
    primary = schedule(absence_policy="next")
    ada, bo, cy, di = person("Ada"), person("Bo"), person("Cy"), person("Di")
    rotation = weekly_rotation(primary, [ada])
    edits: list[Callable[[], object]] = [
        lambda: override(primary, NOW, HOUR, person=bo, replaces=ada, now=NOW),
        lambda: edit_person(bo, name="Bo Lind", by=SYSTEM, now=NOW),
        lambda: end_override(primary.overrides.get(), by=SYSTEM, now=NOW),
        lambda: edit_rotation(rotation, draft=draft([cy, di]), by=SYSTEM, now=NOW),
        lambda: absence(cy, NOW, HOUR, now=NOW),
        lambda: deactivate_person(di, by=SYSTEM, now=NOW),
        lambda: archive_schedule(primary, by=SYSTEM, now=NOW),
    ]

    with asking_elsewhere(primary) as ask:
        answers = [ask(), ask()]
        for edit in edits:
            edit()
            answers.append(ask())

    assert [people for people, _ in answers] == [["Ada"], ["Ada"], ["Bo"], ["Bo Lind"], ["Ada"], ["Cy"], ["Di"], [], []]
    # The plan was remembered when it was asked for again: only the revision and the people were read.
    assert answers[1][1] == 2


def names(of: Schedule) -> list[str]:
    return [entry.person.name for entry in on_call([of], at=NOW)[0].people]


class Tear:
    """Lets another connection write right before statement ``number`` of this one."""

    def __init__(self, number: int, write) -> None:
        self.left, self.write = number, write

    def __call__(self, execute, sql, params, many, context):
        if self.left == 0:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(self._elsewhere).result()
        self.left -= 1
        return execute(sql, params, many, context)

    def _elsewhere(self) -> None:
        try:
            self.write()
        finally:
            connection.close()


def test_a_write_between_any_two_reads_never_makes_half_an_answer():
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    untouched = schedule("untouched")
    weekly_rotation(untouched, [ada])
    with CaptureQueriesContext(connection) as captured:
        on_call([untouched], at=NOW)
    answers: list[tuple[list[str], list[str]]] = []

    for number in range(len(captured)):
        torn = schedule(f"torn-{number}")
        rotation = weekly_rotation(torn, [ada])

        def write(torn=torn, rotation=rotation) -> None:
            # Of the old rotation and the new override, Cy would come.
            with transaction.atomic():
                edit_rotation(rotation, draft=draft([bo]), by=SYSTEM, now=NOW)
                override(torn, NOW, HOUR, person=cy, replaces=ada, now=NOW)

        with connection.execute_wrapper(Tear(number, write)):
            at_first = names(torn)
        answers.append((at_first, names(torn)))

    # Only people are read after the revision has been read again: a write from then on is later than the answer.
    assert answers == [(["Bo"], ["Bo"])] * (len(captured) - 1) + [(["Ada"], ["Bo"])]
