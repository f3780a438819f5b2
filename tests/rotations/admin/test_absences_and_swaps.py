"""Absences and swaps in the admin, by a manager on behalf of the people of their team."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from rotations.models import Absence, Person, Rotation, Swap
from tests.admin_forms import messages, page_for, page_of, refused, send, signed_in, stored
from tests.factories.rotations import absence, administrator, asked_swap, person, schedule, team, weekly_rotation

pytestmark = pytest.mark.django_db

NOW = datetime(2024, 1, 10, 12, 0, 0, 123456, tzinfo=UTC)
TURN = datetime(2024, 1, 15, 9, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


class Office:
    """Mia manages the team of Ada, who lives in Berlin, and Bo; Otto manages another, in which is Zoe."""

    def __init__(self) -> None:
        self.ada, self.bo, self.zoe = person("Ada", zone="Europe/Berlin"), person("Bo"), person("Zoe")
        mia, otto = person("Mia"), person("Otto")
        self.team = team("payments", managers=[mia], members=[self.ada, self.bo])
        team("web", managers=[otto], members=[self.zoe])
        self.schedule = schedule("payments-primary", of=self.team, zone="Europe/Berlin")
        self.rotation = weekly_rotation(self.schedule, [self.ada, self.bo])
        self.mia, self.otto = self.browser(mia), self.browser(otto)

    def browser(self, somebody: Person) -> Client:
        return signed_in(Person.objects.get(pk=somebody.pk))


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return Office()


def test_an_absence_is_typed_as_clocks_show_it_where_the_person_is(office: Office):
    answer = send(
        office.mia,
        page_for(Absence),
        person=office.ada.pk,
        since="2024-01-15T09:00",
        until="2024-01-22T09:00",
        reason="Lisbon",
    )

    row = Absence.objects.get()
    assert answer.status_code == 302
    assert (row.person, row.start, row.end, row.reason) == (
        office.ada,
        TURN - timedelta(hours=1),
        TURN - timedelta(hours=1) + WEEK,
        "Lisbon",
    )


def test_a_running_absence_keeps_its_start_and_is_ended(office: Office):
    running = absence(office.ada, NOW - DAY, NOW + DAY, now=NOW - DAY)

    send(office.mia, page_of(running), until="2024-01-12T09:00", reason="flu")
    running.refresh_from_db()
    assert (running.start, running.end, running.reason) == (
        NOW - DAY,
        datetime(2024, 1, 12, 8, tzinfo=UTC),
        "flu",
    )

    done = office.mia.post(page_of(running, "end"))
    running.refresh_from_db()
    assert (done.status_code, running.end) == (302, NOW)


def test_what_is_wrong_with_an_absence_stands_at_its_field(office: Office):
    before = stored()

    answers = refused(
        office.mia,
        page_for(Absence),
        {
            "backwards": {"since": "2024-01-22T09:00", "until": "2024-01-15T09:00"},
            "over": {"since": "2024-01-01T09:00", "until": "2024-01-02T09:00"},
            "of another team": {"person": office.zoe.pk},
        },
        person=office.ada.pk,
        since="2024-01-15T09:00",
        until="2024-01-22T09:00",
    )

    assert {case: [*errors] for case, errors in answers.items()} == {
        "backwards": ["until"],
        "over": ["until"],
        "of another team": ["person"],
    }
    assert stored() == before


def test_an_absence_that_is_over_or_of_another_team_is_only_looked_at(office: Office):
    past = absence(office.ada, NOW - 2 * DAY, DAY, now=NOW - 2 * DAY)
    coming = absence(office.ada, TURN, WEEK, now=NOW)
    before = stored()

    answers = [
        office.mia.post(page_of(past), {"reason": "x"}).status_code,
        office.otto.post(page_of(coming), {"reason": "x"}).status_code,
        office.otto.post(page_of(coming, "end")).status_code,
    ]

    assert answers == [403, 403, 403]
    assert [client.get(page_of(row)).status_code for client, row in ((office.mia, past), (office.otto, coming))] == [
        200,
        200,
    ]
    assert stored() == before


def asked(office: Office, **values: Any) -> dict[str, Any]:
    return {
        "rotation": office.rotation.pk,
        "at": "2024-01-16T12:00",
        "replaces": office.ada.pk,
        "person": office.bo.pk,
        "reason": "wedding",
    } | values


def test_a_manager_asks_and_answers_on_behalf_of_others(office: Office):
    answer = send(office.mia, page_for(Swap), **asked(office))

    swap = Swap.objects.get()
    assert answer.status_code == 302
    assert (swap.ordinal, swap.replaces, swap.person, swap.state, swap.start) == (
        2,
        office.ada,
        office.bo,
        "asked",
        None,
    )
    done = office.mia.post(page_of(swap, "accept"))
    swap.refresh_from_db()
    assert (messages(office.mia, done)[-1], swap.state) == (f"{swap} was accepted.", "accepted")
    office.mia.post(page_of(swap, "cancel"))
    swap.refresh_from_db()
    assert swap.state == "cancelled"


def test_a_part_is_typed_as_clocks_show_it_in_the_schedule(office: Office):
    send(office.mia, page_for(Swap), **asked(office, only_from="2024-01-16T12:00", only_until="2024-01-17T12:00"))

    swap = Swap.objects.get()
    assert (swap.start, swap.end) == (
        datetime(2024, 1, 16, 11, tzinfo=UTC),
        datetime(2024, 1, 17, 11, tzinfo=UTC),
    )


def test_what_the_team_was_asked_a_manager_takes_over_and_may_not_decline(office: Office):
    swap = asked_swap(office.rotation, 2, office.ada, None, now=NOW)

    assert "Decline" not in [verb.label for verb, _ in office.mia.get(page_of(swap)).context["verbs"]]
    office.mia.post(page_of(swap, "accept"))

    swap.refresh_from_db()
    assert (swap.state, str(swap.person)) == ("accepted", "Mia")


def test_what_is_wrong_with_a_request_stands_at_its_field(office: Office):
    before = stored()

    answers = refused(
        office.mia,
        page_for(Swap),
        {
            "over": {"at": "2024-01-02T12:00"},
            "before the rotation": {"at": "2020-01-02T12:00"},
            "not their turn": {"at": "2024-01-23T12:00"},
            "themselves": {"person": office.ada.pk},
            "half a part": {"only_from": "2024-01-16T12:00"},
            "backwards": {"only_from": "2024-01-16T12:00", "only_until": "2024-01-16T11:00"},
            "outside": {"only_from": "2024-02-16T12:00", "only_until": "2024-02-17T11:00"},
        },
        **asked(office),
    )

    assert {case: [*errors] for case, errors in answers.items()} == {
        "over": ["at"],
        "before the rotation": ["at"],
        "not their turn": ["replaces"],
        "themselves": ["person"],
        "half a part": ["only_until"],
        "backwards": ["only_until"],
        "outside": ["only_from"],
    }
    assert stored() == before


def test_a_manager_of_another_team_looks_at_swaps_and_changes_none(office: Office):
    swap = asked_swap(office.rotation, 2, office.ada, office.bo, now=NOW)
    before = stored()

    answers = [office.otto.post(page_of(swap, verb)).status_code for verb in ("accept", "decline", "cancel")]
    tried = refused(office.otto, page_for(Swap), {"of another team": {}}, **asked(office))

    assert (office.otto.get(page_of(swap)).status_code, answers) == (200, [403, 403, 403])
    assert [*tried["of another team"]] == ["rotation"]
    assert stored() == before


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_take_the_same_queries_for_any_number_of_rows(
    office: Office, count: int, django_assert_num_queries: Any
):
    for number in range(count):
        asked_swap(Rotation.objects.get(), 2, office.ada, office.bo, now=NOW)
        absence(office.ada, TURN + number * DAY, DAY, now=NOW)

    # An administrator's: a manager's pages ask besides, for every permission, whether they manage a team.
    root = office.browser(administrator())

    with django_assert_num_queries(6):
        root.get(page_for(Swap, "changelist"))
    with django_assert_num_queries(6):
        root.get(page_for(Absence, "changelist"))
