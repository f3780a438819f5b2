"""The admin site: Oncall's name on it, what people come for first, and times in the zone of whoever looks."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.apps import apps as registry
from django.conf import settings
from django.contrib import admin
from django.contrib.admin import apps
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

# Apps in the order in which somebody sets Oncall up, and the models of each likewise; others follow by name.
ORDER = {
    "rotations": (
        "Schedule",
        "Rotation",
        "Override",
        "Swap",
        "Absence",
        "AbsenceFeed",
        "CalendarLink",
        "Team",
        "Person",
    ),
    "incidents": ("Incident", "Service", "ResponsePlan", "Role", "Integration", "Delivery"),
    "notices": ("Message", "Endpoint"),
    "access": ("ApiToken",),
}


class OncallAdminSite(admin.AdminSite):
    """Signing in and passwords are the pages' own: there is one place for each."""

    site_header = "Oncall"
    site_title = "Oncall"
    index_title = "Settings"
    enable_nav_sidebar = False

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        shown = super().get_app_list(request, app_label)
        for app in shown:
            app["models"].sort(key=lambda model: _place(ORDER.get(app["app_label"], ()), model["object_name"]))
        return sorted(shown, key=lambda app: _place(tuple(ORDER), app["app_label"]))

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def in_their_zone(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            with timezone.override(getattr(request.user, "zone", None)):
                response = inner(request, *args, **kwargs)
                # Rendered here, because the moments in it are turned into text only then.
                return response.render() if isinstance(response, TemplateResponse) else response

        return in_their_zone

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        following = request.GET.get(REDIRECT_FIELD_NAME) or request.get_full_path()
        return redirect(f"{settings.LOGIN_URL}?{urlencode({REDIRECT_FIELD_NAME: following})}")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:  # noqa: ARG002
        return redirect("password_change")


class AdminConfig(apps.AdminConfig):
    """Our site in place of Django's, without the models of others that mean nothing here."""

    default_site = "oncall.admin_site.OncallAdminSite"

    def ready(self) -> None:
        super().ready()
        # Permissions follow from teams; tasks run at intervals and by the clock alone.
        unused = ("auth.Group", "django_celery_beat.ClockedSchedule", "django_celery_beat.SolarSchedule")
        admin.site.unregister([registry.get_model(name) for name in unused])


def _place(order: tuple[str, ...], name: str) -> tuple[int, str]:
    return (order.index(name) if name in order else len(order), name)
