"""Who is calling: a machine by its bearer token, or a person by their session (Django REST framework's own class)."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from oncall.access.models import ApiToken, Scope
from oncall.access.services.tokens import note_use
from rotations.actors import Actor
from rotations.models import ActorKind, Person
from rotations.secrets import digest_of

ACTOR_NAME_LENGTH = 200
KEYWORD = "Bearer"


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """What ``request.user`` is for a service token: somebody known, who is no person."""

    token: ApiToken
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False
    is_staff: bool = False
    is_superuser: bool = False

    @property
    def pk(self) -> str:
        """Tell service accounts apart from each other, and from people (throttles count by it)."""
        return f"token-{self.token.pk}"

    def __str__(self) -> str:
        return self.token.name


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer oc_…`` (RFC 6750). ``request.auth`` becomes the token's row.

    Every token that does not work is answered with 401 and the code ``invalid_token``; the detail says why.
    """

    def authenticate(self, request: Request) -> tuple[Person | ServiceAccount, ApiToken] | None:
        secret = bearer_of(request)
        if secret is None:
            return None
        now = timezone.now()
        token = ApiToken.objects.select_related("person").filter(token_digest=digest_of(secret)).first()
        if token is None:
            raise _refused("This token is not known.")
        _require_working(token, now=now)
        note_use(token, now=now)
        return token.person or ServiceAccount(token), token

    def authenticate_header(self, request: Request) -> str:
        """Without this header REST framework would answer 403 where 401 is meant."""
        challenge = f'{KEYWORD} realm="oncall"'
        return f'{challenge}, error="invalid_token"' if request.headers.get("Authorization") else challenge


def bearer_of(request: Request | HttpRequest) -> str | None:
    """Return the token that a request bears, known or not, None where it bears none."""
    keyword, _, secret = request.headers.get("Authorization", "").strip().partition(" ")
    return secret.strip() if keyword.lower() == KEYWORD.lower() else None


def _refused(detail: str) -> AuthenticationFailed:
    return AuthenticationFailed(detail, code="invalid_token")


def _require_working(token: ApiToken, *, now: datetime) -> None:
    if token.revoked_at is not None:
        raise _refused("This token is revoked.")
    if token.expires_at is not None and token.expires_at <= now:
        raise _refused("This token has expired.")
    if token.person is not None and not token.person.is_active:
        raise _refused("The person this token belongs to is deactivated.")


def actor_of(request: Request, *, person: Person | None = None) -> Actor:
    """Return who acts in an authenticated ``request``.

    A personal token and a session act as their person. A service token acts as itself, or for the ``person`` that the
    body names: then the ledgers say "Ada Okafor via token Alert relay". ``person`` says nothing where a person acts.
    """
    user, token = request.user, request.auth
    if isinstance(user, Person):
        return Actor.of_person(user)
    assert isinstance(token, ApiToken)  # noqa: S101 — what authenticated is a person or a token
    name = f"{person.name} via token {token.name}" if person else token.name
    return Actor(
        kind=ActorKind.TOKEN,
        id=token.pk,
        name=name[:ACTOR_NAME_LENGTH],
        person=person,
        is_administrator=Scope.ADMIN in token.scopes,
        manages_every_team=Scope.SCHEDULES in token.scopes,
    )
