"""What do all addresses of the API have in common? The clock is read once, JSON goes in and out, problems are told."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from api.fields import fault
from api.parsing import JSONParser
from api.rendering import JSONRenderer
from api.schema import Operation
from oncall.access.authentication import actor_of
from oncall.access.permissions import MayRead, ScopePermission
from rotations.actors import Actor
from rotations.errors import NotPermitted
from rotations.models import Person


class Negotiation(DefaultContentNegotiation):
    """Chooses the renderer; a ``format`` that is not made here is a fault of the address, not a thing that is lost."""

    def filter_renderers(self, renderers: Iterable[BaseRenderer], format: str) -> list[BaseRenderer]:  # noqa: A002
        if found := [renderer for renderer in renderers if renderer.format == format]:
            return found
        raise fault("invalid", f"Choose from {', '.join(str(one.format) for one in renderers)}.", at="format")


class Endpoint(APIView):
    """One address. ``now`` is the moment of the request, ``by`` whoever makes it."""

    schema = Operation()
    renderer_classes: tuple[type[BaseRenderer], ...] = (JSONRenderer,)
    parser_classes = (JSONParser,)
    content_negotiation_class = Negotiation
    permission_classes: tuple[type[ScopePermission], ...] = (MayRead,)
    now: datetime
    # Statuses that do not follow from the address and the method.
    also_answers: frozenset[int] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.now = timezone.now()
        super().initial(request, *args, **kwargs)

    def check_permissions(self, request: Request) -> None:
        # What nobody can do here is 405 for everybody; without this, a token that may not write would be told 403.
        if request.method not in self.allowed_methods:
            raise MethodNotAllowed(str(request.method))
        super().check_permissions(request)

    @property
    def by(self) -> Actor:
        return actor_of(self.request)

    def acting(self, named: Person | None) -> tuple[Person, Actor]:
        """Return the person who acts, and how the ledgers call them: oneself, or whom a service token names.

        Raises:
            ValidationError: ``person_required``.
            NotPermitted: a person names somebody else.
        """
        user = self.request.user
        if not isinstance(user, Person):
            if named is None:
                raise fault("person_required", "A service token names the person who acts.", at="person")
            return named, actor_of(self.request, person=named)
        if named is not None and named != user:
            raise NotPermitted("You act for yourself only.", field="person")
        return user, self.by

    def on_behalf_of(self, named: Person | None, *, at: str = "person") -> tuple[Person, Actor]:
        """Return for whom is acted, and how the ledgers call whoever acts: oneself, unless somebody is named.

        Whether a person may act for somebody else, the service decides. ``at`` is the field that names them.

        Raises:
            ValidationError: ``person_required`` where a service token names nobody.
        """
        user = self.request.user
        somebody = user if named is None else named
        if not isinstance(somebody, Person):
            raise fault("person_required", "A service token names the person.", at=at)
        return somebody, actor_of(self.request, person=somebody)
