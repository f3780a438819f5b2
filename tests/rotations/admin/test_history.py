"""Every change to a schedule says who, when, what, before and after: in words, and in full."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rotations.actors import Actor
from rotations.admin.history import Difference, Entry, entries_of
from rotations.admin.panel import CHANGES_SHOWN, panel_of
from rotations.models import ActorKind, Schedule
from rotations.services.absences import edit_absence
from rotations.services.overrides import end_override
from rotations.services.people import deactivate_person
from rotations.services.rotations import edit_rotation
from rotations.services.schedules import edit_schedule
from rotations.services.warnings import review_warnings
from tests.admin_forms import page_of, signed_in
from tests.factories.rotations import (
    absence,
    accepted_swap,
    administrator,
    draft,
    hours,
    override,
    person,
    schedule,
    shadow,
    weekly_rotation,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)  # a Friday
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)
SYSTEM = Actor.system()


def latest(count: int = 1) -> tuple[Entry, ...]:
    of = Schedule.objects.get()
    return entries_of(list(of.changes.all()[:count]), of.zone)


def differences(*, of: int = 0) -> list[tuple[str, str | None, str | None]]:
    return [(each.label, each.before, each.after) for each in latest(of + 1)[of].differences]


def test_an_edit_of_a_schedule_says_only_what_differs_by_whom_and_when_in_its_zone():
    root = administrator("Root")
    primary = schedule(zone="Europe/Berlin")

    edit_schedule(primary, absence_policy="next", least_rest=timedelta(hours=11), by=Actor.of_person(root), now=NOW)

    assert latest() == (
        Entry(
            "Fri 20 Nov 2026, 04:00",
            "Payments primary was edited: absence_policy, least_rest",
            "Root",
            (
                Difference("absence policy", "Change nothing, report the conflict", "Put in the next person in order"),
                Difference("least rest between shifts", "nothing", "11:00:00"),
            ),
        ),
    )


def test_people_are_named_in_an_order_before_and_after():
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    rotation = weekly_rotation(schedule(), [ada, bo])

    edited = draft([[bo, shadow(cy)], None, ada], windows=[hours("09:00", "17:00", "mon")])
    edit_rotation(rotation, draft=edited, by=SYSTEM, now=NOW)

    assert differences() == [
        ("order", "Ada → Bo", "Bo & Cy (shadow) → nobody → Ada"),
        ("hours", "nothing", "mon 09:00-17:00"),
        ("in force from", "Mon 01 Jan 2024, 00:00", "Fri 20 Nov 2026, 03:00"),
    ]


def test_what_is_added_has_no_before_and_what_is_removed_no_after():
    ada, bo = person("Ada"), person("Bo")
    primary = schedule(zone="Europe/Berlin")
    rotation = weekly_rotation(primary, [ada])
    taken = override(primary, MONDAY, DAY, replaces=ada, person=bo, rotation=rotation, reason="dentist", now=NOW)
    added = differences()

    end_override(taken, by=SYSTEM, now=NOW)

    values = [
        ("kind", "Replace somebody"),
        ("person", "Bo"),
        ("instead of", "Ada"),
        ("rotation", "Primary"),
        ("start", "Mon 23 Nov 2026, 10:00"),
        ("end", "Tue 24 Nov 2026, 10:00"),
        ("reason", "dentist"),
    ]
    assert added == [(label, None, value) for label, value in values]
    assert differences() == [(label, value, None) for label, value in values]


def test_a_rotation_that_is_added_shows_its_order_and_not_its_number():
    weekly_rotation(schedule(), [person("Ada")])

    assert ("order", None, "Ada") in differences()
    assert "rotation" not in [label for label, *_ in differences()]


def test_absences_swaps_and_people_who_leave_are_told():
    ada, bo, cy = person("Ada"), person("Bo"), person("Cy")
    rotation = weekly_rotation(schedule(), [ada, bo])
    away = absence(bo, MONDAY, DAY, now=NOW)
    edit_absence(away, end=MONDAY + 2 * DAY, by=SYSTEM, now=NOW)
    assert differences() == [("end", "Tue 24 Nov 2026, 09:00", "Wed 25 Nov 2026, 09:00")]

    accepted_swap(rotation, 151, bo, cy, now=NOW)
    assert ("state", "Asked", "Accepted") in differences()

    deactivate_person(cy, by=SYSTEM, now=NOW)
    summaries = {entry.summary for entry in latest(2)}
    assert "Cy was deactivated" in summaries
    assert ("flag", "nothing", "The person who takes over was deactivated") in [*differences(), *differences(of=1)]


def test_a_token_is_called_one():
    relay = Actor(kind=ActorKind.TOKEN, id=7, name="Relay", is_administrator=True)
    edit_schedule(schedule(), name="Payments", by=relay, now=NOW)

    assert latest()[0].who == "Relay (token)"


def test_the_page_shows_the_latest_and_leads_to_all_page_by_page():
    primary = schedule()
    browser = signed_in(administrator("Root"))
    for n in range(60):
        edit_schedule(primary, name=f"Payments {n}", by=SYSTEM, now=NOW + timedelta(minutes=n))

    panel = panel_of(Schedule.objects.get(), now=NOW + DAY)
    page = browser.get(page_of(primary)).content.decode()
    first, second = (browser.get(page_of(primary, "history"), {"page": n}) for n in (1, 2))

    assert (len(panel.changes), panel.has_more_changes) == (CHANGES_SHOWN, True)
    assert f'href="{page_of(primary, "history")}">All changes' in page
    assert "was <del>Payments 58</del>, is <ins>Payments 59</ins>" in page
    told = [entry.summary for answer in (first, second) for entry in answer.context["entries"]]
    assert (len(told), told[0], told[-1]) == (61, "Payments 59 was edited: name", "Payments primary was added")
    assert "61 changes, page 2 of 2" in " ".join(second.content.decode().split())


def test_names_are_shown_as_text_whatever_they_are():
    primary = schedule()
    edit_schedule(primary, name="<b>Payments</b>", by=SYSTEM, now=NOW)

    page = signed_in(administrator("Root")).get(page_of(primary, "history")).content.decode()

    assert "is <ins>&lt;b&gt;Payments&lt;/b&gt;</ins>" in page


def test_a_history_is_for_those_who_may_look_and_of_what_is_there():
    primary = schedule()

    assert signed_in(person("Ada")).get(page_of(primary, "history")).status_code == 302
    assert signed_in(administrator("Root")).get("/admin/rotations/schedule/999/history/").status_code == 404


def test_the_history_costs_the_same_for_few_changes_and_many():
    browser = signed_in(administrator("Root"))
    primary = schedule()
    costs = []
    for n in range(3):
        weekly_rotation(primary, [person(f"Person{n}")], name=f"Rotation {n}")
        with CaptureQueriesContext(connection) as queries:
            browser.get(page_of(primary, "history"))
        costs.append(len(queries))

    assert [b - a for a, b in pairwise(costs)] == [0, 0]


def test_what_is_foreseen_stands_on_the_schedule_s_page_in_its_zone():
    bo = person("Bo Lind")
    primary = schedule(zone="Europe/Berlin")
    weekly_rotation(primary, [person("Ada"), bo])
    deactivate_person(bo, by=SYSTEM, now=NOW)
    review_warnings(primary, now=NOW)

    panel = panel_of(Schedule.objects.get(), now=NOW)

    spans = [
        ("Mon 23 Nov 2026, 10:00", "Mon 30 Nov 2026, 10:00"),
        ("Mon 07 Dec 2026, 10:00", "Mon 14 Dec 2026, 10:00"),
    ]
    assert panel.warnings == tuple(
        (text, *span)
        for span in spans
        for text in ("Nobody is on call: Bo Lind left", "It is the turn of Bo Lind, who was deactivated")
    )
    page = signed_in(administrator("Root")).get(page_of(primary)).content.decode()
    assert "Foreseen in the next 30 days" in page


def test_what_belongs_to_a_schedule_leads_to_its_history_and_nothing_to_one_that_knows_less():
    primary, root = schedule(), administrator("Root")
    rotation = weekly_rotation(primary, [root])
    cover = override(primary, NOW + DAY, DAY, person=root, now=NOW)
    browser = signed_in(root)

    pages = {row: browser.get(page_of(row)).content.decode() for row in (primary, rotation, cover, primary.team)}

    history = f'<a href="{page_of(primary, "history")}" class="historylink">'
    assert [history in page for page in pages.values()] == [True, True, True, False]
    assert ["historylink" in page for page in pages.values()] == [True, True, True, False]
