"""Where do the pages for people stand?"""

from django.contrib.auth.views import LogoutView
from django.urls import path

from oncall.pages.views import accounts, answers, board, declaring, explaining, handoffs, incident, load, notices, swaps

urlpatterns = [
    path("", board.board, name="board"),
    path("board/incidents/", board.incidents_part, name="board-incidents"),
    path("board/on-call/", board.on_call_part, name="board-on-call"),
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
    path("incidents/<int:number>/merge/", incident.merge, name="merge"),
    path("incidents/<int:number>/notes/", incident.add_note, name="add-note"),
    path("incidents/<int:number>/roles/<slug:role>/handoff/", handoffs.hand_off, name="hand-off"),
    path("handoffs/<int:number>/<slug:act>/", handoffs.answer_handoff, name="answer-handoff"),
    path("incidents/<int:number>/roles/<slug:role>/<slug:act>/", answers.answer_role, name="answer-role"),
    path("incidents/<int:number>/<slug:step>/", answers.move, name="move-incident"),
    path("accounts/login/", accounts.SignIn.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("accounts/password/", accounts.ChangePassword.as_view(), name="password_change"),
]
