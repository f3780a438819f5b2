"""Where paging and alerting systems send to."""

from django.urls import path

from api.hooks import hook

urlpatterns = [path("<str:token>/", hook, name="hook")]
