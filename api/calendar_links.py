"""Which calendars may somebody subscribe to? Everybody sees and closes their own links only."""

from contextlib import AbstractContextManager
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.fields import InstantField, NamedField, PersonField
from api.lists import listing, whole
from api.people import PersonShape
from api.schedules import schedules
from api.schema import shown
from api.shapes import Answer, NoParameters, Shape
from api.versions import tagged, unless_stale
from oncall.access.permissions import MayChangeSchedules
from rotations.errors import NotPermitted
from rotations.models import MOST_ALARMS, MOST_DAYS, CalendarLink, Person, Team
from rotations.queries.calendar_links import address_of, open_links_of
from rotations.services.feeds import add_calendar_link, edit_calendar_link, revoke_calendar_link, rotate_calendar_link

LINK = {
    "id": 5,
    "name": "Payments primary",
    "schedule": "payments-primary",
    "team": None,
    "person": None,
    "past_days": 30,
    "future_days": 180,
    "gaps": False,
    "alarms": [60],
    "merge": False,
    "busy": False,
    "created_at": "2026-11-20T03:14:00Z",
    "last_fetched_at": None,
    "last_client": "",
}
URL = "https://oncall.example.test/feeds/9vJ…/payments-primary.ics"


class CalendarOptions(Shape):
    """What a calendar shows, and how."""

    past_days = serializers.IntegerField(required=False, min_value=0, help_text="Counted from midnight UTC.")
    future_days = serializers.IntegerField(
        required=False, min_value=1, help_text=f"With `past_days` at most {MOST_DAYS}."
    )
    gaps = serializers.BooleanField(required=False, help_text="Gaps as events; not for a person.")
    alarms = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        help_text=f"Minutes before a shift starts; at most {MOST_ALARMS}.",
    )
    merge = serializers.BooleanField(required=False, help_text="Adjacent turns of one person as one event.")
    busy = serializers.BooleanField(required=False, help_text="Whether being on call blocks one's time.")


@shown(body={"schedule": "payments-primary", "alarms": [60]})
class CalendarLinkBody(CalendarOptions):
    """A link to the shifts of one schedule, one team or one person."""

    schedule = NamedField(schedules(), required=False, allow_null=True)
    team = NamedField(Team.objects.all(), required=False, allow_null=True)
    person = PersonField(required=False, allow_null=True)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)


@shown(body={"alarms": [10, 60], "busy": True})
class CalendarLinkEdit(CalendarOptions):
    """What changes; what it is about, and its address, stay."""

    id = serializers.IntegerField(read_only=True)
    schedule = serializers.CharField(read_only=True)
    team = serializers.CharField(read_only=True)
    person = PersonShape(read_only=True)
    name = serializers.CharField(max_length=200, required=False)
    created_at = InstantField(read_only=True)
    last_fetched_at = InstantField(read_only=True)
    last_client = serializers.CharField(read_only=True)


@shown(LINK)
class CalendarLinkShape(Answer):
    """A link. Its address is secret, and shown only when it is made or rotated."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    schedule = serializers.CharField(source="schedule.slug", default=None, allow_null=True)
    team = serializers.CharField(source="team.slug", default=None, allow_null=True)
    person = PersonShape(allow_null=True)
    past_days = serializers.IntegerField()
    future_days = serializers.IntegerField()
    gaps = serializers.BooleanField()
    alarms = serializers.ListField(child=serializers.IntegerField())
    merge = serializers.BooleanField()
    busy = serializers.BooleanField()
    created_at = InstantField()
    last_fetched_at = InstantField(allow_null=True)
    last_client = serializers.CharField(help_text="What fetched it last, as it calls itself.")


@shown({**LINK, "url": URL})
class NewCalendarLinkShape(CalendarLinkShape):
    """A link, with its address for the only time."""

    url = serializers.URLField(source="*", read_only=True)


def _with_address(link: CalendarLink, token: str) -> dict[str, Any]:
    return CalendarLinkShape.of(link) | {"url": address_of(link, token)}


def _edited(content: dict[str, Any]) -> dict[str, Any]:
    """Return what people edit of a link: that a calendar fetched it makes no edit stale."""
    return {key: value for key, value in content.items() if key not in {"last_fetched_at", "last_client"}}


class LinksOfOneself(Endpoint):
    """What addresses of links have in common: they belong to people."""

    permission_classes = (MayChangeSchedules,)

    def owner(self) -> Person:
        """Return who asks.

        Raises:
            NotPermitted: a service, which subscribes to nothing.
        """
        if not isinstance(self.request.user, Person):
            raise NotPermitted("Calendar links belong to people; use a personal token.")
        return self.request.user


class CalendarLinks(LinksOfOneself):
    """One's own links."""

    @extend_schema(responses=listing(CalendarLinkShape, LINK))
    def get(self, request: Request) -> Response:
        """List one's own links that are not revoked, the newest first."""
        NoParameters.given(request)
        return whole(CalendarLinkShape.each(open_links_of(self.owner())))

    @extend_schema(request=CalendarLinkBody, responses={201: NewCalendarLinkShape})
    def post(self, request: Request) -> Response:
        """Make a link; its address is in this answer only."""
        owner = self.owner()
        link, token = add_calendar_link(owner=owner, **CalendarLinkBody.read(request), by=self.by, now=self.now)
        return Response(_with_address(link, token), status=201)


class OneCalendarLink(LinksOfOneself):
    """One of one's own links."""

    @extend_schema(responses=CalendarLinkShape)
    def get(self, request: Request, number: int) -> Response:
        """Return one link, without its address."""
        NoParameters.given(request)
        return self._answer(request, number)

    @extend_schema(request=CalendarLinkEdit, responses=CalendarLinkShape)
    def patch(self, request: Request, number: int) -> Response:
        """Change what the calendar shows; whoever subscribed sees it at their next fetch."""
        link = get_object_or_404(open_links_of(self.owner()), pk=number)
        fields = CalendarLinkEdit.read(request, partial=True)
        with self._held(number):
            edit_calendar_link(link, **fields, by=self.by, now=self.now)
        return self._answer(request, number)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, number: int) -> Response:  # noqa: ARG002
        """Revoke a link: its address leads nowhere from now on."""
        link = get_object_or_404(open_links_of(self.owner()), pk=number)
        with self._held(number):
            revoke_calendar_link(link, by=self.by, now=self.now)
        return Response(status=204)

    def _held(self, number: int) -> AbstractContextManager[None]:
        root = CalendarLink.objects.filter(pk=number)
        return unless_stale(self.request, root=root, current=lambda: _edited(self._content(number)))

    def _answer(self, request: Request, number: int) -> Response:
        content = self._content(number)
        return tagged(request, content, edited=_edited(content))

    def _content(self, number: int) -> dict[str, Any]:
        return CalendarLinkShape.of(get_object_or_404(open_links_of(self.owner()), pk=number))


class RotatedCalendarLink(LinksOfOneself):
    """A new address for one of one's own links."""

    @extend_schema(request=None, responses=NewCalendarLinkShape)
    def post(self, request: Request, number: int) -> Response:  # noqa: ARG002
        """Give a link a new address; the old one leads nowhere from now on."""
        link = get_object_or_404(open_links_of(self.owner()), pk=number)
        return Response(_with_address(*rotate_calendar_link(link, by=self.by, now=self.now)))
