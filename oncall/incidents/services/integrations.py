"""Who may send to us: integrations, their tokens and their secrets."""

from datetime import datetime
from typing import Any

from django.db import transaction

from oncall.incidents.models import DEFAULT_SEVERITY, Integration, Service
from rotations.actors import Actor
from rotations.errors import Conflict
from rotations.permissions import require_administrator, require_manager
from rotations.secrets import digest_of, new_token
from rotations.services.rows import add_row, change_row

# The kind decides how its body is read and the slug is the source of its incidents: both stay.
FIELDS = frozenset({"name", "signing_secret", "default_service", "default_severity", "severity_map"})


@transaction.atomic
def add_integration(
    *,
    slug: str,
    name: str,
    kind: str,
    default_service: Service,
    default_severity: int = DEFAULT_SEVERITY,
    severity_map: dict[str, int] | None = None,
    signing_secret: str = "",
    by: Actor,
    now: datetime,
) -> tuple[Integration, str]:
    """Let a system send; return its row with the token of its address, which cannot be read again.

    Raises:
        NotPermitted: ``by`` manages not the team of ``default_service``.
        ValidationError: a field is malformed, or the slug taken.
    """
    _require_manager_of(default_service, by=by)
    token = new_token()
    integration = Integration(
        slug=slug,
        name=name.strip(),
        kind=kind,
        token_digest=digest_of(token),
        signing_secret=signing_secret,
        default_service=default_service,
        default_severity=default_severity,
        severity_map=severity_map or {},
        created_at=now,
    )
    add_row(integration)
    return integration, token


@transaction.atomic
def edit_integration(integration: Integration, *, by: Actor, now: datetime, **fields: Any) -> Integration:  # noqa: ARG001
    """Change some of ``name, signing_secret, default_service, default_severity, severity_map``.

    Raises:
        NotPermitted: ``by`` manages not the teams of the default service before and after.
        ValidationError: a field is malformed.
    """
    if unknown := fields.keys() - FIELDS:
        raise TypeError(f"an integration has no {', '.join(sorted(unknown))} to edit")
    integration = _hold(integration, by=by)
    for field, value in fields.items():
        setattr(integration, field, value)
    _require_manager_of(integration.default_service, by=by)
    change_row(integration)
    return integration


@transaction.atomic
def rotate_integration(integration: Integration, *, by: Actor, now: datetime) -> tuple[Integration, str]:  # noqa: ARG001
    """Give the integration another token; the old one stops working at once.

    Raises:
        NotPermitted: ``by`` manages not the team of the default service.
        Conflict: ``integration_revoked``.
    """
    integration = _hold(integration, by=by)
    if integration.revoked_at is not None:
        raise Conflict("integration_revoked", f"{integration.name} is revoked; add another integration.")
    token = new_token()
    integration.token_digest = digest_of(token)
    integration.save(update_fields=["token_digest"])
    return integration, token


@transaction.atomic
def revoke_integration(integration: Integration, *, by: Actor, now: datetime) -> Integration:
    """Refuse whatever the integration sends from now on. Revoking twice keeps the first moment.

    Raises:
        NotPermitted: ``by`` manages not the team of the default service.
    """
    integration = _hold(integration, by=by)
    if integration.revoked_at is None:
        integration.revoked_at = now
        integration.save(update_fields=["revoked_at"])
    return integration


def _hold(integration: Integration, *, by: Actor) -> Integration:
    integration = (
        Integration.objects.select_for_update(of=("self",))
        .select_related("default_service__team")
        .get(pk=integration.pk)
    )
    _require_manager_of(integration.default_service, by=by)
    return integration


def _require_manager_of(service: Service, *, by: Actor) -> None:
    if service.team is None:
        require_administrator(by)
    else:
        require_manager(by, service.team)
