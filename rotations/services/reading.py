"""Reading the calendars that say when somebody is away: which are due, and what came of it.

Nothing is deleted because a calendar could not be read: what was read before stands, and is marked as stale in time.

A calendar is fetched and parsed outside of any transaction. Before, it is claimed by moving ``due_at`` on. Afterwards
what came of it is stored only while ``due_at`` is as it was claimed: if the feed was edited or removed meanwhile, or
claimed by another worker because this one was away for long, it is read once more instead.
"""

import logging
import random
import time
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from rotations.actors import Actor
from rotations.models import AbsenceFeed
from rotations.outgoing import Limits
from rotations.services.absentees import hold_absentee
from rotations.services.fetching import LIMITS, Heard, NotRead, hear
from rotations.services.read_absences import replace_absences

logger = logging.getLogger(__name__)

READ_EVERY: Final = timedelta(hours=1)
FIRST_RETRY: Final = timedelta(minutes=5)
LAST_RETRY: Final = timedelta(hours=6)
# So that feeds that were added together, or failed together, do not come back together.
JITTER: Final = 0.2
# Whoever claims a feed and is not done by then has died over it.
CLAIMED_FOR: Final = timedelta(minutes=10)
# A call reads at most so many feeds, and begins none after so many seconds: other tasks wait for the same worker.
BATCH: Final = 50
SECONDS: Final = 15.0


def read_due_feeds(*, now: datetime, limits: Limits = LIMITS) -> int:
    """Read the feeds that are due, in order of when they were; return how many."""
    until = time.monotonic() + SECONDS
    due = AbsenceFeed.objects.filter(due_at__lte=now, person__is_active=True).order_by("due_at", "pk")
    read = 0
    for feed in due.select_related("person")[:BATCH]:
        if time.monotonic() >= until:
            break
        if _claim(feed, now=now):
            _read(feed, limits=limits, now=now)
            read += 1
    return read


def _claim(feed: AbsenceFeed, *, now: datetime) -> bool:
    due_at, feed.due_at = feed.due_at, now + CLAIMED_FOR
    return bool(AbsenceFeed.objects.filter(pk=feed.pk, due_at=due_at).update(due_at=feed.due_at, tried_at=now))


def _read(feed: AbsenceFeed, *, limits: Limits, now: datetime) -> None:
    try:
        heard = hear(feed, now=now, limits=limits)
    except NotRead as problem:
        _note_failure(feed, problem, now=now)
    else:
        _store(feed, heard, now=now)


def _note_failure(feed: AbsenceFeed, problem: NotRead, *, now: datetime) -> None:
    facts = {"feed": feed.pk, "host": feed.host, "code": problem.code, "failures": feed.failures + 1}
    logger.warning("absence_feed_not_read", extra={"facts": facts})
    backoff = min(FIRST_RETRY * 2 ** min(feed.failures, 10), LAST_RETRY)
    AbsenceFeed.objects.filter(pk=feed.pk, due_at=feed.due_at).update(
        due_at=now + max(_spread(backoff), problem.wait),
        failures=feed.failures + 1,
        problem_code=problem.code,
        problem=problem.detail[:300],
    )


@transaction.atomic
def _store(feed: AbsenceFeed, heard: Heard, *, now: datetime) -> None:
    person = hold_absentee(feed.person, by=Actor.system())
    row = AbsenceFeed.objects.select_for_update(no_key=True).filter(pk=feed.pk, due_at=feed.due_at).first()
    if row is None:
        return
    row.person = person
    if heard.occurrences is not None:
        replace_absences(row, heard.occurrences, by=Actor.system(), now=now)
    row.etag, row.last_modified, row.digest, row.read_as = heard.etag, heard.last_modified, heard.digest, heard.read_as
    row.skipped, row.read_at, row.due_at = heard.skipped, now, now + _spread(READ_EVERY)
    row.failures, row.problem_code, row.problem = 0, "", ""
    row.save()


def _spread(wait: timedelta) -> timedelta:
    return wait * random.uniform(1, 1 + JITTER)  # noqa: S311 - nothing to guess
