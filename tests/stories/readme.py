"""What does the README tell people to type? Its shell examples, read from the page and carried out as written."""

import argparse
import json
import re
import shlex
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
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
    text = README.read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"```console\n(.*?)```", text, flags=re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


def carry_out(curl: str, *, address: str, **variables: str) -> Answer:
    """Send the request that a ``curl`` command describes to ``address``, with the shell's variables put in."""
    for name, value in variables.items():
        curl = curl.replace(f"${name}", value)
    asked = _CURL.parse_args(shlex.split(curl)[1:])
    request = urllib.request.Request(
        asked.url.replace(ADDRESS, address),
        data=asked.d and asked.d.encode(),
        headers=dict(header.split(": ", 1) for header in asked.H),
        method=asked.X,
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, _parsed(answer.read()))
    except urllib.error.HTTPError as problem:
        return Answer(problem.code, _parsed(problem.read()))


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


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode()
