"""What does the README tell people to type? Its shell examples, read from the page and carried out as written."""

import argparse
import json
import re
import shlex
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

README = Path(__file__).parents[2] / "README.md"
ADDRESS = "http://localhost:8000"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; ``body`` is parsed where it is JSON."""

    status: int
    body: Any


def commands(section: str) -> list[str]:
    """Return the commands of a section's console blocks, each on one line, without their prompts."""
    return [command for command, _ in examples(section)]


def examples(section: str) -> list[tuple[str, str]]:
    """Return the commands of a section, each with what is shown of its answer: the lines below it."""
    text = README.read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"```console\n(.*?)```", text, flags=re.DOTALL)
    typed = re.split(r"^\$ ", "".join(blocks).replace("\\\n", " "), flags=re.MULTILINE)[1:]
    return [(command, "\n".join(shown).strip()) for command, *shown in map(str.splitlines, typed)]


def is_as_shown(answer: Any, shown: Any) -> bool:
    """Say whether an answer is what the README shows of it.

    Objects may have more than is shown, and lists too where ``"…"`` is their last item; elsewhere, ``…`` stands for
    any words, and alone for anything.
    """
    match shown:
        case "…":
            return True
        case str():
            return isinstance(answer, str) and bool(re.fullmatch(re.escape(shown).replace("…", ".*"), answer))
        case dict():
            has_all = isinstance(answer, dict) and shown.keys() <= answer.keys()
            return has_all and all(is_as_shown(answer[name], value) for name, value in shown.items())
        case [*first, "…"]:
            return len(answer) >= len(first) and all(map(is_as_shown, answer, first))
        case list():
            return len(answer) == len(shown) and all(map(is_as_shown, answer, shown))
        case _:
            return bool(answer == shown)


def carry_out(curl: str, *, address: str, **variables: str) -> Answer:
    """Send the request that a ``curl`` command describes to ``address``, with the shell's variables put in."""
    asked = _CURL.parse_args(shlex.split(Template(curl).safe_substitute(variables), comments=True)[1:])
    request = urllib.request.Request(
        asked.url.replace(ADDRESS, address),
        data=asked.d and asked.d.encode(),
        headers=dict(header.split(": ", 1) for header in asked.H),
        method=asked.X,
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, parsed(answer.read()))
    except urllib.error.HTTPError as problem:
        return Answer(problem.code, parsed(problem.read()))


def _curl() -> argparse.ArgumentParser:
    """Return what reads the options of curl that the README uses; another one fails the test."""
    parser = argparse.ArgumentParser("curl", exit_on_error=False)
    parser.add_argument("url")
    parser.add_argument("-s", action="store_true")
    for option in ("-X", "-d"):
        parser.add_argument(option)
    parser.add_argument("-H", action="append", default=[])
    return parser


_CURL = _curl()


def parsed(raw: str | bytes) -> Any:
    """Return what an answer says: of JSON its value, of anything else the text."""
    try:
        return json.loads(raw)
    except ValueError:
        return raw if isinstance(raw, str) else raw.decode()
