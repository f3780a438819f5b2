"""Where does each address of the API lead?"""

from django.urls import URLPattern, include, path

from api import (
    calendar_links,
    incident_roles,
    incident_steps,
    incidents,
    on_call,
    overrides,
    people,
    response_plans,
    rotations,
    schedules,
    shifts,
    teams,
    timeline,
)
from api.documentation import Documentation, Schema

V1: list[URLPattern] = [
    path("on-call/", on_call.EveryOnCall.as_view()),
    path("schedules/", schedules.Schedules.as_view()),
    path("schedules/<slug:slug>/", schedules.OneSchedule.as_view()),
    path("schedules/<slug:slug>/on-call/", on_call.ScheduleOnCall.as_view()),
    path("schedules/<slug:slug>/shifts/", shifts.Shifts.as_view()),
    path("schedules/<slug:slug>/gaps/", shifts.Gaps.as_view()),
    path("schedules/<slug:slug>/rotations/", rotations.Rotations.as_view()),
    path("rotations/<int:number>/", rotations.OneRotation.as_view()),
    path("schedules/<slug:slug>/overrides/", overrides.Overrides.as_view()),
    path("overrides/<int:number>/", overrides.OneOverride.as_view()),
    path("people/", people.People.as_view()),
    path("people/me/", people.Me.as_view()),
    path("people/<int:number>/", people.OnePerson.as_view()),
    path("teams/", teams.Teams.as_view()),
    path("teams/<slug:slug>/", teams.OneTeam.as_view()),
    path("calendar-links/", calendar_links.CalendarLinks.as_view()),
    path("calendar-links/<int:number>/", calendar_links.OneCalendarLink.as_view()),
    path("calendar-links/<int:number>/rotate/", calendar_links.RotatedCalendarLink.as_view()),
    path("incidents/", incidents.Incidents.as_view()),
    path("incidents/<int:number>/", incidents.OneIncident.as_view()),
    path("incidents/<int:number>/acknowledge/", incident_steps.Acknowledge.as_view()),
    path("incidents/<int:number>/mitigate/", incident_steps.Mitigate.as_view()),
    path("incidents/<int:number>/resolve/", incident_steps.Resolve.as_view()),
    path("incidents/<int:number>/reopen/", incident_steps.Reopen.as_view()),
    path("incidents/<int:number>/join/", incident_steps.Join.as_view()),
    path("incidents/<int:number>/leave/", incident_steps.Leave.as_view()),
    path("incidents/<int:number>/roles/", incident_roles.IncidentRoles.as_view()),
    path("incidents/<int:number>/roles/<slug:role>/explain/", incident_roles.Explain.as_view()),
    path("incidents/<int:number>/roles/<slug:role>/assign/", incident_roles.Assign.as_view()),
    path("incidents/<int:number>/roles/<slug:role>/accept/", incident_roles.Accept.as_view()),
    path("incidents/<int:number>/roles/<slug:role>/decline/", incident_roles.Decline.as_view()),
    path("incidents/<int:number>/roles/<slug:role>/take/", incident_roles.Take.as_view()),
    path("incidents/<int:number>/roles/<slug:role>/release/", incident_roles.Release.as_view()),
    path("incidents/<int:number>/timeline/", timeline.Timeline.as_view()),
    path("services/", response_plans.Services.as_view()),
    path("roles/", response_plans.Roles.as_view()),
    path("response-plans/", response_plans.ResponsePlans.as_view()),
    path("schema/", Schema.as_view(), name="schema"),
]

urlpatterns = [
    path("v1/", include(V1)),
    path("docs/", Documentation.as_view(), name="docs"),
]
