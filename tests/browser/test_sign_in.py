"""The first page, as a browser sees it."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_sign_in_page_loads_with_its_styles_under_the_strict_policy(page: Page, live_server: LiveServer):
    page.goto(f"{live_server.url}/admin/login/")

    assert page.title() == "Sign in · Oncall"
    assert page.evaluate("document.styleSheets.length") > 0
