"""Which systems are told: their webhooks are added, edited, tried, given new secrets, switched off and on."""

import base64
import secrets as random_source
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from django.db import transaction

from oncall.notices.channels.webhooks import SECRET_PREFIX
from oncall.notices.models import Channel, Endpoint, Event, Message, State
from oncall.notices.telling import EventType
from oncall.notices.telling.events import utc
from rotations.actors import Actor
from rotations.errors import Conflict, Invalid
from rotations.models import Team
from rotations.outgoing import Unreachable, check
from rotations.permissions import require_administrator, require_manager
from rotations.services.rows import add_row, change_row

FIELDS: Final = frozenset({"name", "url", "types", "team"})
SECRET_BYTES: Final = 32
# For how long what is sent bears the signature of the secret before, too.
BOTH_FOR: Final = timedelta(hours=24)
# A name that is not found now may be found later; these never change by themselves.
NEVER_RIGHT: Final = {"forbidden_address", "invalid_url"}


def add_endpoint(
    *, name: str, url: str, types: list[str], team: Team | None = None, by: Actor, now: datetime
) -> tuple[Endpoint, str]:
    """Tell another system of what happens; return its webhook with the secret, which is shown this once.

    The name in ``url`` is looked up.

    Raises:
        NotPermitted: ``by`` does not manage ``team``; without one, ``by`` is no administrator.
        Invalid: ``forbidden_address``, ``invalid_url`` for an address that is never spoken to.
        ValidationError: a field is malformed.
    """
    _require_manager_of(team, by=by)
    _require_outside(url)
    secret = _new_secret()
    endpoint = Endpoint(name=name.strip(), url=url, types=types, team=team, secret=secret, created_at=now)
    with transaction.atomic():
        add_row(endpoint)
    return endpoint, secret


def edit_endpoint(endpoint: Endpoint, *, by: Actor, now: datetime, **fields: Any) -> Endpoint:  # noqa: ARG001
    """Change some of ``name, url, types, team``.

    Raises:
        NotPermitted: ``by`` manages not the teams before and after.
        Invalid: ``forbidden_address``, ``invalid_url``.
        ValidationError: a field is malformed.
    """
    if unknown := fields.keys() - FIELDS:
        raise TypeError(f"a webhook has no {', '.join(sorted(unknown))} to edit")
    if "url" in fields:
        _require_outside(fields["url"])
    with transaction.atomic():
        endpoint = _hold(endpoint, by=by)
        for field, value in fields.items():
            setattr(endpoint, field, value)
        _require_manager_of(endpoint.team, by=by)
        change_row(endpoint)
    return endpoint


@transaction.atomic
def rotate_secret(endpoint: Endpoint, *, by: Actor, now: datetime) -> tuple[Endpoint, str]:
    """Give the webhook another secret; for a day what is sent is signed with the one before, too.

    Raises:
        NotPermitted: ``by`` does not manage its team.
    """
    endpoint = _hold(endpoint, by=by)
    endpoint.previous_secret, endpoint.previous_until = endpoint.secret, now + BOTH_FOR
    endpoint.secret = _new_secret()
    endpoint.save(update_fields=["secret", "previous_secret", "previous_until"])
    return endpoint, endpoint.secret


@transaction.atomic
def send_test(endpoint: Endpoint, *, by: Actor, now: datetime) -> Message:
    """Send the webhook an event of type ``webhook.test`` as soon as a worker is free; return its message.

    Raises:
        NotPermitted: ``by`` does not manage its team.
        Conflict: ``webhook_disabled``.
    """
    endpoint = _hold(endpoint, by=by)
    if endpoint.disabled_at is not None:
        raise Conflict("webhook_disabled", f"{endpoint} is disabled; enable it first.")
    event = Event.objects.create(
        fact=f"test:{uuid4()}",
        type=EventType.WEBHOOK_TEST,
        at=now,
        data={"webhook": endpoint.name, "by": by.name, "at": utc(now)},
    )
    return Message.objects.create(channel=Channel.WEBHOOK, event=event, endpoint=endpoint, created_at=now, due_at=now)


@transaction.atomic
def disable_endpoint(endpoint: Endpoint, *, by: Actor, now: datetime) -> Endpoint:
    """Send nothing more; what waits is dropped. Doing it twice keeps the first moment.

    Raises:
        NotPermitted: ``by`` does not manage its team.
    """
    endpoint = _hold(endpoint, by=by)
    if endpoint.disabled_at is None:
        _disable(endpoint, because=f"By {by.name}.", now=now)
    return endpoint


@transaction.atomic
def enable_endpoint(endpoint: Endpoint, *, by: Actor, now: datetime) -> Endpoint:  # noqa: ARG001
    """Tell the webhook again of what happens from now on. Doing it twice is harmless.

    Raises:
        NotPermitted: ``by`` does not manage its team.
    """
    endpoint = _hold(endpoint, by=by)
    endpoint.disabled_at, endpoint.disabled_because = None, ""
    endpoint.save(update_fields=["disabled_at", "disabled_because"])
    return endpoint


def disable_gone(endpoints: Iterable[Endpoint], *, now: datetime) -> None:
    """Disable the webhooks that answered that they are gone."""
    for endpoint in {one.pk: one for one in endpoints}.values():
        _disable(endpoint, because="It answered 410 Gone.", now=now)


def note_attempts(results: Mapping[int, str], *, now: datetime) -> None:
    """Keep what came of the latest attempt at each webhook, by id."""
    for pk in sorted(results):
        Endpoint.objects.filter(pk=pk).update(last_tried_at=now, last_result=results[pk][:300])


def _disable(endpoint: Endpoint, *, because: str, now: datetime) -> None:
    Endpoint.objects.filter(pk=endpoint.pk).update(disabled_at=now, disabled_because=because[:200])
    waiting = Message.objects.filter(endpoint=endpoint, state=State.WAITING)
    waiting.update(state=State.DROPPED, due_at=None, claim=None, result="Its webhook is disabled.")


def _new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(random_source.token_bytes(SECRET_BYTES)).decode()


def _hold(endpoint: Endpoint, *, by: Actor) -> Endpoint:
    held = Endpoint.objects.select_for_update(no_key=True, of=("self",)).select_related("team").get(pk=endpoint.pk)
    _require_manager_of(held.team, by=by)
    return held


def _require_manager_of(team: Team | None, *, by: Actor) -> None:
    if team is None:
        require_administrator(by)
    else:
        require_manager(by, team)


def _require_outside(url: str) -> None:
    try:
        check(url)
    except Unreachable as problem:
        if problem.code in NEVER_RIGHT:
            raise Invalid(problem.code, problem.detail, field="url") from problem
