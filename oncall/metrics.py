"""What does a monitoring system see? Gauges that are counted in the database when it asks, the same on every process.

The answer is open, as ``healthz`` is, so it holds numbers alone: no name of a person, a schedule or an incident.
Drills are left out.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from oncall.health import RETRY_AFTER_SECONDS
from oncall.incidents.models import MILDEST_SEVERITY, WORST_SEVERITY, Assignment, Incident, State, Vacancy
from oncall.models import Heartbeat
from rotations.models import ScheduleWarning, WarningKind
from rotations.queries import active_schedules, on_call

OPEN_STATES = (State.OFFERED, State.ACCEPTED, State.ACTING)


@csrf_exempt
@require_safe
def metrics(_request: HttpRequest) -> HttpResponse:
    """Answer in the text format of Prometheus; 503 while the database is away."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Counted(timezone.now()))
    try:
        body = generate_latest(registry)
    except DatabaseError:
        connection.close()
        return HttpResponse(status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


class _Counted(Collector):
    """The gauges at ``now``; a number of queries that does not depend on what there is."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._incidents()
        yield from self._schedules()
        if beat := Heartbeat.objects.first():
            age = (self.now - beat.at).total_seconds()
            yield GaugeMetricFamily("oncall_worker_age_seconds", "Since a worker was last seen to work.", value=age)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Say nothing ahead: to know the gauges is to count them."""
        return iter(())

    def _incidents(self) -> Iterator[GaugeMetricFamily]:
        by_severity = Incident.objects.filter(resolved_at=None, is_drill=False).order_by().values_list("severity")
        severities = dict.fromkeys(range(WORST_SEVERITY, MILDEST_SEVERITY + 1), 0) | _counts(by_severity)
        yield _gauge("oncall_incidents_open", "Incidents that are not resolved.", "severity", severities)
        held = Assignment.objects.filter(ended_at=None, incident__is_drill=False).order_by()
        states = dict.fromkeys(OPEN_STATES, 0) | _counts(held.values_list("state"))
        yield _gauge("oncall_roles_held", "Seats in open incidents that somebody is in.", "state", states)
        vacant = Vacancy.objects.filter(ended_at=None, incident__is_drill=False).count()
        yield GaugeMetricFamily("oncall_roles_vacant", "Required seats that nobody is in.", value=vacant)
        overdue = held.filter(state=State.OFFERED, accept_by__lte=self.now).count()
        yield GaugeMetricFamily("oncall_offers_overdue", "Offers that are due to be passed on.", value=overdue)

    def _schedules(self) -> Iterator[GaugeMetricFamily]:
        answers = Counter(
            "covered" if each.people else "silent" if each.silence else "gap"
            for each in on_call(active_schedules(), at=self.now)
        )
        states = {state: answers[state] for state in ("covered", "gap", "silent")}
        yield _gauge("oncall_schedules", "Schedules by whether somebody is on call now.", "state", states)
        foreseen = ScheduleWarning.objects.filter(cleared_at=None, end__gt=self.now).order_by().values_list("kind")
        kinds = dict.fromkeys(WarningKind, 0) | _counts(foreseen)
        yield _gauge("oncall_warnings_open", "Troubles foreseen in schedules.", "kind", kinds)


def _counts(values: QuerySet[Any, Any]) -> dict[Any, float]:
    return dict(values.annotate(Count("pk")))


def _gauge(name: str, says: str, label: str, values: Mapping[Any, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, says, labels=[label])
    for value, number in values.items():
        family.add_metric([str(value)], number)
    return family
