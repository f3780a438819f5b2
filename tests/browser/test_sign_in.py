"""The first page, as a browser sees it, and where it leads."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories.rotations import PASSWORD, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_sign_in_page_loads_with_its_styles_under_the_strict_policy(page: Page, live_server: LiveServer):
    page.goto(f"{live_server.url}/admin/login/")

    assert page.title() == "Sign in · Oncall"
    assert page.evaluate("document.styleSheets.length") > 0


def test_whoever_signs_in_sees_the_page_that_they_asked_for(page: Page, live_server: LiveServer):
    ada = person("Ada Okafor", password=PASSWORD)
    page.goto(f"{live_server.url}/me/")
    page.get_by_label("E-mail").fill(ada.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    expect(page).to_have_url(f"{live_server.url}/me/")
    expect(page.get_by_role("heading", name="Ada Okafor")).to_be_visible()
