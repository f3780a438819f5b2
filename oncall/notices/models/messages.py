"""What leaves the house: one notice to one address, or one event to one webhook."""

import uuid

from django.db import models
from django.db.models import Q

from oncall.notices.models.notices import Notice
from oncall.notices.models.webhooks import Endpoint, Event


class Channel(models.TextChoices):
    EMAIL = "email", "E-mail"
    WEBHOOK = "webhook", "Webhook"


class State(models.TextChoices):
    """``dropped``: it came too late to say anything, or its webhook was disabled. ``muted``: the person's choice."""

    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"
    GIVEN_UP = "given_up", "Given up"
    DROPPED = "dropped", "Dropped"
    MUTED = "muted", "Muted"


class Message(models.Model):
    """One delivery. Whatever is tried again goes out with the same id, so that a receiver can tell.

    ``due_at`` is when it is next to be sent, null where it is not any more. A worker claims it by moving that on and
    leaving ``claim`` there; if it is killed, the message is due again when that time has passed. ``result`` says what
    came of the latest attempt.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.CharField(max_length=7, choices=Channel)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, null=True, related_name="messages")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, null=True, related_name="messages")
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.PROTECT, null=True, related_name="messages", verbose_name="webhook"
    )
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    claim = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("-created_at", "-notice_id", "-event_id")
        indexes = (
            models.Index(name="message_due", fields=("channel", "due_at"), condition=Q(due_at__isnull=False)),
            models.Index(name="message_by_age", fields=("-created_at",)),
        )
        constraints = (
            models.CheckConstraint(
                name="a_message_tells_a_notice_or_an_event",
                condition=Q(channel=Channel.EMAIL, notice__isnull=False, event=None, endpoint=None)
                | Q(channel=Channel.WEBHOOK, notice=None, event__isnull=False, endpoint__isnull=False),
            ),
            models.UniqueConstraint(name="a_notice_is_mailed_once", fields=("notice",), condition=Q(channel="email")),
            models.UniqueConstraint(name="a_webhook_hears_an_event_once", fields=("event", "endpoint")),
            models.CheckConstraint(
                name="a_message_is_due_while_it_waits",
                condition=Q(state=State.WAITING, due_at__isnull=False) | (~Q(state=State.WAITING) & Q(due_at=None)),
            ),
            models.CheckConstraint(
                name="what_was_sent_was_sent_at_a_moment", condition=~Q(state=State.SENT) | Q(sent_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return str(self.notice or self.event)
