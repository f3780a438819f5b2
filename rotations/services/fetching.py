"""What does a calendar say now that somebody else publishes, and did it change since it was read?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from rotations.engine.intervals import Interval
from rotations.incoming import Occurrence, Question, Unreadable, read_confined
from rotations.models import AbsenceFeed
from rotations.outgoing import Answer, Limits, Unreachable, send
from rotations.secrets import digest_of

LOOK_AHEAD: Final = timedelta(days=400)
LIMITS: Final = Limits(seconds=10, bytes=5 * 1024 * 1024, redirects=5)
# However long a server asks to be left alone, somebody may have mended it by tomorrow.
LONGEST_WAIT: Final = timedelta(days=1)
ACCEPTED: Final = "text/calendar, */*;q=0.1"
OK, NOT_MODIFIED = 200, 304


class NotRead(Exception):
    """The calendar was not read. ``wait`` is how long its server asks to be left alone."""

    def __init__(self, code: str, detail: str, *, wait: timedelta = timedelta(0)) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a fetch. ``occurrences`` is None where nothing changed since the calendar was read."""

    occurrences: tuple[Occurrence, ...] | None
    skipped: int
    etag: str
    last_modified: str
    digest: str
    read_as: str


def hear(feed: AbsenceFeed, *, now: datetime, limits: Limits = LIMITS) -> Heard:
    """Fetch and read the calendar of ``feed``; nothing is fetched or read again that is known to be as it was.

    Raises:
        NotRead: with the reason.
    """
    read_as = _read_as(feed, now)
    is_known = feed.read_as == read_as
    try:
        answer = send(feed.url, headers=_conditions(feed) if is_known else {"Accept": ACCEPTED}, limits=limits)
        if is_known and answer.status == NOT_MODIFIED:
            return Heard(None, feed.skipped, feed.etag, feed.last_modified, feed.digest, read_as)
        _require_found(feed, answer)
        digest = sha256(answer.body).hexdigest()
        etag, last_modified = _kept(answer, "ETag", 300), _kept(answer, "Last-Modified", 100)
        if is_known and digest == feed.digest:
            return Heard(None, feed.skipped, etag, last_modified, digest, read_as)
        question = Question(Interval(now, now + LOOK_AHEAD), feed.person.zone, feed.words)
        reading = read_confined(answer.body, question)
    except (Unreachable, Unreadable) as problem:
        raise NotRead(problem.code, problem.detail) from problem
    return Heard(reading.occurrences, reading.skipped, etag, last_modified, digest, read_as)


def _read_as(feed: AbsenceFeed, now: datetime) -> str:
    """Return what else the outcome depends on. On the next day the same calendar reaches a day further."""
    return digest_of("\n".join([feed.person.zone.key, feed.keywords, feed.name, now.date().isoformat()]))


def _conditions(feed: AbsenceFeed) -> dict[str, str]:
    conditions = {"If-None-Match": feed.etag, "If-Modified-Since": feed.last_modified}
    return {"Accept": ACCEPTED} | {name: value for name, value in conditions.items() if value}


def _require_found(feed: AbsenceFeed, answer: Answer) -> None:
    if answer.status == OK:
        return
    words = {
        401: "asks for a password, or the address is no longer right",
        403: "does not show this calendar; perhaps the address is no longer right",
        404: "has no calendar at this address any more",
        410: "has no calendar at this address any more",
    }.get(answer.status, "does not give the calendar at the moment")
    asked = answer.headers.get("Retry-After", "")
    wait = timedelta(seconds=int(asked[:9])) if asked.isascii() and asked.isdecimal() else timedelta(0)
    raise NotRead("bad_status", f"{feed.host} {words} ({answer.status}).", wait=min(wait, LONGEST_WAIT))


def _kept(answer: Answer, name: str, most: int) -> str:
    """Return a header to be sent back another time, or nothing where it is none that could be."""
    value = answer.headers.get(name, "")
    return value if len(value) <= most and value.isprintable() else ""
