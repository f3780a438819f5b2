"""Measure everything and print the table."""

import os
import platform
import sys

from tests.benchmarks import engine
from tests.benchmarks.rows import Group, Row

# One file each; a new group of rows is one more line here.
GROUPS: tuple[tuple[str, Group], ...] = (("engine", engine.rows),)


def main() -> None:
    _say(f"{os.cpu_count()} cores, Python {platform.python_version()}")
    _say(f"{'what':<54}{'budget':>12}{'measured':>14}{'ratio':>8}  verdict")
    for name, rows in GROUPS:
        _say(f"-- {name}")
        for row in rows():
            _say(_line(row))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _line(row: Row) -> str:
    budget = "" if row.budget is None else f"<= {row.budget:g} {row.unit}"
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    return f"{row.what:<54}{budget:>12}{f'{row.measured:.4g} {row.unit}':>14}{ratio:>8}  {row.verdict:<8}{row.note}"


if __name__ == "__main__":
    main()
