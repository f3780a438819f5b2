"""Which calendars say when somebody is away?"""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.fields import InstantField, PersonField
from api.lists import listing, whole
from api.people import ADA, PersonShape
from api.schema import shown
from api.shapes import Answer, NoParameters, Parameters, Shape
from api.versions import tagged, unless_stale
from oncall.access.permissions import MayChangeSchedules
from rotations.models import AbsenceFeed, FeedState, Person
from rotations.queries.absence_feeds import seen_feeds
from rotations.services.absence_feeds import (
    add_absence_feed,
    ask_to_read,
    edit_absence_feed,
    feed_address,
    remove_absence_feed,
)

FEED = {
    "id": 3,
    "person": ADA,
    "name": "Leave",
    "host": "calendar.example.test",
    "keywords": "vacation, out of office",
    "state": "failing",
    "problem": {"code": "timed_out", "detail": "It took longer than 10 seconds."},
    "absences": 4,
    "skipped": 0,
    "created_at": "2026-10-01T08:00:00Z",
    "tried_at": "2026-11-20T03:10:00Z",
    "read_at": "2026-11-20T02:04:00Z",
}
URL = "https://calendar.example.test/9vJ…/leave.ics"


@shown(body={"url": URL, "name": "Leave", "keywords": "vacation, out of office"})
class AbsenceFeedBody(Shape):
    """``person`` may be left out by the person themself; a service token names them."""

    person = PersonField(required=False, allow_null=True)
    url = serializers.CharField(max_length=4096, help_text="Kept encrypted, and shown to nobody again.")
    name = serializers.CharField(
        max_length=100, required=False, allow_blank=True, help_text="The reason of its absences; seen by everybody."
    )
    keywords = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text="With commas between them: only events count that have one in their summary or categories.",
    )


class FeedProblemShape(Answer):
    """Why a calendar was not read the last time."""

    code = serializers.CharField()
    detail = serializers.CharField()


@shown(body={"keywords": "vacation"})
class AbsenceFeedEdit(AbsenceFeedBody):
    """What changes. Whose it is does not change."""

    id = serializers.IntegerField(read_only=True)
    person = PersonShape(read_only=True)  # type: ignore[assignment]
    name = serializers.CharField(max_length=100, required=False)
    host = serializers.CharField(read_only=True)
    state = serializers.CharField(read_only=True)
    problem = FeedProblemShape(read_only=True)
    absences = serializers.IntegerField(read_only=True)
    skipped = serializers.IntegerField(read_only=True)
    created_at = InstantField(read_only=True)
    tried_at = InstantField(read_only=True)
    read_at = InstantField(read_only=True)


@shown(FEED)
class AbsenceFeedShape(Answer):
    """A calendar from which absences are read, about once an hour. Its address is secret; the host is shown of it.

    While it cannot be read, what was read before stands; after two days without a good reading it is ``stale``.
    """

    id = serializers.IntegerField(source="feed.pk")
    person = PersonShape(source="feed.person")
    name = serializers.CharField(source="feed.name")
    host = serializers.CharField(source="feed.host")
    keywords = serializers.CharField(source="feed.keywords")
    state = serializers.ChoiceField(FeedState.choices)
    problem = FeedProblemShape(allow_null=True)
    absences = serializers.IntegerField(source="to_come", help_text="Read from it, and not over yet.")
    skipped = serializers.IntegerField(source="feed.skipped", help_text="Events that could not be understood.")
    created_at = InstantField(source="feed.created_at")
    tried_at = InstantField(source="feed.tried_at", allow_null=True)
    read_at = InstantField(source="feed.read_at", allow_null=True)


# What people edit; the rest changes by itself, with every reading.
EDITED = ("id", "person", "name", "host", "keywords")


class AbsenceFeedParameters(Parameters):
    """Which feeds."""

    person = PersonField(required=False, help_text="Only those of this person.")


class AbsenceFeeds(Endpoint):
    """The absence feeds of everybody."""

    permission_classes = (MayChangeSchedules,)

    @extend_schema(parameters=[AbsenceFeedParameters], responses=listing(AbsenceFeedShape, FEED))
    def get(self, request: Request) -> Response:
        """List the calendars that absences are read from, by person and name."""
        feeds = AbsenceFeed.objects.filter(**AbsenceFeedParameters.given(request))
        return whole(AbsenceFeedShape.each(seen_feeds(feeds, now=self.now)))

    @extend_schema(request=AbsenceFeedBody, responses={201: AbsenceFeedShape})
    def post(self, request: Request) -> Response:
        """Read absences from a calendar: one's own, or for managers those of anybody in their team.

        Its name is looked up at once, and an address inside the installation's own network is refused. It is read
        within a minute or two; how that went is in `state` and `problem`.
        """
        values = AbsenceFeedBody.read(request)
        person, by = self.on_behalf_of(values.pop("person", None))
        address = feed_address(values.pop("url"))
        feed = add_absence_feed(person, address=address, **values, by=by, now=self.now)
        content = _content(feed.pk, self.now)
        return tagged(request, content, edited=_edited(content), status=201, location=f"{request.path}{feed.pk}/")


class OneAbsenceFeed(Endpoint):
    """One absence feed."""

    permission_classes = (MayChangeSchedules,)

    @extend_schema(responses=AbsenceFeedShape)
    def get(self, request: Request, number: int) -> Response:
        """Return one absence feed, without its address."""
        NoParameters.given(request)
        return self._answer(number)

    @extend_schema(request=AbsenceFeedEdit, responses=AbsenceFeedShape)
    def patch(self, request: Request, number: int) -> Response:
        """Change the name, the keywords or the address; the calendar is read again soon, and what was read stands."""
        values = AbsenceFeedEdit.read(request, partial=True)
        feed = _feed(number)
        # A look-up of a name takes its time, so it is not done while anything is held.
        address = feed_address(values.pop("url")) if "url" in values else None
        with self._held(feed):
            edit_absence_feed(feed, address=address, **values, by=self.by, now=self.now)
        return self._answer(number)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, number: int) -> Response:  # noqa: ARG002
        """Read it no more. Its absences that have not begun are taken back, running ones end now, past ones stay."""
        feed = _feed(number)
        with self._held(feed):
            remove_absence_feed(feed, by=self.by, now=self.now)
        return Response(status=204)

    def _held(self, feed: AbsenceFeed) -> AbstractContextManager[None]:
        root = Person.objects.filter(pk=feed.person_id)
        return unless_stale(self.request, root=root, current=lambda: _edited(_content(feed.pk, self.now)))

    def _answer(self, number: int) -> Response:
        content = _content(number, self.now)
        return tagged(self.request, content, edited=_edited(content))


class AbsenceFeedRefresh(Endpoint):
    """A reading of one absence feed, before it is due."""

    permission_classes = (MayChangeSchedules,)

    @extend_schema(request=None, responses=AbsenceFeedShape)
    def post(self, request: Request, number: int) -> Response:  # noqa: ARG002
        """Let the calendar be read within the next minute or two; asking twice is harmless."""
        ask_to_read(_feed(number), by=self.by, now=self.now)
        return Response(_content(number, self.now))


def _feed(number: int) -> AbsenceFeed:
    return get_object_or_404(AbsenceFeed.objects.select_related("person"), pk=number)


def _content(number: int, now: datetime) -> dict[str, Any]:
    for seen in seen_feeds(AbsenceFeed.objects.filter(pk=number), now=now):
        return AbsenceFeedShape.of(seen)
    raise NotFound


def _edited(content: dict[str, Any]) -> dict[str, Any]:
    return {name: content[name] for name in EDITED}
