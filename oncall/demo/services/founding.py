"""How does the demo come about? Through the services that everybody else uses, in one transaction."""

import secrets
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from oncall.access.models import Scope
from oncall.access.services.tokens import create_token
from oncall.demo.company import ADMINISTRATOR, MEMBER
from oncall.demo.keys import Keys
from oncall.demo.services.history import resolve_one, start_one
from oncall.demo.services.readiness import prepare
from oncall.demo.services.shifts import cover, take_turns
from oncall.demo.services.staff import hire
from oncall.incidents.models import Integration, IntegrationKind, Service
from oncall.incidents.services.defaults import ensure_defaults
from oncall.incidents.services.integrations import add_integration
from rotations.actors import Actor
from rotations.errors import Conflict
from rotations.models import Person, Schedule
from rotations.services.feeds import add_calendar_link

CALENDAR_OF = "payments-primary"


@transaction.atomic
def found(*, data_dir: Path, now: datetime) -> Keys:
    """Fill an empty database with the demo and keep its keys under ``data_dir``; return them.

    Raises:
        Conflict: ``not_empty`` if there are people.
        OSError: the keys cannot be written; then nothing is stored.
    """
    if Person.objects.exists():
        raise Conflict("not_empty", "There are people in this database; the demo is only for an empty one.")
    by = Actor.system()
    passwords = {one.email: _password() for one in (ADMINISTRATOR, MEMBER)}
    teams, staff = hire(passwords=passwords, by=by, now=now)
    schedules = take_turns(teams, staff, by=by, now=now)
    ensure_defaults()
    services = prepare(teams, schedules, staff, by=by, now=now)
    integration, hook_token = _connect(services["checkout"], by=by, now=now)
    resolve_one(services["card-gateway"], integration, staff, now=now - timedelta(hours=26))
    start_one(services["api"], integration, schedules["network-primary"], staff, now=now - timedelta(minutes=12))
    cover(schedules, staff, now=now - timedelta(hours=1))
    keys = _keys(schedules[CALENDAR_OF], staff["ada"], passwords=passwords, hook_token=hook_token, by=by, now=now)
    keys.save(data_dir)
    return keys


def _connect(service: Service, *, by: Actor, now: datetime) -> tuple[Integration, str]:
    return add_integration(
        slug="alertmanager",
        name="Alertmanager",
        kind=IntegrationKind.ALERTMANAGER,
        default_service=service,
        by=by,
        now=now,
    )


def _keys(
    schedule: Schedule, owner: Person, *, passwords: dict[str, str], hook_token: str, by: Actor, now: datetime
) -> Keys:
    scopes = [Scope.READ, Scope.INCIDENTS, Scope.SCHEDULES]
    _, token = create_token(name="Demo pager", scopes=scopes, by=by, now=now)
    _, calendar_token = add_calendar_link(owner=owner, schedule=schedule, by=by, now=now)
    return Keys(
        email=ADMINISTRATOR.email,
        password=passwords[ADMINISTRATOR.email],
        member_email=MEMBER.email,
        member_password=passwords[MEMBER.email],
        token=token,
        hook_token=hook_token,
        calendar_token=calendar_token,
        calendar_name=schedule.slug,
    )


def _password() -> str:
    # Typed by hand on a phone, perhaps.
    return "-".join(secrets.token_hex(2) for _ in range(4))
