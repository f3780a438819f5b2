"""Absence feeds in the admin: calendars that say when somebody is away. Their addresses are typed in, never shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from rotations.actors import Actor
from rotations.admin.acting import ChangedForPeople
from rotations.admin.through_services import Formset, ServiceForm, ThroughServices
from rotations.admin.verbs import Verb
from rotations.models import AbsenceFeed
from rotations.services import absence_feeds

TOLD = ("host", "state", "problem", "read_at", "skipped", "created_at")


class AbsenceFeedForm(ServiceForm):
    places = {"url": "where"}

    # Another name than the model's, so that what is stored is never filled in.
    where = forms.CharField(
        label="Address",
        max_length=4096,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        help_text="Where the calendar is published (https or webcal). It is a secret, and kept as one.",
    )

    class Meta:
        model = AbsenceFeed
        fields = ("person", "name", "keywords")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "where" in self.fields and self.instance.pk:
            self.fields["where"].required = False
            self.fields["where"].help_text = "Leave empty to keep it; it is not shown again."
        if "name" in self.fields and not self.instance.pk:
            self.fields["name"].required = False
            self.fields["name"].help_text = "The reason of its absences, seen by everybody; empty: the calendar's host."


@admin.register(AbsenceFeed)
class AbsenceFeedsAdmin(ChangedForPeople, ThroughServices):
    form = AbsenceFeedForm
    list_display = ("name", "person", "host", "state", "read_at", "problem")
    list_filter = ("problem_code", "person__teams")
    list_select_related = ("person",)
    search_fields = ("name", "host", "person__name", "person__email")
    fields = ("person", "name", "where", "keywords")
    verbs = (
        Verb(
            name="read",
            label="Read again",
            warning="The calendar is read within a minute or two, before it would be due.",
            done="{} is read again soon.",
            perform=absence_feeds.ask_to_read,
        ),
        Verb(
            name="remove",
            label="Remove",
            warning="Its absences that have not begun are taken back, running ones end now. What happened stays.",
            done="{} was removed.",
            perform=absence_feeds.remove_absence_feed,
            is_grave=True,
        ),
    )

    def get_fields(self, request: HttpRequest, obj: AbsenceFeed | None = None) -> Any:
        if obj is None:
            return self.fields
        typed = self.fields if self.has_change_permission(request, obj) else ("person", "name", "keywords")
        return (*typed, *TOLD)

    def get_readonly_fields(self, request: HttpRequest, obj: AbsenceFeed | None = None) -> Any:
        return ("person", *TOLD) if obj else ()

    @admin.display(description="state")
    def state(self, feed: AbsenceFeed) -> str:
        return feed.state_at(timezone.now()).label

    # The name is looked up within the transaction of the admin's request: its forms know no time before it.
    def add(self, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime) -> AbsenceFeed:
        values = form.cleaned_data
        return absence_feeds.add_absence_feed(
            values["person"],
            address=absence_feeds.feed_address(values["where"]),
            name=values["name"],
            keywords=values["keywords"],
            by=by,
            now=now,
        )

    def edit(
        self, obj: AbsenceFeed, form: Any, formsets: Sequence[Formset], *, by: Actor, now: datetime
    ) -> AbsenceFeed:
        values = form.cleaned_data
        address = absence_feeds.feed_address(values["where"]) if values["where"] else None
        return absence_feeds.edit_absence_feed(
            obj, address=address, name=values["name"], keywords=values["keywords"], by=by, now=now
        )
