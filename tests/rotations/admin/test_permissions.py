"""Who may do what in the admin: an administrator, a manager of the team, a manager of another team, a member."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rotations.models import CalendarLink, Override, Person, Rotation, Schedule, Team
from rotations.secrets import digest_of
from tests.admin_forms import errors, page_for, page_of, send, shown_fields, signed_in, stored
from tests.factories.rotations import (
    administrator,
    calendar_link,
    override,
    person,
    schedule,
    team,
    weekly_rotation,
)

pytestmark = pytest.mark.django_db


@dataclass
class Cast:
    """Payments has a manager and a member; Web has a manager of its own. The rows are of Payments."""

    administrator: Client
    manager: Client
    other_manager: Client
    member: Client
    people: dict[str, Person]
    payments: Team
    web: Team
    schedule: Schedule
    rotation: Rotation
    override: Override


@pytest.fixture
def cast() -> Cast:
    people = {name: person(name) for name in ("Manager", "Other", "Member")}
    root = administrator()
    payments = team("payments", managers=[people["Manager"]], members=[people["Member"]])
    web = team("web", managers=[people["Other"]])
    primary = schedule("payments-primary", of=payments)
    rotation = weekly_rotation(primary, [people["Member"]])
    now = timezone.now()
    coming = override(
        primary, now + timedelta(days=1), timedelta(hours=1), kind="add", person=people["Manager"], now=now
    )
    browsers = {name: signed_in(Person.objects.get(pk=each.pk)) for name, each in people.items()}
    return Cast(
        signed_in(root), browsers["Manager"], browsers["Other"], browsers["Member"], people, payments, web, primary,
        rotation, coming,
    )  # fmt: skip


def what_happens(cast: Cast, address: str) -> dict[str, str]:
    """Return for everybody of the cast whether the page offers to save, only shows, or is forbidden."""
    return {who: seen(getattr(cast, who), address) for who in ("administrator", "manager", "other_manager", "member")}


def seen(client: Client, address: str) -> str:
    answer: Any = client.get(address)
    if answer.status_code != 200:
        return {302: "sent away", 403: "forbidden", 404: "not there"}[answer.status_code]
    if "has_change_permission" not in answer.context:
        return "asked back"
    may = answer.context["has_add_permission"] if answer.context["add"] else answer.context["has_change_permission"]
    return "saves" if may else "looks"


EVERYBODY_BUT_MEMBERS_LOOKS = {"manager": "looks", "other_manager": "looks", "member": "sent away"}


def test_schedules_and_rotations_are_changed_by_administrators_and_their_managers(cast):
    expected = {"administrator": "saves", "manager": "saves", "other_manager": "looks", "member": "sent away"}

    assert what_happens(cast, page_of(cast.schedule)) == expected
    assert what_happens(cast, page_of(cast.rotation)) == expected


def test_what_is_done_to_a_team_s_rows_is_done_by_administrators_and_their_managers(cast):
    expected = {
        "administrator": "asked back",
        "manager": "asked back",
        "other_manager": "forbidden",
        "member": "sent away",
    }

    assert what_happens(cast, page_of(cast.schedule, "archive")) == expected
    assert what_happens(cast, page_of(cast.rotation, "end")) == expected
    assert what_happens(cast, page_of(cast.override, "end")) == expected


def test_an_override_is_looked_at_and_never_edited(cast):
    looked_at = {"administrator": "looks", **EVERYBODY_BUT_MEMBERS_LOOKS}

    assert what_happens(cast, page_of(cast.override)) == looked_at


def test_people_and_teams_are_changed_by_administrators_alone(cast):
    for address in (page_of(cast.people["Member"]), page_of(cast.payments)):
        assert what_happens(cast, address) == {"administrator": "saves", **EVERYBODY_BUT_MEMBERS_LOOKS}
    for address in (page_for(Person), page_for(Team), page_of(cast.people["Member"], "deactivate")):
        answers = what_happens(cast, address)
        assert {who: answers[who] for who in ("manager", "other_manager")} == dict.fromkeys(
            ("manager", "other_manager"), "forbidden"
        )


def test_a_form_that_is_sent_without_permission_is_refused_and_writes_nothing(cast):
    fields = shown_fields(cast.manager.get(page_of(cast.schedule)))
    rotation = shown_fields(cast.manager.get(page_of(cast.rotation)))
    before = stored()

    answers: list[HttpResponse] = [
        cast.other_manager.post(page_of(cast.schedule), {**fields, "name": "Taken over"}),
        cast.other_manager.post(page_of(cast.rotation), {**rotation, "name": "Taken over"}),
        cast.other_manager.post(page_of(cast.schedule, "archive")),
        cast.other_manager.post(page_of(cast.override, "end")),
        cast.manager.post(page_of(cast.people["Manager"]), {"is_superuser": "on"}),
        cast.manager.post(page_of(cast.payments), {"name": "Mine"}),
        cast.manager.post(page_for(Person), {"name": "Zoe", "email": "zoe@example.test"}),
        cast.member.post(page_of(cast.schedule), {**fields, "name": "Taken over"}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 7 + [302]
    assert stored() == before


def test_ticked_rows_of_another_team_are_left_alone(cast):
    before = stored()

    cast.other_manager.post(
        page_for(Schedule, "changelist"), {"action": "archive", "_selected_action": [cast.schedule.pk]}
    )

    shown = cast.other_manager.get(page_for(Schedule, "changelist")).context["messages"]
    assert [str(each) for each in shown] == ["Payments primary: this is not yours to change."]
    assert stored() == before


def test_a_manager_adds_schedules_and_overrides_to_their_own_team_alone(cast):
    before = stored()
    day = timezone.now().strftime("%Y-%m-%dT23:59")
    schedule_of_another = {"name": "Web", "slug": "web", "team": cast.web.pk}
    of_another = {
        "schedule": cast.schedule.pk,
        "kind": "add",
        "person": cast.people["Other"].pk,
        "start": day,
        "end": day,
    }

    added = send(cast.manager, page_for(Schedule), **schedule_of_another)
    overridden = send(cast.other_manager, page_for(Override), **of_another)
    rotated = send(
        cast.other_manager, page_for(Rotation), name="Mine", schedule=cast.schedule.pk, order="other@example.test"
    )

    not_theirs = ["Select a valid choice. That choice is not one of the available choices."]
    assert errors(added) == {"team": not_theirs}
    assert errors(overridden)["schedule"] == not_theirs
    assert errors(rotated) == {"schedule": not_theirs}
    assert stored() == before


def test_a_new_schedule_of_a_manager_is_their_team_s(cast):
    send(cast.manager, page_for(Schedule), name="Second", slug="second")

    assert Schedule.objects.get(slug="second").team == cast.payments


def test_somebody_else_s_calendar_link_is_not_there(cast):
    link, _ = calendar_link(cast.people["Manager"])
    address = page_of(link)

    assert [seen(cast.administrator, address), seen(cast.manager, address)] == ["saves", "saves"]
    assert cast.other_manager.get(address).headers["Location"] == reverse("admin:index")
    assert cast.other_manager.post(page_of(link, "revoke")).status_code == 404
    assert CalendarLink.objects.get().revoked_at is None


def test_administrators_change_and_revoke_the_calendar_links_of_others(cast):
    link, token = calendar_link(cast.people["Manager"])

    cast.administrator.post(page_of(link, "new-address"))
    rotated = CalendarLink.objects.get()
    cast.administrator.post(page_of(link, "revoke"))

    assert (rotated.owner, rotated.token_digest != digest_of(token)) == (cast.people["Manager"], True)
    assert CalendarLink.objects.get().revoked_at is not None


def test_members_who_manage_nothing_are_told_that_the_admin_is_not_theirs(cast):
    assert cast.member.get("/admin/", follow=True).status_code == 403


def test_whoever_has_not_signed_in_is_sent_to_the_sign_in_page(cast):
    answer = Client().get(page_of(cast.schedule))

    assert answer.status_code == 302
    assert Client().get(answer.headers["Location"]).headers["Location"].startswith("/accounts/login/?next=")


def test_a_deactivated_administrator_is_let_in_no_more(cast):
    other = administrator("Second")
    browser = signed_in(other)
    cast.administrator.post(page_of(other, "deactivate"))

    assert browser.get("/admin/").status_code == 302
