"""Measure everything and print the table."""

import os
import platform
import sys

from tests.benchmarks import calendars, engine, growth, on_postgres
from tests.benchmarks.database import database
from tests.benchmarks.rows import Group, Row


def main() -> None:
    _say(f"{os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}; best of many")
    _say(f"{'what':<58}{'budget':>12}{'measured':>14}{'ratio':>8}  verdict")
    _measure("engine", engine.rows)
    _measure("as it grows", growth.rows)
    _measure("side by side", calendars.rows)
    with database():
        # Models can be imported only now.
        from tests.benchmarks import feeds, memory, rate, requests, sweeping, timeline

        _measure("over HTTP, in process", requests.rows)
        _measure("calendars over HTTP, in process", feeds.rows)
        _measure("pages, in process", timeline.rows)
        _measure("over HTTP, on loopback", rate.rows)
        _measure("memory", memory.rows)
        _measure("periodic work, SQLite", sweeping.rows)
    _measure("PostgreSQL", on_postgres.rows)


def _measure(name: str, rows: Group) -> None:
    _say(f"-- {name}")
    for row in rows():
        _say(_line(row))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _line(row: Row) -> str:
    budget = "" if row.budget is None else f"<= {row.budget:g} {row.unit}"
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    return f"{row.what:<58}{budget:>12}{f'{row.measured:.4g} {row.unit}':>14}{ratio:>8}  {row.verdict:<8}{row.note}"


if __name__ == "__main__":
    main()
