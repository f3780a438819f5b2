"""A shift given away on the timeline: by two clicks, by keyboard alone, on a phone and without scripts."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from rotations.models import Override, Person
from tests.browser.signing_in import show
from tests.browser.test_previews import is_wider_than_the_screen
from tests.factories.rotations import override, person, schedule, team, weekly_rotation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGE = "/schedules/payments-primary/"


@pytest.fixture
def ada() -> Person:
    """Ada manages the team, and takes turns with Bo."""
    ada, bo = person("Ada Okafor"), person("Bo Lind")
    primary = schedule("payments-primary", of=team(managers=[ada], members=[bo]))
    weekly_rotation(primary, [ada, bo])
    override(primary, timezone.now() + timedelta(days=3), timedelta(hours=5), kind="silence", now=timezone.now())
    return ada


def opened(page: Page, live_server: LiveServer, who: Person, query: str = "?view=month") -> Page:
    return show(page, live_server.url + PAGE + query, to=who)


def coming(page: Page) -> Any:
    """The bar of the last shift on the sheet, which is to come."""
    return page.locator(".lane.final a.shift[data-change]").last


def test_two_clicks_give_a_shift_away_and_one_takes_it_back(page: Page, live_server: LiveServer, ada: Person):
    opened(page, live_server, ada)

    coming(page).click()
    expect(page.get_by_role("dialog").locator("#preview")).to_contain_text("is not on call")
    page.get_by_role("button", name="Save").click()

    expect(page.locator("#done")).to_contain_text("Saved: ")
    assert Override.objects.filter(kind="replace").count() == 1
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".strip.done")).to_contain_text("It was taken back")
    assert not Override.objects.filter(kind="replace").exists()


def test_the_keyboard_does_it_too_and_the_preview_follows_what_is_chosen(
    page: Page, live_server: LiveServer, ada: Person
):
    opened(page, live_server, ada)

    coming(page).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    coming(page).focus()
    page.keyboard.press("Enter")
    expect(page.locator("input[name=what]:checked")).to_be_focused()
    page.locator("input[name=what][value=silence]").focus()
    page.keyboard.press("Space")
    expect(page.locator("#preview li")).to_have_count(1)
    page.locator("#id_reason").focus()
    page.keyboard.type("moving house")
    page.keyboard.press("Enter")

    expect(page.locator("#done")).to_contain_text("Planned silence")
    assert list(Override.objects.filter(reason="moving house").values_list("kind", flat=True)) == ["silence"]


def test_a_phone_shows_the_table_and_nothing_is_wider_than_the_screen(page: Page, live_server: LiveServer, ada: Person):
    page.set_viewport_size({"width": 390, "height": 850})
    opened(page, live_server, ada, "?view=week")

    expect(page.get_by_role("table").get_by_role("link", name="Why?").first).to_be_visible()
    assert not is_wider_than_the_screen(page)
    page.get_by_role("table").get_by_role("link", name="Change").last.click()
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    assert not is_wider_than_the_screen(page)
    page.get_by_role("dialog").get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_without_scripts_the_form_is_a_page_of_its_own(chromium: Browser, live_server: LiveServer, ada: Person):
    context = chromium.new_context(java_script_enabled=False)
    page = opened(context.new_page(), live_server, ada)

    coming(page).click()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("is not on call")
    page.get_by_role("button", name="Save").click()

    expect(page.locator("#done")).to_contain_text("Saved: ")
    context.close()
