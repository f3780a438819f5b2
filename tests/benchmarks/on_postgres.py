"""What is measured on PostgreSQL: a server of its own, and a process of its own, since Django is set up once in each.

Run with the address of an empty database, this module measures there and prints its rows as JSON, one a line.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks.database import database
from tests.benchmarks.rows import Row
from tests.postgres import start_postgres, stop_postgres

ROOT = Path(__file__).parents[2]


def rows() -> Iterator[Row]:
    """Yield what was measured, with writes that reach the disk before they are answered."""
    server, url = start_postgres()
    try:
        command = (sys.executable, "-m", "tests.benchmarks.on_postgres", url)
        measured = subprocess.run(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True, check=True)
    finally:
        stop_postgres(server)
    yield from (Row(**json.loads(line)) for line in measured.stdout.splitlines())


def _measure(url: str) -> None:
    with database(url):
        from tests.benchmarks import declaring, sweeping

        for group in (declaring.rows, sweeping.rows):
            for row in group():
                sys.stdout.write(f"{json.dumps(asdict(row))}\n")


if __name__ == "__main__":
    _measure(sys.argv[1])
