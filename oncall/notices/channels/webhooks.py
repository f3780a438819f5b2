"""How is an event told to another system? Signed as Standard Webhooks says, through the guard that lets nothing inside.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID

from oncall.notices.channels.outcomes import Outcome, Verdict
from rotations.outgoing import Limits, Unreachable, send

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what every secret begins with
# The receiver answers in this time; a redirect is a failure, because what is signed is for nobody else.
LIMITS: Final = Limits(seconds=10, bytes=64 * 1024, redirects=0)
AT_ONCE: Final = 8
# These ask to be called again later, and may say when.
BUSY: Final = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}

NOT_TRIED: Final = Outcome(Verdict.FAILED, "Not tried: the one before it failed.", was_tried=False)


@dataclass(frozen=True, slots=True)
class Call:
    """One event on its way to one endpoint; signed with each of ``secrets``."""

    id: UUID
    endpoint: int
    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    body: bytes


def call_all(calls: Sequence[Call], *, now: datetime) -> dict[UUID, Outcome]:
    """Make the calls, those of one endpoint in order, several endpoints at once; return what came of each.

    After one that failed, the others of its endpoint have failed, too: whoever is away costs one timeout.
    """
    by_endpoint: dict[int, list[Call]] = {}
    for call in calls:
        by_endpoint.setdefault(call.endpoint, []).append(call)
    with ThreadPoolExecutor(min(AT_ONCE, len(by_endpoint))) as pool:
        lines = pool.map(lambda theirs: dict(_in_order(theirs, now)), by_endpoint.values())
        return {message: outcome for line in lines for message, outcome in line.items()}


def signature(secret: str, *, message: str, timestamp: int, body: bytes) -> str:
    """Return ``v1,`` and the HMAC of what is sent, with the bytes that ``secret`` stands for."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers_of(call: Call, *, now: datetime) -> dict[str, str]:
    """Return the headers of an attempt at ``now``: the id stays the same, the timestamp is the attempt's."""
    message, timestamp = f"msg_{call.id.hex}", int(now.timestamp())
    signed = (signature(one, message=message, timestamp=timestamp, body=call.body) for one in call.secrets)
    return {
        "Content-Type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signed),
    }


def _in_order(calls: Sequence[Call], now: datetime) -> Iterator[tuple[UUID, Outcome]]:
    failed = False
    for call in calls:
        outcome = NOT_TRIED if failed else _call(call, now)
        failed = outcome.verdict is not Verdict.SENT
        yield call.id, outcome


def _call(call: Call, now: datetime) -> Outcome:
    try:
        answer = send(call.url, method="POST", headers=headers_of(call, now=now), body=call.body, limits=LIMITS)
    except Unreachable as problem:
        return Outcome(Verdict.FAILED, f"{problem.code}: {problem.detail}")
    words = f"{answer.status} {_phrase(answer.status)}".strip()
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return Outcome(Verdict.SENT, words)
    if answer.status == HTTPStatus.GONE:
        return Outcome(Verdict.GONE, words)
    return Outcome(Verdict.FAILED, words, _asked_to_wait(answer.status, answer.headers))


def _asked_to_wait(status: int, headers: Mapping[str, str]) -> timedelta:
    seconds = headers.get("Retry-After", "")
    is_plain = seconds.isascii() and seconds.isdecimal() and len(seconds) < 10
    return timedelta(seconds=int(seconds)) if status in BUSY and is_plain else timedelta()


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in {one.value for one in HTTPStatus} else ""
