"""A person's own page under the strict policy: a calendar's address is copied, and a mistake taken back."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from rotations.models import Absence, AbsenceFeed, CalendarLink
from rotations.secrets import digest_of
from tests.browser.conftest import Open
from tests.browser.signing_in import show
from tests.factories.rotations import absence, absence_feed, person, schedule, team, weekly_rotation
from tests.write_guard import arranging

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_address_is_copied_and_a_mistake_taken_back(page: Page, live_server: LiveServer):
    ada, bo = person("Ada Okafor"), person("Bo Lind")
    weekly_rotation(schedule("payments-primary", of=team(members=[ada, bo])), [ada, bo])
    now = timezone.now()
    absence(ada, now + timedelta(days=2), timedelta(days=20), now=now)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    show(page, f"{live_server.url}/me/", to=ada)

    page.get_by_text("Make a calendar link").click()
    page.get_by_role("button", name="Make the link").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    page.get_by_text("Change or remove").click()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#absences")).to_contain_text("Put back.")
    page.locator("#absences").get_by_role("button", name="Ask for a swap").first.click()

    # The sections beside the one that was pressed follow.
    expect(page.locator("#swaps")).to_contain_text("You asked the team to take over")
    assert CalendarLink.objects.get().token_digest == digest_of(copied.split("/")[-2])
    assert Absence.objects.count() == 1


def test_the_outcome_of_a_reading_shows_by_itself_and_leaves_an_open_form_alone(visit: Open):
    ada, now = person("Ada Okafor"), timezone.now()
    feed = absence_feed(ada, now=now - timedelta(days=3))
    page = visit(ada)
    page.get_by_role("link", name="Me", exact=True).click()
    feeds = page.locator("#feeds")
    feeds.get_by_role("button", name="Read it now").click()
    expect(feeds).to_contain_text("It is read within a minute or two.")
    feeds.get_by_text("Change or remove").click()
    feeds.get_by_label("Which events count?").first.fill("vacation")

    with arranging():
        AbsenceFeed.objects.filter(pk=feed.pk).update(read_at=now, due_at=now + timedelta(hours=1))
    state = page.locator(f"#feed-{feed.pk}-state")
    # As the clock of the page does: again and again, until it is told.
    for _ in range(50):
        if "Up to date." in state.inner_text():
            break
        page.evaluate("htmx.trigger('[id$=-state]', 'refresh')")
        page.wait_for_timeout(200)
    expect(state).to_contain_text("Up to date.")

    # What is being filled in stays, with what was told above it.
    expect(feeds.get_by_label("Which events count?").first).to_have_value("vacation")
    expect(feeds).to_contain_text("It is read within a minute or two.")
    # Nobody asks any more.
    assert state.get_attribute("hx-trigger") is None
