"""The README's night, command by command, with the demo's team: each answer is what is shown of it."""

import shlex
from string import Template
from typing import Any

import pytest
from django.core import mail

from tests.stories.night import let_the_worker_look
from tests.stories.readme import carry_out, examples, is_as_shown, parsed

SECTION = "A night, from 02:40 to a reopening"
AS_WRITTEN = {"API", "AUTH", "JSON"}


@pytest.fixture
def shell(demo) -> dict[str, str]:
    """The variables of the reader's shell."""
    return {"TOKEN": demo.token}


def assign(line: str, shell: dict[str, str], answer: Any) -> None:
    """Put what the line says into the shell or, where it names a value of the latest answer, that."""
    for assignment in shlex.split(line, comments=True):
        name, _, value = assignment.partition("=")
        if name in AS_WRITTEN:
            shell[name] = Template(value).substitute(shell)
        elif name != "TOKEN":
            shell[name] = read_off(name, answer)


def read_off(name: str, answer: Any) -> str:
    match name:
        case "N":
            return str(answer["number"])
        case "OVERRIDE" | "HANDOFF":
            [row] = answer.get("results", [answer])
            return str(row["id"])
        case "MOMENT":
            [moment] = [one["at"] for one in answer["results"] if one["text"].startswith("Carla Nunes took Lead over")]
            return str(moment)
    raise AssertionError(f"the README does not say where ${name} comes from")


def is_in_the_mail(shown: str, shell: dict[str, str]) -> bool:
    """Say whether a mail has all headers that the README shows, of the incident that it has here."""
    wanted = set(shown.replace("#3", f"#{shell['N']}").splitlines())
    return any(wanted <= {f"{name}: {value}" for name, value in sent.message().items()} for sent in mail.outbox)


def test_each_answer_is_what_the_readme_shows_of_it(shell, live_server):
    answer, carried_out = None, 0

    for command, shown in examples(SECTION):
        if command.startswith(("curl ", "grep ")) and not {"-d", "-X"} & {*command.split()}:
            # Whoever only reads has waited for the worker.
            let_the_worker_look()
        if command.startswith("grep "):
            assert is_in_the_mail(shown, shell)
        elif command.startswith("curl "):
            heard = carry_out(command, address=live_server.url, **shell)
            answer, carried_out = heard.body, carried_out + 1
            assert heard.status in (200, 201, 204), command
            assert is_as_shown(answer, parsed(shown)), (command, answer)
        else:
            assign(command, shell, answer)

    assert carried_out == 18


@pytest.mark.parametrize(
    ("answer", "shown", "is_so"),
    [
        ({"state": "offered", "id": 7}, {"state": "offered"}, True),
        ({"state": "accepted"}, {"state": "offered"}, False),
        ({}, {"state": "offered"}, False),
        ("on call until 09:00Z, by override 1", "on call until …", True),
        ("on call (until 09:00Z)", "on call (until …", True),
        ("next on call until 09:00Z", "on call until …", False),
        ([1, 2, 3], [1, "…"], True),
        ([1, 2, 3], ["…", 2, 3], True),
        ([1, 2, 3], [1, 2], False),
        ([], ["…", "…"], False),
        (None, {"state": "offered"}, False),
        (True, True, True),
    ],
)
def test_what_is_shown_of_an_answer_must_be_in_it(answer, shown, is_so):
    assert is_as_shown(answer, shown) is is_so
