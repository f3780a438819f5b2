"""Where calendars are fetched."""

from django.urls import path

from api.feeds import calendar

urlpatterns = [path("<str:token>/<str:name>.ics", calendar, name="feed")]
