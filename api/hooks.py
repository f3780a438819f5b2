"""What happened out there? The door for paging and alerting systems: ``POST /hooks/{token}/``.

Those that speak PagerDuty's Events API have one beside it, which answers as PagerDuty does.

A plain view: no session, no cookies, no CSRF; the token in the address says who is sending. What is refused is not
stored. Senders read the status: PagerDuty disables a subscription after three refusals.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    Throttled,
    UnsupportedMediaType,
)

from api.problems import TooLarge, exception_handler, problem_response
from api.rendering import as_json
from oncall.incidents.intake import SENDERS, Signal, Unsupported, is_signed, parsed, without_secrets
from oncall.incidents.models import Integration, IntegrationKind, Outcome
from oncall.incidents.services.deliveries import receive
from rotations.errors import Refusal
from rotations.secrets import digest_of

MEDIA_TYPE = "application/json"
MINUTE = 60
# Of a length: more than enough, and few enough for int.
DIGITS = 10


@csrf_exempt
def hook(request: HttpRequest, token: str) -> HttpResponse:
    """Take in one delivery and answer what it led to; every refusal is a problem with a stable code.

    Where the database is away, or this delivery lost a deadlock, 503 makes the sender try again.
    """
    return _answered(request, lambda: _taken_in(request, token, now=timezone.now()))


@csrf_exempt
def enqueue(request: HttpRequest, token: str) -> HttpResponse:
    """Take in one event of PagerDuty's Events API, version 2, and answer with its key; refusals as those of ``hook``.

    An event without a key gets one, by which its sender may acknowledge and resolve.
    """
    return _answered(request, lambda: _enqueued(request, token, now=timezone.now()))


def _answered(request: HttpRequest, take_in: Callable[[], HttpResponse]) -> HttpResponse:
    if request.method != "POST":
        return problem_response(405, "method_not_allowed", "Deliver with POST.", headers={"Allow": "POST"})
    try:
        return take_in()
    except (Refusal, APIException, OperationalError, InterfaceError) as refusal:
        problem = exception_handler(refusal)
        assert problem is not None  # noqa: S101 — each of these has an answer
        return problem


def _taken_in(request: HttpRequest, token: str, *, now: datetime) -> HttpResponse:
    heard = _heard(request, token, now=now)
    answer = receive(heard.integration, signal=heard.signal, body=heard.body, now=now)
    body = {"outcome": answer.outcome, "incident": answer.incident, "delivery": str(answer.delivery)}
    return _json(201 if answer.outcome == Outcome.DECLARED else 200, body)


def _enqueued(request: HttpRequest, token: str, *, now: datetime) -> HttpResponse:
    heard = _heard(request, token, now=now)
    if heard.integration.kind != IntegrationKind.PAGERDUTY_EVENTS:
        kind = heard.integration.get_kind_display()
        raise Unsupported(f"This address takes the Events API of PagerDuty; {heard.integration} is of kind {kind}.")
    signal = replace(heard.signal, dedup_key=heard.signal.dedup_key or uuid4().hex)
    receive(heard.integration, signal=signal, body=heard.body, now=now)
    return _json(202, {"status": "success", "message": "Event processed", "dedup_key": signal.dedup_key})


def _json(status: int, body: dict[str, Any]) -> HttpResponse:
    return HttpResponse(as_json(body), status=status, content_type=MEDIA_TYPE)


class Heard(NamedTuple):
    """What was sent and by whom; ``body`` is as it is kept."""

    integration: Integration
    signal: Signal
    body: str


def _heard(request: HttpRequest, token: str, *, now: datetime) -> Heard:
    integration = _integration_of(token)
    _throttle(integration, now=now)
    if request.content_type != MEDIA_TYPE:
        raise UnsupportedMediaType(request.content_type or "of no type")
    raw = _body_of(request)
    sender = SENDERS[integration.kind]
    signed = request.headers.get(sender.SIGNATURE_HEADER or "", "")
    if integration.signing_secret and not is_signed(raw, header=signed, secret=integration.signing_secret):
        raise AuthenticationFailed("The signature does not match the body.", code="bad_signature")
    signal = sender.signal_of(parsed(raw), request.headers)
    return Heard(integration, signal, without_secrets(raw))


def _integration_of(token: str) -> Integration:
    """Look the token up by its digest: comparing digests in an index tells a guesser nothing of the token."""
    known = Integration.objects.select_related("default_service").filter(revoked_at=None)
    integration = known.filter(token_digest=digest_of(token)).first()
    if integration is None:
        raise AuthenticationFailed("No integration has this address.", code="invalid_token")
    return integration


def _throttle(integration: Integration, *, now: datetime) -> None:
    """Count deliveries by the minute, in this process: one sender gone wild must not keep the others waiting."""
    seconds = int(now.timestamp())
    counter = f"hooks:{integration.pk}:{seconds // MINUTE}"
    cache.add(counter, 0, timeout=2 * MINUTE)
    if cache.incr(counter) > settings.HOOK_DELIVERIES_A_MINUTE:
        raise Throttled(wait=MINUTE - seconds % MINUTE)


def _body_of(request: HttpRequest) -> bytes:
    """Read the body, and never more than is allowed, whatever its Content-Length says."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    declared = request.META.get("CONTENT_LENGTH") or ""
    # Refused before a byte is read: a sender who promises more than it sends would keep us waiting for the rest.
    if declared.isdecimal() and int(declared[:DIGITS]) > limit:
        raise TooLarge
    # Without a length Django reads nothing; a server that takes chunks hands them over as one stream.
    is_chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    stream = request.META["wsgi.input"] if is_chunked else request
    raw: bytes = stream.read(limit + 1)
    if len(raw) > limit:
        raise TooLarge
    return raw
