"""What does the README tell people to type? Its shell examples, read from the page and carried out as written."""

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
    words = iter(shlex.split(curl)[1:])
    url, method, headers, body = "", None, {}, None
    for word in words:
        match word:
            case "-s":
                pass
            case "-X":
                method = next(words)
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-d":
                body = next(words).encode()
            case _ if word.startswith(ADDRESS):
                url = address + word.removeprefix(ADDRESS)
            case _:
                raise ValueError(f"{word} is no part of a curl command that the README uses")
    request = urllib.request.Request(url, data=body, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, _parsed(answer.read()))
    except urllib.error.HTTPError as problem:
        return Answer(problem.code, _parsed(problem.read()))


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode()
