"""May this caller use this door at all? By the scopes of a token; whose thing it is, the services decide.

Sessions have no scopes: a person may knock at every door, and the services ask whether they manage what they change.
"""

from typing import Any, ClassVar

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from oncall.access.models import ApiToken, Scope
from rotations.models import Person


class ScopePermission(BasePermission):
    """Reading needs any scope, writing needs ``scope`` (or ``admin``)."""

    scope: ClassVar[Scope]
    code = "not_permitted"

    def has_permission(self, request: Request, _view: APIView) -> bool:
        if not request.user.is_authenticated:
            return False
        needed = Scope.READ if request.method in SAFE_METHODS else self.scope
        self.message = f"This token lacks the scope {needed}."
        return not isinstance(request.auth, ApiToken) or has_scope(request.auth, needed)


class MayRead(ScopePermission):
    """Any scope will do, also for a POST that writes nothing, such as a preview."""

    scope = Scope.READ


class MayActOnIncidents(ScopePermission):
    """Writing needs the scope ``incidents``."""

    scope = Scope.INCIDENTS


class MayChangeSchedules(ScopePermission):
    """Writing needs the scope ``schedules``."""

    scope = Scope.SCHEDULES


class MayAdminister(ScopePermission):
    """Writing needs the scope ``admin``, and an administrator where a person acts."""

    scope = Scope.ADMIN

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not super().has_permission(request, view):
            return False
        if request.method in SAFE_METHODS or not isinstance(request.user, Person):
            return True
        self.message = "Only administrators may do this."
        return request.user.is_superuser


def has_scope(token: ApiToken, scope: Scope) -> bool:
    """Tell whether ``token`` may do what ``scope`` allows: every scope includes ``read``, ``admin`` includes all."""
    held: list[Any] = token.scopes
    return scope in held or Scope.ADMIN in held or (scope is Scope.READ and bool(held))
