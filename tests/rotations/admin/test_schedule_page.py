"""The page of a schedule answers who is on call, shows four weeks with their gaps, and what was changed."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rotations.admin.panel import panel_of
from rotations.models import Schedule
from tests.admin_forms import page_for, page_of, refused, send, signed_in
from tests.factories.rotations import administrator, hours, override, person, schedule, weekly_rotation

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)  # a Friday


def test_four_weeks_are_shown_with_their_gaps_in_the_schedule_s_zone():
    ada, bo = person("Ada"), person("Bo")
    primary = schedule(zone="Europe/Berlin")
    weekly_rotation(primary, [ada, None, bo], zone="Europe/Berlin")
    silent = datetime(2026, 12, 8, 23, tzinfo=UTC)
    override(primary, silent, timedelta(hours=2), kind="silence", now=NOW)

    panel = panel_of(Schedule.objects.get(), now=NOW)

    assert [(row.kind, row.who, row.starts, row.ends) for row in panel.rows] == [
        ("shift", "Ada", "Fri 20 Nov 2026, 04:00", "Mon 23 Nov 2026, 09:00"),
        ("gap", "Nobody", "Mon 23 Nov 2026, 09:00", "Mon 30 Nov 2026, 09:00"),
        ("shift", "Bo", "Mon 30 Nov 2026, 09:00", "Mon 07 Dec 2026, 09:00"),
        ("shift", "Ada", "Mon 07 Dec 2026, 09:00", "Wed 09 Dec 2026, 00:00"),
        ("silence", "Planned silence", "Wed 09 Dec 2026, 00:00", "Wed 09 Dec 2026, 02:00"),
        ("shift", "Ada", "Wed 09 Dec 2026, 02:00", "Mon 14 Dec 2026, 09:00"),
        ("gap", "Nobody", "Mon 14 Dec 2026, 09:00", "later"),
    ]
    assert [gap.starts for gap in panel.gaps] == ["Mon 23 Nov 2026, 09:00", "Mon 14 Dec 2026, 09:00"]
    assert panel.on_call == (("Ada", "Mon 23 Nov 2026, 09:00"),)
    assert panel.next_up == "Bo from Mon 30 Nov 2026, 09:00"


def test_each_week_is_drawn_with_its_days_and_its_shifts_to_scale():
    ada, bo = person("Ada"), person("Bo")
    primary = schedule()
    weekly_rotation(primary, [[ada, bo]])

    first, second, *_ = panel_of(Schedule.objects.get(), now=NOW).weeks

    assert [label for label, _left in first.days] == [
        "Fri 20 Nov", "Sat 21 Nov", "Sun 22 Nov", "Mon 23 Nov", "Tue 24 Nov", "Wed 25 Nov", "Thu 26 Nov",
    ]  # fmt: skip
    assert [left for _label, left in first.days[:2]] == ["0.000%", "14.286%"]
    assert [(bar.row.who, bar.left, bar.width, bar.top) for bar in second.bars[:2]] == [
        ("Ada", "0.000%", "100.000%", 0),
        ("Bo", "0.000%", "100.000%", 30),
    ]
    assert (first.height, second.height) == (60, 60)


def test_a_day_of_25_hours_is_drawn_wider_than_its_neighbours():
    primary = schedule(zone="Europe/Berlin")
    weekly_rotation(primary, [person()])

    week = panel_of(Schedule.objects.get(), now=datetime(2026, 10, 23, 12, tzinfo=UTC)).weeks[0]

    assert [label for label, _left in week.days[:4]] == ["Fri 23 Oct", "Sat 24 Oct", "Sun 25 Oct", "Mon 26 Oct"]
    starts = [float(left.removesuffix("%")) for _label, left in week.days[:4]]
    assert [round((b - a) * 169 / 100) for a, b in pairwise(starts)] == [24, 24, 25]


def test_the_page_says_in_words_what_it_draws():
    ada = person("Ada")
    primary = schedule(zone="Europe/Berlin")
    rotation = weekly_rotation(primary, [ada], windows=[hours("09:00", "17:00")], zone="Europe/Berlin")
    coming = override(
        primary,
        datetime.now(UTC) + timedelta(days=1),
        timedelta(hours=1),
        kind="add",
        person=person("Bo"),
        reason="busy",
    )

    page = signed_in(administrator()).get(page_of(primary)).content.decode()

    assert "All times on this page are in Europe/Berlin." in page
    assert page_of(rotation) in page
    assert page_of(coming) in page
    assert "Bo in addition" in page
    assert "every Monday at 09:00, only mon tue wed thu fri 09:00-17:00, Europe/Berlin" in page
    assert f"/admin/rotations/rotation/add/?schedule={primary.pk}" in page
    assert f"/admin/rotations/override/add/?schedule={primary.pk}" in page


def test_a_schedule_without_rotations_is_one_gap_and_says_what_to_do():
    primary = schedule()

    page = signed_in(administrator()).get(page_of(primary)).content.decode()

    assert "Add a rotation, and somebody will be." in page
    assert "1 gap:" in page


def test_what_was_changed_is_listed_latest_first_with_who_did_it():
    root = administrator("Root")
    primary = schedule(name="Payments primary")
    browser = signed_in(root)
    send(browser, page_of(primary), name="Payments")

    changes = panel_of(Schedule.objects.get(), now=datetime.now(UTC)).changes

    assert [(change.summary, change.who) for change in changes] == [
        ("Payments was edited: name", "Root"),
        ("Payments primary was added", "Oncall"),
    ]


def test_the_least_rest_is_set_here_and_one_that_nobody_could_keep_is_refused():
    browser = signed_in(administrator("Root"))
    primary = schedule()

    told = refused(browser, page_of(primary), {"8 days": {"least_rest": "8 00:00:00"}, "text": {"least_rest": "long"}})
    send(browser, page_of(primary), least_rest="11:00:00")

    assert told == {
        "8 days": {"least_rest": ["A rest is longer than nothing and at most 7 days."]},
        "text": {"least_rest": ["Enter a valid duration."]},
    }
    assert Schedule.objects.get().least_rest == timedelta(hours=11)


def test_the_list_tells_who_is_on_call_at_the_same_cost_for_one_schedule_and_three():
    browser = signed_in(administrator("Root"))
    costs, told = [], []

    for n, name in enumerate(("Ada", "Bo", "Cy")):
        weekly_rotation(schedule(f"schedule-{n}"), [person(name)])
        browser.get(page_for(Schedule, "changelist"))
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(page_for(Schedule, "changelist"))
        costs.append(len(queries))
        told = [each.answer.people[0].person.name for each in page.context["cl"].result_list]

    assert costs[0] == costs[2]
    assert told == ["Ada", "Bo", "Cy"]


def test_the_page_costs_the_same_whatever_the_schedule_holds():
    browser = signed_in(administrator("Root"))
    primary = schedule()
    costs = []

    for n in range(3):
        somebody = person(f"Person{n}")
        weekly_rotation(primary, [somebody], name=f"Rotation {n}", layer=n + 1)
        tomorrow = datetime.now(UTC) + timedelta(days=n + 1)
        override(primary, tomorrow, timedelta(hours=1), kind="add", person=somebody)
        browser.get(page_of(primary))
        with CaptureQueriesContext(connection) as queries:
            browser.get(page_of(primary))
        costs.append(len(queries))

    assert costs[0] == costs[2]
