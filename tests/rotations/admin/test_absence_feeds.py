"""Absence feeds in the admin: by a manager for the people of their team, and never with their address."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rotations.actors import Actor
from rotations.incoming import Occurrence
from rotations.models import Absence, AbsenceFeed
from rotations.services.read_absences import replace_absences
from tests.admin_forms import page_for, page_of, refused, send, signed_in, stored
from tests.factories.rotations import absence_feed, person, team

pytestmark = pytest.mark.django_db

SOON = datetime.now(UTC) + timedelta(days=1)


class Office:
    """Mia manages the team of Ada; Otto manages another, in which is Zoe."""

    def __init__(self) -> None:
        self.ada, self.zoe, mia, otto = person("Ada"), person("Zoe"), person("Mia"), person("Otto")
        team("payments", managers=[mia], members=[self.ada])
        team("web", managers=[otto], members=[self.zoe])
        mia.refresh_from_db()
        otto.refresh_from_db()
        self.mia, self.otto = signed_in(mia), signed_in(otto)


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_manager_names_a_calendar_for_somebody_in_their_team(office: Office):
    answer = send(office.mia, page_for(AbsenceFeed), person=office.ada.pk, where="webcal://1.1.1.1/9vJ.ics")

    feed = AbsenceFeed.objects.get()
    assert answer.status_code == 302
    assert (feed.person, feed.name, feed.url, feed.host) == (
        office.ada,
        "1.1.1.1",
        "https://1.1.1.1/9vJ.ics",
        "1.1.1.1",
    )


def test_the_address_is_kept_unless_another_is_typed_in_and_shown_nowhere(office: Office):
    feed = absence_feed(office.ada)

    send(office.mia, page_of(feed), keywords="vacation")
    kept = AbsenceFeed.objects.get()
    send(office.mia, page_of(feed), where="https://1.1.1.1/new.ics")
    moved = AbsenceFeed.objects.get()

    pages = [office.mia.get(page_of(feed)), office.mia.get(page_for(AbsenceFeed, "changelist"))]
    assert (kept.keywords, kept.url, moved.url) == ("vacation", feed.url, "https://1.1.1.1/new.ics")
    assert ["new.ics" in page.content.decode() for page in pages] == [False, False]


def test_what_is_wrong_stands_at_its_field(office: Office):
    cases: dict[str, dict[str, Any]] = {
        "inside": {"where": "http://127.0.0.1:6379/"},
        "metadata": {"where": "http://169.254.169.254/"},
        "no address": {"where": "leave"},
        "empty": {"where": ""},
        "another team": {"person": office.zoe.pk},
    }
    before = stored()

    errors = refused(office.mia, page_for(AbsenceFeed), cases, person=office.ada.pk, where="https://1.1.1.1/")

    assert {case: [*found] for case, found in errors.items()} == {
        "inside": ["where"],
        "metadata": ["where"],
        "no address": ["where"],
        "empty": ["where"],
        "another team": ["person"],
    }
    assert stored() == before


def test_managers_of_other_teams_only_look(office: Office):
    feed = absence_feed(office.ada)

    page = office.otto.get(page_of(feed))
    done = [office.otto.post(page_of(feed, verb)).status_code for verb in ("read", "remove")]

    assert (page.status_code, page.context["has_change_permission"], done) == (200, False, [403, 403])
    assert AbsenceFeed.objects.exists()


def test_an_absence_that_was_read_in_is_only_looked_at(office: Office):
    feed = absence_feed(office.ada)
    event = Occurrence("1", "", SOON, SOON + timedelta(days=1))
    replace_absences(feed, [event], by=Actor.system(), now=datetime.now(UTC))
    row = Absence.objects.get()

    page = office.mia.get(page_of(row))
    ended = office.mia.post(page_of(row, "end"), follow=True)

    assert (page.context["has_change_permission"], "Leave of Ada" in page.content.decode()) == (False, True)
    assert ended.status_code == 200
    assert Absence.objects.exists()
