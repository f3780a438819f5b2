"""The log of deliveries in the admin: what senders sent, and what came of it. Nothing here can be changed."""

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from oncall.incidents.models import Delivery
from rotations.admin.acting import SeenByStaff

# Django's admin classes are generic to the type checker only.
if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


@admin.register(Delivery)
class DeliveriesAdmin(SeenByStaff, ModelAdmin):
    list_display = ("received_at", "integration", "outcome", "incident", "detail")
    list_filter = ("integration", "outcome")
    list_select_related = ("integration", "incident")
    search_fields = ("key", "=incident__number", "detail")
    date_hierarchy = "received_at"
    fields = ("integration", "received_at", "outcome", "incident", "detail", "key", "sent")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        # A page of the list would carry fifty megabytes of bodies in the worst case.
        return super().get_queryset(request).defer("body")

    @admin.display(description="body")
    def sent(self, delivery: Delivery) -> SafeString:
        # Every stored body is JSON: others are refused before they are stored.
        return format_html("<pre>{}</pre>", json.dumps(json.loads(delivery.body), indent=2, ensure_ascii=False))
