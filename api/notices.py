"""What does somebody want to hear, and how long before a shift? Everybody chooses for themselves."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.schema import shown
from api.shapes import NoParameters, Shape
from api.versions import tagged, unless_stale
from oncall.access.permissions import MayChangeSchedules
from oncall.notices.models import EARLIEST_REMINDER, LATEST_REMINDER, MOST_REMINDERS
from oncall.notices.queries import preference_of
from oncall.notices.services.preferences import choose_notices
from oncall.notices.telling import ALWAYS_TOLD, Topic
from rotations.models import Person

CHOSEN = [(topic.value, topic.words) for topic in Topic if topic not in ALWAYS_TOLD]
PREFERENCES = {"muted": ["lead"], "reminders": [1440, 60]}


@shown(PREFERENCES, body={"muted": ["lead", "swaps"], "reminders": [2880, 60]})
class NoticePreferences(Shape):
    """What one is told by e-mail: everything but the muted topics. What waits for an answer is always told."""

    muted = serializers.ListField(
        child=serializers.ChoiceField(choices=CHOSEN), required=False, help_text="Topics that one does not hear of."
    )
    reminders = serializers.ListField(
        child=serializers.IntegerField(min_value=LATEST_REMINDER, max_value=EARLIEST_REMINDER),
        max_length=MOST_REMINDERS,
        required=False,
        help_text="Minutes before a shift starts, the earliest first; none: no reminders.",
    )


class MyNotices(Endpoint):
    """What whoever asks is told."""

    permission_classes = (MayChangeSchedules,)
    also_answers = frozenset({404})

    @extend_schema(responses=NoticePreferences)
    def get(self, request: Request) -> Response:
        """Return what the person who asks is told; a service token is nobody, which is a 404."""
        NoParameters.given(request)
        return tagged(request, self._content())

    @extend_schema(request=NoticePreferences, responses=NoticePreferences)
    def patch(self, request: Request) -> Response:
        """Change it: what is left out stays."""
        person, chosen = self._person(), NoticePreferences.read(request, partial=True)
        with unless_stale(request, root=Person.objects.filter(pk=person.pk), current=self._content):
            choose_notices(person, **chosen, by=self.by, now=self.now)
        return tagged(request, self._content())

    def _person(self) -> Person:
        if not isinstance(self.request.user, Person):
            raise Http404
        return self.request.user

    def _content(self) -> dict[str, Any]:
        return NoticePreferences.of(preference_of(self._person()))
