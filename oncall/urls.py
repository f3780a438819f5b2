"""Where does each address lead?"""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from oncall import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("hooks/", include("api.hook_urls")),
    path("admin/", admin.site.urls),
    path("", include("oncall.pages.urls")),
]
