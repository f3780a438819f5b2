"""A newcomer sets up people, a team, a schedule and its rotation, and sees at once who is on call."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from rotations.actors import Actor
from rotations.engine.intervals import Interval
from rotations.models import Membership, Person, Rotation, Schedule, Team
from rotations.queries import on_call, shifts_of
from rotations.services.rotations import draft_of, edit_rotation
from tests.admin_forms import opened, page_for, page_of, send, shown_fields, signed_in
from tests.factories.rotations import (
    EARLY,
    PASSWORD,
    administrator,
    draft,
    hours,
    person,
    schedule,
    shadow,
    slots_of,
    team,
    weekly_rotation,
)

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system()


@pytest.fixture
def root() -> Client:
    return signed_in(administrator())


def test_one_form_sets_up_a_weekly_rotation_of_five_people(root):
    five = [person(name) for name in ("Ada", "Bo", "Cy", "Dee", "Eve")]
    primary = schedule(of=team(members=five), zone="Europe/Berlin")

    answer = send(
        root,
        f"{page_for(Rotation)}?schedule={primary.pk}",
        order="\n".join(each.email for each in five),
    )

    now = timezone.now()
    rotation = Rotation.objects.get()
    assert answer.headers["Location"] == page_of(primary)
    assert (rotation.name, rotation.schedule, str(rotation.versions.get().zone)) == (
        "Primary",
        primary,
        "Europe/Berlin",
    )
    assert [each.person for each in on_call([primary], at=now)[0].people] == [five[0]]
    month = shifts_of(primary, window=Interval(now, now + timedelta(days=35)))
    assert [row.person for row in month.shifts[:5]] == five
    assert month.gaps == ()
    assert [row.end - row.start for row in month.shifts[1:4]] == [timedelta(days=7)] * 3


def test_a_new_rotation_starts_from_sensible_values(root):
    ada, bo = person("Ada"), person("Bo")
    primary = schedule(of=team(members=[ada]), zone="Europe/Berlin")

    page = root.get(f"{page_for(Rotation)}?schedule={primary.pk}")

    fields = shown_fields(page)
    kept = ("name", "every", "unit", "zone", "layer", "advance", "hours")
    assert [fields.get(name) for name in kept] == ["Primary", "1", "week", "Europe/Berlin", "1", "turn", None]
    offered = page.context["adminform"].form.fields["order"].widget.attrs["data-people"]
    assert offered.index(ada.email) < offered.index(bo.email)


def test_the_second_rotation_of_a_schedule_is_offered_as_secondary(root):
    primary = schedule()
    weekly_rotation(primary, [person()])

    assert shown_fields(root.get(f"{page_for(Rotation)}?schedule={primary.pk}"))["name"] == "Secondary"


def test_shared_turns_holes_shadows_and_hours_come_back_as_they_were_written(root):
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    primary = schedule()

    send(
        root,
        f"{page_for(Rotation)}?schedule={primary.pk}",
        order=f"{ada.email}\n\n{bo.email.upper()} , {cy.email} (shadow)\n—\n",
        hours="mon-fri 09:00-17:00\nsat, sun 10:00 - 24:00",
        advance="covered",
        anchor="2026-01-05T10:30",
    )

    rotation = Rotation.objects.get()
    draft = draft_of(rotation.versions.get())
    assert draft.slots == slots_of([ada, [bo, shadow(cy)], None])
    assert draft.windows == [hours("09:00", "17:00"), hours("10:00", "00:00", "sat", "sun")]
    fields = shown_fields(root.get(page_of(rotation)))
    assert fields["order"] == f"{ada.email}\n{bo.email}, {cy.email} (shadow)\n—"
    assert fields["hours"] == "mon tue wed thu fri 09:00-17:00\nsat sun 10:00-00:00"
    assert fields["anchor"] == "2026-01-05T10:30:00"


def test_saving_a_rotation_makes_a_version_and_who_is_on_call_finishes_their_turn(root):
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    primary = schedule()
    rotation = weekly_rotation(primary, [ada, bo])
    now = timezone.now()
    before = on_call([primary], at=now)[0]

    send(root, page_of(rotation), order=f"{cy.email}\n{ada.email}\n{bo.email}")

    after = on_call([Schedule.objects.get()], at=timezone.now())[0]
    assert rotation.versions.count() == 2
    assert [(each.person, each.until) for each in after.people] == [(each.person, each.until) for each in before.people]


def test_saving_a_rotation_without_a_change_makes_no_version(root):
    rotation = weekly_rotation(schedule(), [person()])
    revision = Schedule.objects.get().revision

    send(root, page_of(rotation))

    assert rotation.versions.count() == 1
    assert Schedule.objects.get().revision == revision


def test_an_edit_to_come_is_shown_changed_in_its_own_moment_and_taken_back(root):
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    primary = schedule(zone="Europe/Berlin")
    rotation = weekly_rotation(primary, [ada, bo], zone="Europe/Berlin")
    # To the microsecond, which no form shows.
    begins = timezone.now() + timedelta(days=20)
    edit_rotation(rotation, draft=draft([bo, cy], zone="Europe/Berlin"), effective_at=begins, by=SYSTEM, now=EARLY)
    to_come = rotation.versions.get(effective_at=begins)
    address = f"{page_of(rotation)}?version={to_come.pk}"

    send(root, address)
    assert rotation.versions.get(effective_at=begins) == to_come
    for page in (page_of(primary), page_of(rotation)):
        assert f"?version={to_come.pk}" in root.get(page).content.decode()
    assert opened(root, page_of(rotation))["order"] == f"{ada.email}\n{bo.email}"
    assert opened(root, address)["order"] == f"{bo.email}\n{cy.email}"

    send(root, address, every="2")
    assert [*rotation.versions.values_list("effective_at", "every")] == [(EARLY, 1), (begins, 2)]

    root.post(page_of(rotation, "withdraw"))
    assert [*rotation.versions.values_list("effective_at", "every")] == [(EARLY, 1)]
    assert opened(root, address)["order"] == f"{ada.email}\n{bo.email}"


def test_a_team_is_made_with_its_members_and_its_manager_may_enter_the_admin(root):
    ada, bo = person("Ada", password=PASSWORD), person("Bo")

    send(
        root,
        page_for(Team),
        name="Payments",
        slug="payments",
        **{"memberships-0-person": ada.pk, "memberships-0-is_manager": "on", "memberships-1-person": bo.pk},
    )

    made = Membership.objects.values_list("team__slug", "person__name", "is_manager").order_by("person__name")
    assert [*made] == [("payments", "Ada", True), ("payments", "Bo", False)]
    assert [*Person.objects.filter(is_staff=True, is_superuser=False)] == [ada]


def test_members_are_replaced_and_taken_out_on_the_page_of_the_team(root):
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    payments = team(members=[ada, bo])

    send(root, page_of(payments), **{"memberships-0-person": cy.pk, "memberships-1-DELETE": "on"})

    assert [*payments.members.all()] == [cy]


def test_a_person_is_made_with_a_password_that_lets_them_sign_in(root):
    send(root, page_for(Person), name="Ada Okafor", email="Ada@Example.test", password=PASSWORD, zone="Europe/Berlin")

    made = Person.objects.get(email="ada@example.test")
    assert Client().login(username="ada@example.test", password=PASSWORD)
    assert (made.name, str(made.zone), made.is_staff, made.is_superuser) == (
        "Ada Okafor",
        "Europe/Berlin",
        False,
        False,
    )


def test_a_person_keeps_their_password_unless_a_new_one_is_given(root):
    ada = person("Ada", password=PASSWORD)

    send(root, page_of(ada), name="Ada Okafor")
    kept = Client().login(username=ada.email, password=PASSWORD)
    send(root, page_of(ada), password=f"another {PASSWORD}")

    assert kept
    assert Client().login(username=ada.email, password=f"another {PASSWORD}")
