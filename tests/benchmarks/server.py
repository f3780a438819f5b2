"""What the measured server runs: Oncall, and beside it views that do nothing, behind the same middleware."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"{}", content_type="application/json")


# First, because addresses lead to models.
application = get_wsgi_application()
settings.ROOT_URLCONF = __name__

# Part of the API reads models as well.
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402

from api.endpoint import Endpoint  # noqa: E402


class NothingForCallers(Endpoint):
    """Checks who calls, and does nothing."""

    def get(self, _request: Request) -> Response:
        return Response({})


urlpatterns = [
    path("nothing/", nothing),
    path("nothing/for-callers/", NothingForCallers.as_view()),
    path("", include("oncall.urls")),
]
