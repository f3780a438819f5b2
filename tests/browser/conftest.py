"""A real browser: Debian's Chromium, driven by Playwright."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from rotations.models import Person
from tests.browser.signing_in import show
from tests.servers import missing

# Root may not use the sandbox. The rest keeps Chromium from calling home: a test machine has no way out, and every
# refused look-up takes its time.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "color_scheme": "dark"}

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for the whole run; each test opens a page of its own in it."""
    program = shutil.which("chromium") or missing("chromium")
    # Playwright's synchronous interface runs an event loop in this thread, in which Django would refuse every query.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """An empty page with cookies of its own; what the browser's console reports as an error fails the test."""
    context = chromium.new_context()
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def visit(chromium: Browser, live_server: LiveServer) -> Iterator[Open]:
    """Open the board as somebody; an error on the console fails the test unless the pattern ``expected`` finds it."""
    contexts, errors, excused = [], [], []

    def open_board(who: Person, *, expected: str = "^$", **options: Any) -> Page:
        context = chromium.new_context(**options)
        contexts.append(context)
        excused.append(expected)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return show(page, live_server.url, to=who)

    yield open_board
    for context in contexts:
        context.close()
    assert [error for error in errors if not any(re.search(words, error) for words in excused)] == []
