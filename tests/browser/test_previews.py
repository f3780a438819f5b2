"""Why, and what would it do? The page that explains and the button "Preview", in a real browser on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from rotations.models import RotationVersion
from tests.admin_forms import page_of
from tests.browser.test_admin_lists import open_as_administrator
from tests.factories.rotations import person, schedule, team, weekly_rotation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def primary():
    ada, bo = person("Ada Okafor"), person("Bo Lind")
    primary = schedule(of=team(members=[ada, bo]))
    weekly_rotation(primary, [ada])
    return primary


def is_wider_than_the_screen(page: Page) -> bool:
    found: bool = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return found


def test_a_preview_stands_above_the_buttons_and_saving_goes_on_from_there(page: Page, live_server: LiveServer, primary):
    page.set_viewport_size({"width": 390, "height": 850})
    open_as_administrator(page, live_server, page_of(primary.rotations.get()))

    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("Nothing changes")
    page.get_by_role("button", name="Add Bo Lind").click()
    page.get_by_role("button", name="Preview").click()

    expect(page.locator("#preview")).to_contain_text(re.compile(r"Ada Okafor loses \d shifts"))
    expect(page.locator("#preview")).to_be_in_viewport()
    assert not is_wider_than_the_screen(page)
    assert RotationVersion.objects.count() == 1
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(page_of(primary)))
    assert RotationVersion.objects.count() == 2


def test_from_the_board_it_is_one_click_to_why_and_any_moment_can_be_asked(
    page: Page, live_server: LiveServer, primary
):
    page.set_viewport_size({"width": 390, "height": 850})
    open_as_administrator(page, live_server, "/")

    page.get_by_role("link", name="Why?").click()
    expect(page.locator("#explanation h2")).to_have_text("On call: Ada Okafor.")
    page.fill("[name=at]", "2023-12-31T03:00")
    page.get_by_role("button", name="Explain").click()

    expect(page.locator("#explanation h2")).to_have_text("On call: nobody, a gap.")
    expect(page.locator("[name=at]")).to_have_value("2023-12-31T03:00")
    assert not is_wider_than_the_screen(page)
