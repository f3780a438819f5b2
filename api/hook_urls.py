"""Where paging and alerting systems send to."""

from django.urls import path

from api.hooks import enqueue, hook

urlpatterns = [
    path("<str:token>/", hook, name="hook"),
    # As PagerDuty's own address ends, so that exporters need only another host.
    path("<str:token>/v2/enqueue", enqueue, name="enqueue"),
    path("<str:token>/v2/enqueue/", enqueue),
]
