"""Somebody says that it did not arrive: the same message goes out again."""

from datetime import datetime

from django.db import transaction

from oncall.notices.models import Message, State
from rotations.actors import Actor
from rotations.errors import Conflict
from rotations.permissions import require_administrator, require_manager


@transaction.atomic
def redeliver(message: Message, *, by: Actor, now: datetime) -> Message:
    """Send a message again as soon as a worker is free, with the id it has, whatever became of it before.

    Attempts are counted anew. One that waits is sent now.

    Raises:
        NotPermitted: of a mail, ``by`` is no administrator; of a webhook, ``by`` does not manage its team.
        Conflict: ``webhook_disabled``; ``person_deactivated``.
    """
    message = (
        Message.objects.select_for_update(no_key=True, of=("self",))
        .select_related("notice__person", "endpoint__team")
        .get(pk=message.pk)
    )
    _require_may(message, by=by)
    if message.endpoint is not None and message.endpoint.disabled_at is not None:
        raise Conflict("webhook_disabled", f"{message.endpoint} is disabled; enable it first.")
    if message.notice is not None and not message.notice.person.is_active:
        raise Conflict("person_deactivated", f"{message.notice.person} is deactivated.")
    message.state, message.due_at, message.attempts, message.claim, message.sent_at = State.WAITING, now, 0, None, None
    message.save(update_fields=["state", "due_at", "attempts", "claim", "sent_at"])
    return message


def _require_may(message: Message, *, by: Actor) -> None:
    team = message.endpoint.team if message.endpoint is not None else None
    if team is None:
        require_administrator(by)
    else:
        require_manager(by, team)
