"""Where does each address lead?"""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path

from oncall import health, metrics


def favicon(_request: HttpRequest) -> HttpResponse:
    """Send browsers, which ask for this on any page without an icon (the admin's), to ours."""
    return redirect(static("pages/mark.svg"))


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", metrics.metrics),
    path("favicon.ico", favicon),
    path("api/", include("api.urls")),
    path("hooks/", include("api.hook_urls")),
    path("feeds/", include("api.feed_urls")),
    path("admin/", admin.site.urls),
    path("", include("oncall.pages.urls")),
]

handler404 = "api.problems.not_found"
handler500 = "api.problems.server_error"
