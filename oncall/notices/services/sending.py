"""How do messages leave the house? Claimed in order of due time, sent outside any transaction, and noted."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
from django.db import transaction
from django.db.models import F, QuerySet

from oncall.notices.channels import mail, webhooks
from oncall.notices.channels.outcomes import Outcome, Verdict, next_attempt_at
from oncall.notices.models import Channel, Message, State
from oncall.notices.services.endpoints import disable_gone, note_attempts
from oncall.notices.telling.events import utc

logger = logging.getLogger(__name__)

# How many messages of a channel one call sends; the next takes on the rest.
BATCH: Final = {Channel.EMAIL: 10, Channel.WEBHOOK: 40}
# Longer than a batch can take. A worker that is killed meanwhile leaves its messages due again after this.
LEASE: Final = timedelta(minutes=3)
RESULT_LENGTH: Final = 300


def send_due(*, now: datetime) -> int:
    """Send what is due, a batch of each channel; return how many messages were claimed."""
    return send_due_mail(now=now) + send_due_webhooks(now=now)


def send_due_mail(*, now: datetime) -> int:
    """Mail the notices that are due; return how many were claimed.

    What was claimed is sent at least once: whoever is killed between sending and noting it, sends it again with the
    same ``Message-ID``.
    """
    claim, messages = _claim(Channel.EMAIL, now=now)
    if messages:
        outcomes = mail.post([_letter(one) for one in messages])
        _note(claim, messages, dict(zip((one.pk for one in messages), outcomes, strict=True)), now=now)
    return len(messages)


def send_due_webhooks(*, now: datetime) -> int:
    """Call the webhooks for which something is due; return how many messages were claimed.

    At least once, as mail, with the same ``webhook-id``. An endpoint that answers 410 is disabled.
    """
    claim, messages = _claim(Channel.WEBHOOK, now=now)
    if messages:
        outcomes = webhooks.call_all([_call(one, now=now) for one in messages], now=now)
        _note(claim, messages, outcomes, now=now)
    return len(messages)


def _claim(channel: Channel, *, now: datetime) -> tuple[UUID, list[Message]]:
    """Take on a batch of what is due: two workers never hold the same message."""
    claim = uuid4()
    due = Message.objects.filter(channel=channel, due_at__lte=now)
    if not due.exists():
        return claim, []
    _drop_expired(due, now=now)
    in_order = due.order_by("due_at", "notice_id", "event_id", "endpoint_id")
    chosen = list(in_order.values_list("pk", flat=True)[: BATCH[channel]])
    # Whoever was faster has moved the due moment: the condition is looked at again for each row.
    due.filter(pk__in=chosen).update(claim=claim, due_at=now + LEASE, attempts=F("attempts") + 1)
    rows = Message.objects.filter(pk__in=chosen, claim=claim).select_related("notice__person", "event", "endpoint")
    return claim, sorted(rows, key=lambda one: chosen.index(one.pk))


def _drop_expired(due: "QuerySet[Message]", *, now: datetime) -> None:
    """Send nothing that says nothing any more, such as a reminder of a shift that has begun; nor to who has left."""
    too_late = due.filter(notice__expires_at__lte=now).values("pk")
    _drop(too_late, because="It came too late to be of use.")
    left = due.filter(notice__person__is_active=False).values("pk")
    _drop(left, because="The person is deactivated.")


def _drop(waiting: Any, *, because: str) -> None:
    Message.objects.filter(pk__in=waiting).update(state=State.DROPPED, due_at=None, claim=None, result=because)


def _note(claim: UUID, messages: Sequence[Message], outcomes: Mapping[UUID, Outcome], *, now: datetime) -> None:
    """Store what came of each message; not of one that somebody else has claimed since."""
    with transaction.atomic():
        held = Message.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=outcomes, claim=claim)
        rows = list(held.order_by("pk"))
        for row in rows:
            _fill_in(row, outcomes[row.pk], now=now)
            _log(row)
        Message.objects.bulk_update(rows, ["state", "claim", "due_at", "tried_at", "sent_at", "result"])
        calls = [(one.endpoint, outcomes[one.pk]) for one in messages if one.endpoint is not None]
        note_attempts({endpoint.pk: outcome.words for endpoint, outcome in calls if outcome.was_tried}, now=now)
        disable_gone([endpoint for endpoint, outcome in calls if outcome.verdict is Verdict.GONE], now=now)


def _fill_in(message: Message, outcome: Outcome, *, now: datetime) -> None:
    message.claim, message.tried_at, message.result = None, now, outcome.words[:RESULT_LENGTH]
    if outcome.verdict is Verdict.SENT:
        message.state, message.sent_at, message.due_at = State.SENT, now, None
        return
    again = next_attempt_at(message.pk, message.attempts, now=now, retry_after=outcome.retry_after)
    if again is None or outcome.verdict is not Verdict.FAILED:
        message.state, message.due_at = State.GIVEN_UP, None
    else:
        message.due_at = again


def _log(message: Message) -> None:
    level = logging.INFO if message.state == State.SENT else logging.WARNING
    said = "sent" if message.state == State.SENT else "not sent"
    about = {"message_id": message.pk, "channel": str(message.channel), "state": str(message.state)}
    logger.log(level, said, extra={"facts": about | {"attempts": message.attempts, "result": message.result}})


def _letter(message: Message) -> mail.Letter:
    notice = message.notice
    assert notice is not None  # noqa: S101 - a constraint says so of every mail
    return mail.Letter(
        id=message.pk,
        name=notice.person.name,
        email=notice.person.email,
        subject=notice.subject,
        text=notice.text,
        path=notice.path,
        action=notice.action,
        thread=f"incident-{notice.incident_id}" if notice.incident_id else "",
    )


def _call(message: Message, *, now: datetime) -> webhooks.Call:
    event, endpoint = message.event, message.endpoint
    assert event is not None  # noqa: S101 - a constraint says so of every call
    assert endpoint is not None  # noqa: S101 - as above
    body = {"type": event.type, "timestamp": utc(event.at), "data": event.data}
    return webhooks.Call(message.pk, endpoint.pk, endpoint.url, endpoint.secrets_at(now), orjson.dumps(body))
