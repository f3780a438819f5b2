"""Where calendars are fetched."""

from django.urls import path

from api.feeds import calendar, calendar_as_data

urlpatterns = [
    path("<str:token>/<str:name>.ics", calendar, name="feed"),
    path("<str:token>/<str:name>.json", calendar_as_data, name="feed_as_data"),
]
