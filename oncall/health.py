"""Is this process alive, and can it answer?"""

from datetime import datetime

from celery import current_app
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from oncall.models import Heartbeat

PROBE_SECONDS = 1
RETRY_AFTER_SECONDS = 5


@csrf_exempt
@require_safe
def alive(_request: HttpRequest) -> HttpResponse:
    """Answer as long as this process runs; touches nothing else."""
    return JsonResponse({"status": "alive"})


@csrf_exempt
@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """Report the database, the broker and the worker; 503 only when the database is away.

    Without a worker, incidents are still declared and answered: a load balancer must not turn them away.
    """
    try:
        last = Heartbeat.objects.first()
    except DatabaseError:
        connection.close()
        answer = JsonResponse({"status": "unavailable", "database": "away"}, status=503)
        answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return answer
    age = _age(last.at, now=timezone.now()) if last else None
    return JsonResponse({"status": "ready", "database": "ok", "broker": _broker(), "worker": {"age_seconds": age}})


def _age(moment: datetime, *, now: datetime) -> float:
    return round((now - moment).total_seconds(), 1)


def _broker() -> str:
    with current_app.connection_for_write(connect_timeout=PROBE_SECONDS) as broker:
        try:
            broker.ensure_connection(max_retries=1, timeout=PROBE_SECONDS)
        except OperationalError:
            return "away"
    return "ok"
