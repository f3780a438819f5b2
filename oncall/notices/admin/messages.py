"""The log of deliveries in the admin: who was sent what, when, and what came of it. To be sent again, never changed."""

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from oncall.notices.models import Message, State
from oncall.notices.services.redelivering import redeliver
from oncall.notices.telling import EventType, Kind
from rotations.admin.acting import SeenByStaff, acting_person, managed_teams
from rotations.admin.verbs import OffersVerbs, Verb


class KindFilter(admin.SimpleListFilter):
    """What a message says: the kinds of notices, and the types of events."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.value, kind.label) for kind in Kind] + [(kind.value, kind.value) for kind in EventType]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if not self.value():
            return queryset
        return queryset.filter(**{"event__type" if self.value() in list(EventType) else "notice__kind": self.value()})


@admin.register(Message)
class MessagesAdmin(SeenByStaff, OffersVerbs):
    """Everybody in the admin sees the log; administrators send again, managers to the webhooks of their teams."""

    change_form_template = "rotations/admin/change_form.html"
    list_display = ("created_at", "recipient", "kind", "state", "attempts", "result")
    list_display_links = ("created_at", "recipient")
    list_filter = ("state", "channel", KindFilter, ("endpoint", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("notice__person", "event", "endpoint")
    search_fields = (
        "notice__person__name",
        "notice__person__email",
        "notice__subject",
        "endpoint__name",
        "result",
    )
    search_help_text = "The name or address of whom it went to, or what it says."
    date_hierarchy = "created_at"
    # On many pages of a long log, counting all of it costs more than showing one.
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("recipient", "channel", "kind", "subject", "said")}),
        ("What came of it", {"fields": ("state", "result", "attempts", "tried_at", "sent_at")}),
        ("When", {"fields": ("created_at", "due_at", "message_id")}),
    )
    readonly_fields = ("recipient", "kind", "subject", "said", "message_id", "created_at", "due_at")
    verbs = (
        Verb(
            name="redeliver",
            label="Redeliver",
            warning="It goes out again as soon as a worker is free, with the id it has.",
            done="{} is sent again.",
            perform=redeliver,
            offered=lambda message: message.state != State.WAITING or message.attempts > 0,
        ),
    )

    def may_do(self, request: HttpRequest, verb: Verb, obj: Message) -> bool:
        if acting_person(request).is_superuser:
            return True
        team = obj.endpoint.team if obj.endpoint is not None else None
        return team is not None and managed_teams(request).contains(team)

    @admin.display(description="to")
    def recipient(self, message: Message) -> str:
        return str(message.notice.person if message.notice else message.endpoint)

    @admin.display(description="kind")
    def kind(self, message: Message) -> str:
        if message.notice:
            return Kind(message.notice.kind).label
        return message.event.type if message.event else ""

    @admin.display(description="subject")
    def subject(self, message: Message) -> str:
        return str(message)

    @admin.display(description="text")
    def said(self, message: Message) -> SafeString:
        if message.notice:
            return format_html("<pre>{}</pre>", message.notice.text)
        data = message.event.data if message.event else {}
        return format_html("<pre>{}</pre>", json.dumps(data, indent=2, ensure_ascii=False))

    @admin.display(description="id, the same whenever it is sent")
    def message_id(self, message: Message) -> str:
        return str(message.pk)
