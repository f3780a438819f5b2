"""Tokens and integrations, for tests that are about something else."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from oncall.access.models import ApiToken
from oncall.access.services.tokens import create_token
from oncall.incidents.models import Integration, Service
from oncall.incidents.services.integrations import add_integration
from rotations.actors import Actor
from rotations.models import Person
from tests.factories.rotations import EARLY


def api_token(
    *scopes: str, name: str = "Alert relay", person: Person | None = None, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Return a token that works, and its secret; of scope ``read`` when none is given. ``expires_at`` may be past."""
    return create_token(
        name=name,
        scopes=scopes or ("read",),
        person=person,
        expires_at=expires_at,
        by=Actor.system(),
        now=expires_at - timedelta(days=1) if expires_at else timezone.now(),
    )


def bearer(*scopes: str, person: Person | None = None) -> dict[str, str]:
    """Return the request header of a new token, for a test client: ``client.get(url, headers=bearer("incidents"))``."""
    _, secret = api_token(*scopes, person=person)
    return {"Authorization": f"Bearer {secret}"}


def integration(kind: str = "oncall", **fields: Any) -> tuple[Integration, str]:
    """Return an integration that may send, and the token of its address; its default service is everybody's."""
    fields.setdefault("slug", kind)
    fields.setdefault("name", kind.capitalize())
    if "default_service" not in fields:
        fields["default_service"] = Service.objects.get(is_default=True)
    return add_integration(kind=kind, **fields, by=Actor.system(), now=EARLY)
