"""One night in which people call the API over HTTP, each with a token of their own, while the worker looks after it."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from celery import current_app
from django.conf import settings

DAY = "2026-11-20"


@dataclass
class Night:
    """The clock that everybody reads, the server that they call, and the incident that they talk about."""

    server: str
    clock: str
    number: int = 0

    @property
    def now(self) -> datetime:
        """Return the instant that it is."""
        return datetime.fromisoformat(f"{DAY}T{self.clock}").replace(tzinfo=UTC)

    def until(self, clock: str) -> None:
        """Let time pass, and the worker look."""
        self.clock = clock
        let_the_worker_look()


def let_the_worker_look() -> None:
    """Let every periodic task look once at what is due."""
    current_app.loader.import_default_modules()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        current_app.tasks[entry["task"]]()


@dataclass
class Caller:
    """Somebody's program, or a system's."""

    night: Night
    headers: dict[str, str]

    def at(self, clock: str, path: str, body: dict[str, Any] | None = None, *, method: str = "POST") -> Any:
        """Call at this time, then let the worker look; return the answer, or the code of the refusal."""
        self.night.clock = clock
        answer = self._call(method, path, body or {})
        self.night.until(clock)
        return answer

    def read(self, path: str) -> Any:
        """Return what is there."""
        return self._call("GET", path, None)

    def _call(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        address = f"{self.night.server}/api/v1/{path.format(incident=f'incidents/{self.night.number}')}"
        data = None if body is None else json.dumps(body).encode()
        headers = {**self.headers, "Content-Type": "application/json"}
        try:
            with urllib.request.urlopen(
                urllib.request.Request(address, data, headers, method=method), timeout=30
            ) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as refusal:
            return json.loads(refusal.read())["code"]
