"""Who looks at a page, and in which zone? Every page for people asks here first."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from rotations.models import Person

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class Visit(HttpRequest):
    """A request of somebody who signed in; for the type checker alone."""

    user: Person


def signed_in(view: Callable[Concatenate[Visit, P], HttpResponse]) -> View[P]:
    """Show the view to people who sign in, with times in their zone; send everybody else to the sign-in page."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not isinstance(request.user, Person):
            return _to_sign_in(request)
        with timezone.override(request.user.zone):
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

    # Not even the back button shows what was private after signing out.
    return never_cache(answer)


def is_htmx(request: HttpRequest) -> bool:
    """Return whether a section of a page asks, not a whole page."""
    return request.headers.get("HX-Request") == "true"


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if is_htmx(request):
        # A section would show the sign-in form inside itself; the whole page has to go there.
        page = request.headers.get("HX-Current-URL", "/")
        return HttpResponse(status=204, headers={"HX-Redirect": f"{settings.LOGIN_URL}?next={_path_of(page)}"})
    return redirect_to_login("/" if request.method == "POST" else request.get_full_path())


def _path_of(url: str) -> str:
    return quote(urlsplit(url).path or "/")
