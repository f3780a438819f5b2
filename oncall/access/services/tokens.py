"""Issuing bearer tokens and taking them back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from oncall.access.models import ApiToken
from rotations.actors import Actor
from rotations.errors import Invalid, NotPermitted
from rotations.models import Person
from rotations.secrets import digest_of, new_token

TOKEN_PREFIX = "oc_"  # noqa: S105 — marks our tokens in logs and secret scanners, is none itself
USE_IS_NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_token(
    *,
    name: str,
    scopes: Sequence[str],
    person: Person | None = None,
    expires_at: datetime | None = None,
    by: Actor,
    now: datetime,
) -> tuple[ApiToken, str]:
    """Issue a token and return its row with the token itself, which cannot be read again.

    With ``person`` it acts as them, without it is a service token. Anybody may issue a token for themselves; the rest
    is for administrators.

    Raises:
        NotPermitted: ``by`` issues for somebody else, and is no administrator.
        Invalid: ``in_the_past`` or ``person_deactivated``.
        ValidationError: a scope is unknown, or none is given.
    """
    _require_issuer(by, person=person)
    if person is not None and not person.is_active:
        raise Invalid("person_deactivated", f"{person.name} is deactivated.", field="person")
    if expires_at is not None and expires_at <= now:
        raise Invalid("in_the_past", "A token expires in the future.", field="expires_at")
    secret = new_token(TOKEN_PREFIX)
    token = ApiToken(
        name=name,
        token_digest=digest_of(secret),
        scopes=sorted(set(scopes)),
        person=person,
        created_at=now,
        expires_at=expires_at,
    )
    token.full_clean()
    token.save(force_insert=True)
    return token, secret


@transaction.atomic
def rename_token(token: ApiToken, *, name: str, by: Actor) -> ApiToken:
    """Give ``token`` another name; nothing else of a token ever changes.

    Raises:
        NotPermitted: it is somebody else's, and ``by`` is no administrator.
    """
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    _require_issuer(by, person=token.person)
    token.name = name
    token.full_clean()
    token.save(update_fields=["name"])
    return token


@transaction.atomic
def revoke_token(token: ApiToken, *, by: Actor, now: datetime) -> ApiToken:
    """Stop ``token`` from working, at once and for good. Revoking twice keeps the first moment.

    Raises:
        NotPermitted: it is somebody else's, and ``by`` is no administrator.
    """
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    _require_issuer(by, person=token.person)
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
    return token


def note_use(token: ApiToken, *, now: datetime) -> None:
    """Keep that ``token`` was used about ``now``: one small write a minute, however often it is used."""
    due = now - USE_IS_NOTED_EVERY
    if token.last_used_at is not None and token.last_used_at > due:
        return
    ApiToken.objects.filter(Q(last_used_at=None) | Q(last_used_at__lte=due), pk=token.pk).update(last_used_at=now)


def _require_issuer(by: Actor, *, person: Person | None) -> None:
    if not by.is_administrator and (person is None or by.person != person):
        raise NotPermitted("Only administrators issue and revoke tokens of others and of services.")
