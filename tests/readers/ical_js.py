"""What does a calendar show that is built on ical.js, the library of Thunderbird and Nextcloud?"""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.servers import missing

FOLDER = Path(__file__).parent


def subscribe(fetched: Sequence[bytes]) -> list[dict[str, Any]]:
    """Return what it shows after each of the calendars that it ``fetched`` one after the other.

    Skips the test where Node or the library is not installed.
    """
    node = shutil.which("node") or missing("node")
    if not (FOLDER / "node_modules" / "ical.js").is_dir():
        missing("ical.js (npm ci --prefix tests/readers)")
    texts = json.dumps([content.decode() for content in fetched])
    done = subprocess.run(
        [node, FOLDER / "subscribe.mjs"], input=texts, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers
