"""Where do the pages for people stand?"""

from django.contrib.auth.views import LogoutView
from django.urls import path

from oncall.pages.views import (
    accounts,
    answers,
    board,
    changing,
    declaring,
    explaining,
    handoffs,
    incident,
    load,
    notices,
    roles,
    swaps,
    timeline,
    writing,
)
from oncall.pages.views.me import absences as my_absences
from oncall.pages.views.me import calendars as my_calendars
from oncall.pages.views.me import feeds as my_feeds
from oncall.pages.views.me import page as my_page
from oncall.pages.views.me import profile as my_profile
from oncall.pages.views.me import shifts as my_shifts
from oncall.pages.views.me import swaps as my_swaps

urlpatterns = [
    path("", board.board, name="board"),
    path("board/incidents/", board.incidents_part, name="board-incidents"),
    path("board/on-call/", board.on_call_part, name="board-on-call"),
    path("schedules/<slug:slug>/", timeline.timeline, name="timeline"),
    path("schedules/<slug:slug>/now/", timeline.now_part, name="timeline-now"),
    path("schedules/<slug:slug>/change/", changing.change, name="change"),
    path("schedules/<slug:slug>/change/preview/", changing.preview_part, name="change-preview"),
    path("schedules/<slug:slug>/overrides/<int:number>/end/", changing.end, name="end-override"),
    path("schedules/<slug:slug>/swaps/", changing.ask, name="ask-swap"),
    path("schedules/<slug:slug>/swaps/<int:number>/cancel/", changing.take_back, name="cancel-swap"),
    path("schedules/<slug:slug>/explain/", explaining.explain, name="explain"),
    path("schedules/<slug:slug>/load/", load.load, name="load"),
    path("swaps/<int:number>/<slug:act>/", swaps.answer_swap, name="answer-swap"),
    path("me/notices/", notices.notices, name="notices"),
    path("incidents/", declaring.declare, name="declare"),
    path("incidents/<int:number>/", incident.incident, name="incident"),
    path("incidents/<int:number>/room/", incident.room_part, name="incident-room"),
    path("incidents/<int:number>/timeline/", incident.timeline_part, name="incident-timeline"),
    path("incidents/<int:number>/join/", answers.join, name="join"),
    path("incidents/<int:number>/leave/", answers.leave, name="leave"),
    path("incidents/<int:number>/status/", answers.change_status, name="change-status"),
    path("incidents/<int:number>/merge/", writing.merge, name="merge"),
    path("incidents/<int:number>/notes/", writing.add_note, name="add-note"),
    path("incidents/<int:number>/edit/", writing.edit, name="edit-incident"),
    path("incidents/<int:number>/bring-in/", writing.ask_schedule, name="bring-in"),
    path("incidents/<int:number>/ask/", writing.ask_person, name="ask-person"),
    path("incidents/<int:number>/roles/<slug:role>/", roles.role, name="role"),
    path("incidents/<int:number>/roles/<slug:role>/assign/", answers.assign, name="assign-role"),
    path("incidents/<int:number>/roles/<slug:role>/handoff/", handoffs.hand_off, name="hand-off"),
    path("handoffs/<int:number>/<slug:act>/", handoffs.answer_handoff, name="answer-handoff"),
    path("incidents/<int:number>/roles/<slug:role>/<slug:act>/", answers.answer_role, name="answer-role"),
    path("incidents/<int:number>/<slug:step>/", answers.move, name="move-incident"),
    path("me/", my_page.me, name="me"),
    path("me/shifts/ask/", my_shifts.ask, name="ask-for-swap"),
    path("me/shifts/give/", my_shifts.give, name="give-shift"),
    path("me/swaps/<int:number>/<slug:act>/", my_swaps.answer, name="my-swap"),
    path("me/overrides/<int:number>/end/", my_swaps.take_back, name="take-back-override"),
    path("me/absences/add/", my_absences.add, name="add-absence"),
    path("me/absences/<int:number>/edit/", my_absences.edit, name="edit-absence"),
    path("me/absences/<int:number>/remove/", my_absences.remove, name="remove-absence"),
    path("me/absences/put-back/", my_absences.put_back, name="put-back-absence"),
    path("me/feeds/add/", my_feeds.add, name="add-absence-feed"),
    path("me/feeds/<int:number>/edit/", my_feeds.edit, name="edit-absence-feed"),
    path("me/feeds/<int:number>/read/", my_feeds.read, name="read-absence-feed"),
    path("me/feeds/<int:number>/remove/", my_feeds.remove, name="remove-absence-feed"),
    path("me/calendars/add/", my_calendars.add, name="add-calendar-link"),
    path("me/calendars/<int:number>/edit/", my_calendars.edit, name="edit-calendar-link"),
    path("me/calendars/<int:number>/rotate/", my_calendars.rotate, name="rotate-calendar-link"),
    path("me/calendars/<int:number>/revoke/", my_calendars.revoke, name="revoke-calendar-link"),
    path("me/profile/", my_profile.edit, name="edit-profile"),
    path("me/<slug:name>/", my_page.section, name="my-section"),
    path("accounts/login/", accounts.SignIn.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("accounts/password/", accounts.ChangePassword.as_view(), name="password_change"),
]
