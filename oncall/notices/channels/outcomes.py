"""What came of an attempt, and when is the next one?"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

FIRST_DELAY: Final = timedelta(seconds=10)
GROWTH: Final = 4
LONGEST_DELAY: Final = timedelta(hours=8)
ATTEMPTS: Final = 10
"""With these, the last attempt is made between 22 and 34 hours after the first."""
JITTER: Final = 0.2


class Verdict(StrEnum):
    """``refused``: there is no use in trying again. ``gone``: the receiver wants nothing any more (410)."""

    SENT = "sent"
    FAILED = "failed"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one message, in words for whoever reads the log.

    ``retry_after`` is what the receiver asks for; ``was_tried`` is false where another failure decided for it.
    """

    verdict: Verdict
    words: str
    retry_after: timedelta = timedelta()
    was_tried: bool = True


def next_attempt_at(
    message: UUID, attempts: int, *, now: datetime, retry_after: timedelta = timedelta()
) -> datetime | None:
    """Return when to try again after ``attempts`` that failed, None when it was tried often enough.

    The delays grow fourfold from ten seconds to eight hours, each a fifth longer or shorter: by how much, follows from
    the message, so that those that failed together do not come back together.
    """
    if attempts >= ATTEMPTS:
        return None
    delay = min(FIRST_DELAY * float(GROWTH ** (attempts - 1)), LONGEST_DELAY)
    digest = hashlib.sha256(message.bytes + bytes([attempts])).digest()
    share = int.from_bytes(digest[:8]) / 2**64
    return now + max(delay * (1 - JITTER + 2 * JITTER * share), min(retry_after, LONGEST_DELAY))
