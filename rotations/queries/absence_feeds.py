"""Which calendars say when somebody is away, and how far can they be trusted?"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from rotations.models import AbsenceFeed, FeedState, Person


class FeedProblem(NamedTuple):
    """Why a calendar was not read the last time."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class FeedSeen:
    """A feed as it stands. ``words`` say how that is, and what went wrong; ``to_come`` counts absences not over yet."""

    feed: AbsenceFeed
    state: FeedState
    words: str
    problem: FeedProblem | None
    to_come: int


def absence_feeds_of(person: Person, *, now: datetime) -> tuple[FeedSeen, ...]:
    """Return the absence feeds of ``person``, by name; one query."""
    return seen_feeds(AbsenceFeed.objects.filter(person=person), now=now)


def seen_feeds(feeds: QuerySet[AbsenceFeed], *, now: datetime) -> tuple[FeedSeen, ...]:
    """Return some feeds, each with its person, by the person's name and their own; one query."""
    counted = feeds.select_related("person").annotate(to_come=Count("absences", filter=Q(absences__end__gt=now)))
    return tuple(_seen(feed, now) for feed in counted.order_by("person__name", "name", "pk"))


def _seen(feed: AbsenceFeed, now: datetime) -> FeedSeen:
    state = feed.state_at(now)
    problem = FeedProblem(feed.problem_code, feed.problem) if feed.problem_code else None
    words = f"{state.label}. {feed.problem}" if problem else f"{state.label}."
    return FeedSeen(feed, state, words, problem, feed.to_come)  # type: ignore[attr-defined]  # annotated
